import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { listStacks } from "../../tools/evaluation/stackSettings";
import { stackPicture } from "../../tools/preview/networkPicture/networkPicture";
import { picturePath } from "../../tools/preview/pictures";
import { evaluateVariant } from "../stacks/evaluateVariant";

const root = join(__dirname, "../..");
const stacks = listStacks(root);

describe("pictures of the stacks (npm run preview -- --svg draws them anew)", () => {
  for (const stack of stacks) {
    it(`${picturePath(stack)} is what is drawn of the stack`, async () => {
      const file = join(root, picturePath(stack));
      const picture = stackPicture(await evaluateVariant(stack));
      if (process.env.UPDATE_GOLDEN === "1") writeFileSync(file, picture);
      assert.ok(picture === readFileSync(file, "utf8"), `npm run preview -- --svg --stack ${stack}`);
    });
  }

  it("are those of the stacks there are", () => {
    const pictures = readdirSync(join(root, dirname(picturePath("")))).filter((file) => file.endsWith(".svg"));
    assert.deepEqual(pictures.sort(), stacks.map((stack) => `${stack}.svg`).sort());
  });
});
