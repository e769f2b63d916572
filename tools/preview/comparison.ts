import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { asRecord } from "../checks/check";
import { runCommand } from "../childProcess";
import { type Evaluation, ofType } from "../evaluation/evaluation";
import { listStacks, readStackSettings } from "../evaluation/stackSettings";
import type { Terminal } from "../terminal/style";
import { withProgress } from "../terminal/withProgress";
import { type Against, type ComparedStack, formatMarkdown, type StackFacts } from "./markdown";
import { evaluateAndCheck } from "./previewStack";

/** What is to be compared with cannot be had; the message says why. */
export class AgainstError extends Error {}

/**
 * Prints the previews of stacks as Markdown.
 *
 * @param stack the only one to show; by default all
 * @param ref a commit, branch or tag to compare with
 * @returns whether no program fails and no check finds anything
 * @throws AgainstError when there is no such commit
 */
export async function printMarkdown(
  { stack, ref }: { readonly stack?: string; readonly ref?: string },
  projectDir: string,
  { stdout, stderr }: Terminal,
): Promise<boolean> {
  const print = (line: string) => stderr.write(`${line}\n`);
  const old = ref === undefined ? undefined : await checkOut(ref, projectDir);
  try {
    const isComparable = old !== undefined && old.against.obstacle === undefined;
    const before = isComparable ? listStacks(old.projectDir) : [];
    const all = [...new Set([...listStacks(projectDir), ...before])].sort();
    // Says which stacks there are.
    if (stack !== undefined && !all.includes(stack)) readStackSettings(stack, projectDir);
    const compared: ComparedStack[] = [];
    for (const name of stack === undefined ? all : [stack]) {
      const factsIn = (directory: string) => withProgress(print, `evaluating stack ${name}`, factsOf(name, directory));
      compared.push({
        stack: name,
        ...(isComparable && before.includes(name) ? { before: await factsIn(old.projectDir) } : {}),
        ...(listStacks(projectDir).includes(name) ? { after: await factsIn(projectDir) } : {}),
      });
    }
    stdout.write(formatMarkdown(compared, old?.against));
    return compared.every(({ after }) => after === undefined || after.errors.length + after.findings.length === 0);
  } finally {
    old?.remove();
  }
}

async function factsOf(stack: string, projectDir: string): Promise<StackFacts> {
  const { checks, formatFinding } = await import("../checks");
  const { formatErrors } = await import("./formatPreview");
  const { formatMonthlyCost } = await import("./outputs");
  const { resourceTexts, stackText } = await import("./stackText");
  const { evaluation, findings } = await inDirectory(projectDir, () => evaluateAndCheck(stack, projectDir));
  if (evaluation.errors.length > 0) {
    const errors = formatErrors(evaluation.errors, stack, (_colour, text) => text).split("\n");
    return { errors, text: "", resources: new Map(), images: new Map(), findings: [], checkCount: 0 };
  }
  return {
    errors: [],
    text: stackText(evaluation),
    resources: resourceTexts(evaluation),
    images: imagesOf(evaluation),
    ...costOf(formatMonthlyCost(evaluation)),
    findings: findings.map(formatFinding),
    checkCount: checks.length,
  };
}

/** `$1.50 a month (2026-04)` in its parts: the prices are the same for all stacks. */
function costOf(cost: string | undefined): Pick<StackFacts, "cost" | "prices"> {
  const [, amount, prices] = /^(.*?)(?: \((.*)\))?$/.exec(cost ?? "") ?? [];
  return cost === undefined ? {} : { cost: amount, prices };
}

/** Does some work in a folder, as Pulumi runs a program in its own: the program makes paths relative to it. */
async function inDirectory<T>(directory: string, work: () => Promise<T>): Promise<T> {
  const before = process.cwd();
  process.chdir(directory);
  try {
    return await work();
  } finally {
    process.chdir(before);
  }
}

/** The tags of the images that are built. */
function imagesOf(evaluation: Evaluation): Map<string, string> {
  return new Map(
    ofType(evaluation, "awsx:ecr:Image").map(({ name, inputs }) => [name, String(asRecord(inputs).imageTag)]),
  );
}

interface CheckedOut {
  readonly against: Against;
  readonly projectDir: string;
  readonly remove: () => void;
}

/**
 * The project as it is in a commit, in a folder of its own below node_modules, where Node.js finds the packages of
 * this one (https://nodejs.org/api/modules.html#loading-from-node_modules-folders). Other packages would be other
 * programs: with another lock file nothing is compared.
 */
async function checkOut(ref: string, projectDir: string): Promise<CheckedOut> {
  const commit = await git(["rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`], projectDir);
  if (commit === undefined) throw new AgainstError(`--against ${ref}: Git knows no such commit here`);
  const cache = join(projectDir, "node_modules/.cache/traced-fargate");
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, "against-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    const archive = join(folder, "commit.tar");
    // Of a folder within a repository Git takes that folder alone.
    const archived = await git(["archive", "--format=tar", `--output=${archive}`, commit], projectDir);
    const unpacked = await runCommand(["tar", "-xf", archive, "-C", folder], { stdio: ["ignore", "pipe", "pipe"] });
    if (archived === undefined || unpacked.code !== 0) {
      throw new AgainstError(
        `--against ${ref}: its files cannot be read: ${unpacked.errors.trim().split("\n")[0] ?? ""}`,
      );
    }
  } catch (error) {
    remove();
    throw error;
  }
  const isSame = lockHash(folder) === lockHash(projectDir);
  const obstacle = isSame
    ? undefined
    : "package-lock.json differs, and the packages that are installed are those of this one";
  return { against: { name: `${ref} (${commit.slice(0, 7)})`, obstacle }, projectDir: folder, remove };
}

function lockHash(directory: string): string | undefined {
  const file = join(directory, "package-lock.json");
  return existsSync(file) ? createHash("sha256").update(readFileSync(file)).digest("hex") : undefined;
}

/** What a command of Git prints; nothing when it fails. */
async function git(args: readonly string[], projectDir: string): Promise<string | undefined> {
  const { code, output } = await runCommand(["git", ...args], { cwd: projectDir, stdio: ["ignore", "pipe", "pipe"] });
  return code === 0 ? output.trim() : undefined;
}
