import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { checkStackTags, untaggable } from "../../../tools/checks/stackTags";
import { checkTable, recorded } from "./recorded";

const tags = { Project: "p", Stack: "s" };
const allowed =
  '"p" and "s": call tagResources() before it is made; a type without tags belongs into the list of ' +
  "tools/checks/stackTags.ts";

checkTable([
  {
    check: checkStackTags,
    name: "accepts the stack's tags, whatever else there is, and types that know none",
    resources: [
      recorded("aws:ec2/vpc:Vpc", "network", { tags: { ...tags, Name: "network" } }),
      recorded("aws:ec2/instance:Instance", "client", { tags, volumeTags: tags }),
      recorded("aws:iam/rolePolicy:RolePolicy", "role", {}),
      recorded("aws:appautoscaling/target:Target", "hello", {}),
      recorded("pulumi-nodejs:dynamic/temporaryNatGateway:NatGatewayLease", "lease", {}),
    ],
    findings: [],
  },
  {
    check: checkStackTags,
    name: "tells of a resource without them, of one with another stack's, and of an untagged volume",
    resources: [
      recorded("aws:ec2/vpc:Vpc", "network", {}),
      recorded("aws:ecs/cluster:Cluster", "cluster", { tags: { Project: "p", Stack: "other" } }),
      recorded("aws:ec2/instance:Instance", "client", { tags }),
    ],
    findings: [
      `aws:ec2/vpc:Vpc "network": tags: nothing and nothing are not the stack's Project and Stack; allowed: ${allowed}`,
      `aws:ecs/cluster:Cluster "cluster": tags: "p" and "other" are not the stack's Project and Stack; ` +
        `allowed: ${allowed}`,
      `aws:ec2/instance:Instance "client": volumeTags: nothing and nothing are not the stack's Project and Stack; ` +
        `allowed: ${allowed}`,
    ],
  },
]);

describe("the types without tags", () => {
  for (const type of untaggable) {
    it(`${type} is one in the SDK`, () => {
      const [, file] = /^aws:(.+):/.exec(type) ?? [];
      const code = readFileSync(require.resolve(`@pulumi/aws/${file}`), "utf8");
      assert.ok(code.includes(type));
      assert.ok(!code.includes("tagsAll"));
    });
  }
});
