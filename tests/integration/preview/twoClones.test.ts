import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { listStacks } from "../../../tools/evaluation/stackSettings";
import { clone, preview } from "../clone";

describe("npm run preview --json", () => {
  let scratch: string;
  let here: string;
  let there: string;
  before(() => {
    scratch = mkdtempSync(join(tmpdir(), "clones-"));
    here = clone(join(scratch, "here"), "002");
    there = clone(join(scratch, "another/place"), "077");
    const modes = [here, there].map((directory) => statSync(join(directory, "app/hello/service.ts")).mode & 0o777);
    assert.deepEqual(modes, [0o664, 0o600]);
  });
  after(() => rmSync(scratch, { recursive: true, force: true }));

  for (const stack of listStacks(resolve(__dirname, "../../.."))) {
    it(`says the same of the stack ${stack} in two clones at different paths and umasks`, () => {
      assert.deepEqual(preview(there, stack), preview(here, stack));
    });
  }

  it("gives the bff another tag when a comment is added to it, and no other service of the chain", () => {
    const tags = () =>
      new Map(
        preview(here, "chain")
          .resources.filter(({ type }) => type === "awsx:ecr:Image")
          .map(({ name, inputs }) => [name, inputs.imageTag]),
      );
    const before = tags();
    assert.deepEqual([...before.keys()], ["frontend", "bff", "date", "time"]);
    for (const [file, changed] of [
      ["app/bff/service.ts", ["bff"]],
      ["package.json", []],
    ] as const) {
      const path = join(here, file);
      const original = readFileSync(path, "utf8");
      writeFileSync(path, file === "package.json" ? original.replace(":", " :") : `${original}// New\n`);
      const after = tags();
      writeFileSync(path, original);
      assert.deepEqual(
        [...before.keys()].filter((name) => before.get(name) !== after.get(name)),
        changed,
      );
    }
  });
});
