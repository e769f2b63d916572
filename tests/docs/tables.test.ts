import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { settings } from "../../config/settings";
import { described } from "../config/parse";
import { evaluateVariant } from "../stacks/evaluateVariant";
import { commentsOfExports, outputsTable, settingsTable } from "./tables";

const root = join(__dirname, "../..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");

/** The lines of a page's table, which `table` replaces with `UPDATE_GOLDEN=1`. */
function tableIn(path: string, table: string): string {
  const lines = /^\|.*\|\n(\|.*\|\n)*/m;
  if (process.env.UPDATE_GOLDEN === "1") {
    writeFileSync(
      join(root, path),
      read(path).replace(lines, () => table),
    );
  }
  const [found = ""] = lines.exec(read(path)) ?? [];
  return found;
}

const allowed = Object.fromEntries(
  Object.entries(settings).map(([name, schema]) => [name, String(schema.meta()?.allowed)]),
);

describe("tables of the documentation (UPDATE_GOLDEN=1 npm test writes them anew)", () => {
  it("docs/settings.md has every setting of Pulumi.yaml", () => {
    assert.deepEqual(Object.keys(described).sort(), Object.keys(settings).sort());
    const table = settingsTable(described, allowed);
    assert.equal(tableIn("docs/settings.md", table), table);
  });

  it("docs/outputs.md has every output of the program", async () => {
    const dev = await evaluateVariant("dev");
    const program = read("index.ts");
    assert.deepEqual(
      commentsOfExports(program)
        .map(([name]) => name)
        .sort(),
      Object.keys(dev.outputs).sort(),
    );
    const table = outputsTable(program, dev);
    assert.equal(tableIn("docs/outputs.md", table), table);
  });

  for (const [name, comment] of commentsOfExports(read("index.ts"))) {
    it(`says what ${name} is`, () => assert.match(comment, /^[A-Z`].*\.$/));
  }
});
