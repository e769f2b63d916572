import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { countSame, listOf, screenOf, wrap } from "../../../tools/terminal/screen";
import { styleFor, type TerminalStream } from "../../../tools/terminal/style";

/** A stream, a terminal if it has columns, and what is written to it. */
function streamOf(columns?: number): { stream: TerminalStream; written: () => string } {
  const stream = new PassThrough().setEncoding("utf8");
  const terminal = columns === undefined ? {} : { isTTY: true, hasColors: () => true, columns };
  return { stream: Object.assign(stream, terminal), written: () => stream.read() ?? "" };
}

describe("a screen", () => {
  const wrapped: readonly [line: string, width: number, indent: number, lines: string[]][] = [
    ["short enough", 12, 2, ["short enough"]],
    ["  passed  one two three", 15, 10, ["  passed  one", "          two", "          three"]],
    ["a word-that-fits-nowhere b", 10, 2, ["a", "  word-tha", "  t-fits-n", "  owhere b"]],
    ["\x1b[32mpassed\x1b[39m  one two", 11, 0, ["\x1b[32mpassed\x1b[39m  one", "two"]],
  ];
  for (const [line, width, indent, lines] of wrapped) {
    it(`breaks ${JSON.stringify(line)} at ${width} columns`, () => {
      assert.deepEqual(wrap(line, width, indent).split("\n"), lines);
    });
  }

  it("has 80 columns where it is not a terminal, and those of a terminal", () => {
    const text = "word ".repeat(30).trim();
    for (const [columns, longest] of [
      [undefined, 79],
      [60, 59],
      [100, 99],
    ] as const) {
      const { stream, written } = streamOf(columns);
      screenOf(stream).print(text, 0);
      assert.equal(
        Math.max(
          ...written()
            .split("\n")
            .map(({ length }) => length),
        ),
        longest,
      );
    }
  });

  it("says in a line of its own what is going on, and prints above", async () => {
    const { stream, written } = streamOf(80);
    const screen = screenOf(stream);
    let finish: () => void = () => undefined;
    const work = screen.during("building", new Promise<void>((resolve) => (finish = resolve)));
    screen.print("a line");
    finish();
    await work;
    // What was written, with a sign where the last line begins anew.
    const shown = written().replaceAll("\r\x1b[K", "<").replaceAll(/\d+ s/g, "# s");
    assert.match(shown, /^(< {2}building, # s)+<a line\n(< {2}building, # s)+<$/);
  });

  it("has a line for each piece of work elsewhere", async () => {
    const { stream, written } = streamOf();
    assert.equal(await screenOf(stream).during("building", Promise.resolve(7)), 7);
    assert.equal(written(), "  building\n");
  });

  it("counts and lists", () => {
    assert.deepEqual(countSame(["b", "a", "b"]), ["2 x b", "a"]);
    assert.deepEqual([[], ["a"], ["a", "b"], ["a", "b", "c"]].map(listOf), ["", "a", "a and b", "a, b and c"]);
  });

  it("has colours on a terminal, and where they are asked for", () => {
    const [terminal, file] = [streamOf(80).stream, streamOf().stream];
    const coloured = () => [terminal, file].map((stream) => styleFor(stream)("green", "passed") !== "passed");
    assert.deepEqual(coloured(), [true, false]);
    const { FORCE_COLOR } = process.env;
    try {
      process.env.FORCE_COLOR = "1";
      assert.deepEqual(coloured(), [true, true]);
      process.env.FORCE_COLOR = "0";
      assert.deepEqual(coloured(), [false, false]);
    } finally {
      if (FORCE_COLOR === undefined) delete process.env.FORCE_COLOR;
      else process.env.FORCE_COLOR = FORCE_COLOR;
    }
  });
});
