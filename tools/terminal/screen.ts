import { type Style, styleFor, type TerminalStream } from "./style";

/** Where a command that takes its time tells what it does. */
export interface Screen {
  readonly style: Style;
  /**
   * Writes a text that stays.
   *
   * @param indent how far its second and further lines are indented, in columns
   */
  print(text: string, indent?: number): void;
  /** Awaits some work and says meanwhile what it is. */
  during<T>(what: string, work: Promise<T>): Promise<T>;
}

/** What is not a terminal has this many columns. */
const defaultWidth = 80;
/** How often the last line of a terminal is written anew, and how soon others hear that work goes on, in milliseconds. */
const redrawMs = 100;
const patienceMs = 4000;

/**
 * The screen of a stream. A terminal shows in its last line what is going on, and for how long; elsewhere, where lines
 * cannot be taken back, each piece of work has a line, and another one whenever it has taken twice as long.
 */
export function screenOf(stream: TerminalStream): Screen {
  const { isTTY = false } = stream;
  const style = styleFor(stream);
  let live = "";
  const width = (): number => (isTTY ? (stream.columns ?? defaultWidth) : defaultWidth);
  const show = (text: string): void => {
    if (live !== "" || text !== "") stream.write(`\r\x1b[K${text.slice(0, width() - 1)}`);
    live = text;
  };
  const print = (text: string, indent = 0): void => {
    const shown = live;
    show("");
    for (const line of text.split("\n")) stream.write(`${wrap(line, width(), indent)}\n`);
    show(shown);
  };
  return {
    style,
    print,
    async during(what, work) {
      const startedAt = Date.now();
      const seconds = () => Math.round((Date.now() - startedAt) / 1000);
      let next = patienceMs;
      const report = (): void => {
        if (isTTY) {
          show(`  ${what}, ${seconds()} s`);
        } else if (Date.now() - startedAt >= next) {
          next = 2 * (Date.now() - startedAt);
          print(`  still ${what} (${seconds()} s)`, 2);
        }
      };
      if (isTTY) report();
      else print(`  ${what}`, 2);
      const timer = setInterval(report, redrawMs);
      try {
        return await work;
      } finally {
        clearInterval(timer);
        show("");
      }
    },
  };
}

/** What colours add to a text, which takes no room (https://en.wikipedia.org/wiki/ANSI_escape_code#SGR). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: this is what it looks for.
const colours = /\x1b\[\d+m/g;

const widthOf = (text: string): number => text.replace(colours, "").length;

/** Breaks a line at spaces, so that it fits, and where there are none, anywhere. */
export function wrap(line: string, width: number, indent: number): string {
  if (widthOf(line) <= width) return line;
  const [start = ""] = /^ */.exec(line) ?? [];
  const lines: string[] = [];
  let current = start;
  for (const word of line.slice(start.length).split(/(?<=\S) (?=\S)/)) {
    const gap = current.trim() === "" ? "" : " ";
    if (widthOf(current + gap + word) <= width) {
      current += gap + word;
      continue;
    }
    if (gap !== "") lines.push(current);
    else current = "";
    current = `${lines.length === 0 ? start : " ".repeat(indent)}${word}`;
    while (widthOf(current) > width) {
      lines.push(current.slice(0, width));
      current = " ".repeat(indent) + current.slice(width);
    }
  }
  return [...lines, current].join("\n");
}

/** Each text once, with how often it is there: `3 x daemon`. */
export function countSame(texts: readonly string[]): string[] {
  return [...new Set(texts)].map((text) => {
    const count = texts.filter((each) => each === text).length;
    return count === 1 ? text : `${count} x ${text}`;
  });
}

/** Such as `a, b and c`. */
export function listOf(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
