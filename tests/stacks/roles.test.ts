import assert from "node:assert/strict";
import { join } from "node:path";
import { runChecks } from "../../tools/checks";
import { listStacks } from "../../tools/evaluation/stackSettings";
import { evaluateVariant, unusual } from "./evaluateVariant";
import { StackGraph } from "./stackGraph";

describe("roles", () => {
  for (const stack of listStacks(join(__dirname, "../.."))) {
    it(`of ${stack} all have the boundary and the path of the settings`, async () => {
      const evaluation = await evaluateVariant(stack, unusual);
      assert.deepEqual(evaluation.errors, []);
      assert.deepEqual(await runChecks(evaluation), []);
      const roles = new StackGraph(evaluation).ofType("aws:iam/role:Role");
      assert.ok(roles.length >= 3);
      for (const { name, inputs, outputs } of roles) {
        assert.deepEqual(
          [inputs.permissionsBoundary, inputs.path],
          [unusual.permissionsBoundary, unusual.rolePath],
          name,
        );
        assert.match(String(outputs.arn), /:role\/team\/[a-z]/);
      }
    });
  }

  it("have no boundary, and IAM's own path, unless a stack asks for others", async () => {
    const roles = new StackGraph(await evaluateVariant("dev")).ofType("aws:iam/role:Role");
    assert.deepEqual(
      roles.map(({ inputs }) => [inputs.permissionsBoundary, inputs.path]),
      roles.map(() => [undefined, "/"]),
    );
  });
});
