import assert from "node:assert/strict";
import fc from "fast-check";
import { domainName, physicalName } from "../../components/names";

describe("physicalName", () => {
  const table: [parts: string[], maxLength: number, expected: string][] = [
    [["traced-fargate", "dev"], 30, "traced-fargate-dev"],
    [["traced-fargate", "dev", "hello"], 24, "traced-fargate-dev-hello"],
    [["Traced_Fargate", "My.Stack"], 30, "traced-fargate-my-stack-befafc"],
    [["-traced--", "dev-"], 30, "traced-dev-f69d05"],
    [["traced-fargate", "dev-eu"], 30, "traced-fargate-dev-eu-9cb480"],
    [["traced-fargate", "dev.eu"], 30, "traced-fargate-dev-eu-c2ab84"],
    [["..."], 30, "ab5df6"],
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

  const part = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_.-]{0,40}$/);
  const parts = fc.array(part, { minLength: 1, maxLength: 3 });

  it("tells different parts apart, also those that differ by case, a point, a hyphen or an underscore only", () => {
    const similar = fc.stringMatching(/^[aA]([._-][aA]){0,3}$/);
    const pairs = [part, similar].map((each) =>
      fc.integer({ min: 1, max: 3 }).chain((count) => {
        const some = fc.array(each, { minLength: count, maxLength: count });
        return fc.tuple(some, some);
      }),
    );
    fc.assert(
      fc.property(fc.oneof(...pairs), fc.integer({ min: 10, max: 64 }), ([one, other], max) => {
        fc.pre(one.join("\0") !== other.join("\0"));
        assert.notEqual(physicalName(one, max), physicalName(other, max));
      }),
    );
  });

  it("always fits, and uses only what every AWS name allows", () => {
    fc.assert(
      fc.property(parts, fc.integer({ min: 10, max: 64 }), (given, max) => {
        const name = physicalName(given, max);
        assert.ok(name.length <= max);
        assert.match(name, /^[a-z][a-z0-9-]*[a-z0-9]$|^[a-z]$/);
      }),
    );
  });
});

describe("domainName", () => {
  it("is made of stack and project", () => {
    assert.equal(domainName("traced-fargate", "dev"), "dev.traced-fargate.internal");
  });

  it("keeps a label of 63 characters, the longest there are", () => {
    const longest = "a".repeat(63);
    assert.equal(domainName(longest, longest), `${longest}.${longest}.internal`);
  });

  it("has labels as DNS allows them, whatever project and stack are called", () => {
    // Pulumi allows these, up to 100 characters (https://www.pulumi.com/docs/iac/concepts/projects/).
    const name = fc.stringMatching(/^[A-Za-z0-9_.-]{1,100}$/);
    fc.assert(
      fc.property(name, name, (project, stack) => {
        const labels = domainName(project, stack).split(".");
        assert.equal(labels.length, 3);
        for (const label of labels) {
          assert.match(label, /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
        }
      }),
    );
  });
});
