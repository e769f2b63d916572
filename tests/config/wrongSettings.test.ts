import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { linesOf } from "./parse";

const file = join(__dirname, "wrongSettings.txt");

/** The changes of a line such as `app=chain maxTaskCount=40`; a key without `=` is not set. */
function changesOf(line: string): Record<string, string | undefined> {
  const changes = line.split(" ").map((change) => /^([^=]+)(?:=(.*))?$/.exec(change)?.slice(1) ?? []);
  return Object.fromEntries(changes);
}

/** The changes, and below them the lines of the error, broken where a reader would. */
function answered(changes: string): string {
  const lines = linesOf(changesOf(changes));
  assert.notEqual(lines.length, 0, `nothing is wrong with ${changes}`);
  return [changes, ...lines].join("\n  ").replaceAll("; ", ";\n    ");
}

describe("wrong settings (UPDATE_GOLDEN=1 npm test writes the answers anew)", () => {
  it("are answered with what is wrong and what to type", () => {
    const blocks = readFileSync(file, "utf8").trimEnd().split("\n\n");
    const text = `${blocks.map((block) => answered(block.split("\n")[0] ?? "")).join("\n\n")}\n`;
    if (process.env.UPDATE_GOLDEN === "1") writeFileSync(file, text);
    assert.equal(text, readFileSync(file, "utf8"));
  });
});
