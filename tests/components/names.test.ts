import assert from "node:assert/strict";
import fc from "fast-check";
import { physicalName } from "../../components/names";

describe("physicalName", () => {
  const table: [parts: string[], maxLength: number, expected: string][] = [
    [["traced-fargate", "dev"], 30, "traced-fargate-dev"],
    [["Traced_Fargate", "My.Stack"], 30, "traced-fargate-my-stack"],
    [["-traced--", "dev-"], 30, "traced-dev"],
    [["traced-fargate", "dev", "hello"], 24, "traced-fargate-dev-hello"],
  ];
  for (const [parts, maxLength, expected] of table) {
    it(`makes ${expected} of ${parts.join(" and ")}`, () => assert.equal(physicalName(parts, maxLength), expected));
  }

  it("keeps long names within the limit and apart", () => {
    const names = ["production-a", "production-b"].map((stack) => physicalName(["traced-fargate", stack], 20));
    for (const name of names) {
      assert.match(name, /^traced-fargat(e|-)?-?[0-9a-f]{6}$/);
      assert.ok(name.length <= 20);
    }
    assert.notEqual(names[0], names[1]);
  });

  it("always fits, and uses only what every AWS name allows", () => {
    const part = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_.-]{0,40}$/);
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 3 }), fc.integer({ min: 10, max: 64 }), (parts, max) => {
        const name = physicalName(parts, max);
        assert.ok(name.length <= max);
        assert.match(name, /^[a-z][a-z0-9-]*[a-z0-9]$|^[a-z]$/);
      }),
    );
  });
});
