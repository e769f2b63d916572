import { textDifference } from "./textDifference";

/** What an evaluation says of a stack. */
export interface StackFacts {
  /** Why the program did not run to its end; then there is nothing else. */
  readonly errors: readonly string[];
  /** Everything the stack is made of. */
  readonly text: string;
  /** Each resource with what the program says of it, by type and name. */
  readonly resources: ReadonlyMap<string, string>;
  /** Tags of images by what is built: a tag is a hash of all that the image is built from. */
  readonly images: ReadonlyMap<string, string>;
  readonly cost?: string;
  /** What prices the cost is counted with. */
  readonly prices?: string;
  readonly findings: readonly string[];
  readonly checkCount: number;
}

/** A stack as it is, and as it was; one of them is missing when the stack is new or gone. */
export interface ComparedStack {
  readonly stack: string;
  readonly before?: StackFacts;
  readonly after?: StackFacts;
}

/** What stacks are compared with. */
export interface Against {
  /** Such as `main (1234567)`. */
  readonly name: string;
  /** Why nothing can be compared. */
  readonly obstacle?: string;
}

/** By this line a comment is found again. */
export const markdownMarker = "<!-- traced-fargate preview -->";

/**
 * How many characters a comment may have: GitHub refuses more with "Body is too long (maximum is 65536 characters)"
 * (https://github.com/telia-oss/github-pr-resource/issues/259).
 */
const maxLength = 65_536;

/** Previews as GitHub's Markdown, for a comment on a pull request: names and values in it are text, never markup. */
export function formatMarkdown(stacks: readonly ComparedStack[], against?: Against): string {
  const isCompared = against !== undefined && against.obstacle === undefined;
  const introduction =
    against === undefined
      ? []
      : [
          against.obstacle === undefined
            ? `Compared with ${codeSpan(against.name)}.`
            : `Not compared with ${codeSpan(against.name)}: ${escapeHtml(against.obstacle)}.`,
        ];
  const columns = isCompared
    ? ["stack", "resources", "change", "cost", "checks"]
    : ["stack", "resources", "cost", "checks"];
  const table = [columns, columns.map(() => "---"), ...stacks.map((stack) => row(stack, isCompared))]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
  const prices = [...new Set(stacks.flatMap(({ after }) => after?.prices ?? []))];
  const head = [
    markdownMarker,
    "### What `pulumi up` would make",
    ...introduction,
    table,
    ...prices.map((each) => `Prices: ${escapeHtml(each)}.`),
  ].join("\n\n");
  const sections = stacks.flatMap((stack) => [...problems(stack), ...(isCompared ? difference(stack) : [])]);
  return `${bounded(head, sections)}\n`;
}

/** Something below the table, of which lines may be left out. */
interface Section {
  readonly before: string;
  readonly lines: readonly string[];
  readonly after: string;
}

/** All sections, each cut to its share when together they are too long. */
function bounded(head: string, sections: readonly Section[]): string {
  const lengthOf = (section: Section) => section.lines.join("\n").length;
  const frames = sections.reduce(
    (sum, { before, after }) => sum + before.length + after.length + 2 + cutNote(0).length + 8,
    0,
  );
  let room = maxLength - 1 - head.length - frames;
  const shares = new Map<Section, number>();
  // The shortest first, so that what they do not need is left for the longer ones.
  [...sections]
    .sort((a, b) => lengthOf(a) - lengthOf(b))
    .forEach((section, index) => {
      const share = Math.min(lengthOf(section), Math.max(0, Math.floor(room / (sections.length - index))));
      shares.set(section, share);
      room -= share;
    });
  const parts = sections.map((section) => {
    const lines = cut(section.lines, shares.get(section) ?? 0);
    return `${section.before}${lines.join("\n")}${section.after}`;
  });
  const whole = [head, ...parts].join("\n\n");
  // A table or frames of that length are not those of a program; what is left is still Markdown that GitHub takes.
  return whole.length < maxLength ? whole : `${head.slice(0, maxLength - 100)}\n\n(the rest is too long for a comment)`;
}

function cut(lines: readonly string[], length: number): string[] {
  let used = 0;
  const kept = lines.filter((line) => {
    used += line.length + 1;
    return used <= length + 1;
  });
  return kept.length === lines.length ? kept : [...kept, cutNote(lines.length - kept.length)];
}

function cutNote(count: number): string {
  return `(${count} more lines; npm run -s preview -- --markdown shows one stack with --stack)`;
}

