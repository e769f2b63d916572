import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { evaluateVariant } from "./evaluateVariant";
import { stackText } from "./stackText";

const project = join(__dirname, "../..");
const folder = join(__dirname, "golden");
const stacks = readdirSync(project).flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.slice(1) ?? []);

describe("golden texts (UPDATE_GOLDEN=1 npm test writes them anew)", () => {
  for (const stack of stacks) {
    it(`${stack} is made of just what its text says`, async () => {
      const evaluation = await evaluateVariant(stack);
      assert.deepEqual(evaluation.errors, []);
      const file = join(folder, `${stack}.txt`);
      const text = stackText(evaluation);
      if (process.env.UPDATE_GOLDEN === "1") writeFileSync(file, text);
      assert.equal(text, readFileSync(file, "utf8"));
    });
  }

  it("are those of the stacks there are", () => {
    assert.deepEqual(readdirSync(folder).sort(), stacks.map((stack) => `${stack}.txt`).sort());
  });
});