function row({ stack, before, after }: ComparedStack, isCompared: boolean): string[] {
  const facts = after ?? before;
  const failed = after !== undefined && after.errors.length > 0;
  const count = after === undefined ? "none" : failed ? "unknown" : `${after.resources.size}`;
  const cost = after === undefined || failed ? "" : changed(before?.cost, after.cost);
  const passed = failed ? "the program fails" : after === undefined ? "" : checked(after);
  const cells = [codeSpan(stack), count, changeOf(before, after), cost, passed];
  return facts === undefined ? [] : isCompared ? cells : cells.filter((_cell, index) => index !== 2);
}

function checked({ findings, checkCount }: StackFacts): string {
  return findings.length === 0 ? `${checkCount} passed` : `**${findings.length} found**`;
}

function changed(before: string | undefined, after: string | undefined): string {
  const [was, is] = [before, after].map((each) => (each === undefined ? undefined : escapeHtml(each)));
  return was === undefined || was === is ? (is ?? "") : `${was} → ${is ?? "unknown"}`;
}

function changeOf(before: StackFacts | undefined, after: StackFacts | undefined): string {
  if (before === undefined) return "new stack";
  if (after === undefined) return "stack removed";
  if (before.errors.length > 0) return "unknown: its program failed before";
  if (after.errors.length > 0) return "unknown";
  const { added, changed: other, removed, rebuilt } = changesOf(before, after);
  const counts = [
    ...(added.length > 0 ? [`${added.length} added`] : []),
    ...(other.length > 0 ? [`${other.length} changed`] : []),
    ...(removed.length > 0 ? [`${removed.length} removed`] : []),
    ...(rebuilt.length > 0 ? [`${rebuilt.length === 1 ? "1 image" : `${rebuilt.length} images`} built anew`] : []),
  ];
  if (counts.length > 0) return counts.join(", ");
  return before.text === after.text ? "none" : "order or outputs";
}

function changesOf(before: StackFacts, after: StackFacts) {
  const names = [...after.resources.keys()];
  return {
    added: names.filter((name) => !before.resources.has(name)),
    changed: names.filter(
      (name) => before.resources.has(name) && before.resources.get(name) !== after.resources.get(name),
    ),
    removed: [...before.resources.keys()].filter((name) => !after.resources.has(name)),
    rebuilt: [...after.images.keys()].filter(
      (name) => before.images.has(name) && before.images.get(name) !== after.images.get(name),
    ),
  };
}

/** What is wrong with a stack, open to the eye. */
function problems({ stack, after }: ComparedStack): Section[] {
  const lines = after === undefined ? [] : [...after.errors, ...after.findings];
  return lines.length === 0 ? [] : [framed(`**${escapeHtml(stack)}**:\n\n`, "", lines, "")];
}

/** What differs, folded: resources by name, then the text of the stack. */
function difference({ stack, before, after }: ComparedStack): Section[] {
  if (before === undefined || after === undefined || before.errors.length > 0 || after.errors.length > 0) return [];
  const { added, changed: other, removed, rebuilt } = changesOf(before, after);
  const lines = before.text === after.text ? [] : textDifference(before.text, after.text).trimEnd().split("\n");
  const names = [
    ...added.map((name) => `+ ${name}`),
    ...other.map((name) => `! ${name}`),
    ...removed.map((name) => `- ${name}`),
    ...rebuilt.map((name) => `! image ${name}, built anew`),
  ];
  if (names.length + lines.length === 0) return [];
  const summary = `<details><summary>${escapeHtml(stack)}: ${escapeHtml(changeOf(before, after))}</summary>\n\n`;
  const all = [...names, ...(names.length > 0 && lines.length > 0 ? [""] : []), ...lines];
  return [framed(summary, "diff", all, "\n\n</details>")];
}

/** A block of code around lines that hold no end of it. */
function framed(opening: string, language: string, lines: readonly string[], closing: string): Section {
  const longest = Math.max(2, ...lines.flatMap((line) => [...line.matchAll(/`+/g)].map(([run]) => run.length)));
  const fence = "`".repeat(longest + 1);
  return { before: `${opening}${fence}${language}\n`, lines, after: `\n${fence}${closing}` };
}

/** A name as code, in which GitHub reads no markup and mentions nobody; for a cell of a table, too. */
function codeSpan(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  const padding = /^`|`$/.test(text) ? " " : "";
  return `${fence}${padding}${text.replaceAll("|", "\\|").replace(/\s+/g, " ")}${padding}${fence}`;
}

function escapeHtml(text: string): string {
  const escapes: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    "|": "&#124;",
    "@": "&#64;",
  };
  return text.replace(/[&<>|@]/g, (each) => escapes[each] ?? "").replace(/[\\`*_[\]#]/g, "\\$&");
}
