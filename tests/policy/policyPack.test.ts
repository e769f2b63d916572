import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { policies } from "../../policy/policies";
import { violations } from "../../policy/violations";
import { listStacks } from "../../tools/evaluation/stackSettings";
import { evaluateVariant } from "../stacks/evaluateVariant";

const root = join(__dirname, "../..");

type Props = Record<string, unknown>;

/** What the policy SDK makes of the values that are not known during a preview; its types leave it out. */
const { unknownArrayValue, unknownCheckingProxy, unknownStringValue } = require("@pulumi/policy/proxy") as {
  readonly unknownArrayValue: string;
  readonly unknownCheckingProxy: (props: Props) => Props;
  readonly unknownStringValue: string;
};

/** What the pack says of a resource, each with the name of the policy. */
async function judge(type: string, name: string, props: Props): Promise<string[]> {
  const found = policies.map(async (policy) =>
    // As the policy SDK hands it over.
    (await violations(policy.rule, { type, name, props: unknownCheckingProxy(props) })).map(
      (violation) => `${policy.name}: ${violation}`,
    ),
  );
  return (await Promise.all(found)).flat();
}

const groupType = "aws:ec2/securityGroup:SecurityGroup";
const wide = (at: string) =>
  `no-open-ingress: ${at}: "0.0.0.0/0" lets everybody in. Instead: the callers' security group in securityGroups, or a ` +
  'private block such as "10.0.0.0/16".';
const openRule = { fromPort: 443, toPort: 443, protocol: "tcp", cidrBlocks: ["0.0.0.0/0"] };

/** A resource during a preview, and what is said of it. */
const cases: readonly (readonly [what: string, type: string, props: Props, ...violations: string[]])[] = [
  [
    "says what is wrong where, and what to write instead",
    groupType,
    { ingress: [openRule] },
    wide("ingress[0].cidrBlocks[0]"),
  ],
  [
    "judges what is known beside what is not",
    groupType,
    {
      vpcId: unknownStringValue,
      ingress: [unknownStringValue, { ...openRule, cidrBlocks: [unknownStringValue, "0.0.0.0/0"] }],
    },
    wide("ingress[1].cidrBlocks[1]"),
  ],
  ["leaves unknown lists for later", groupType, { ingress: unknownArrayValue }],
  [
    "tells a policy that is unknown from one that is missing",
    "aws:ec2/vpcEndpoint:VpcEndpoint",
    { serviceName: "com.amazonaws.eu-central-1.sqs", policy: unknownStringValue },
  ],
  [
    "leaves an unknown retention time for later",
    "aws:cloudwatch/logGroup:LogGroup",
    { retentionInDays: unknownStringValue },
  ],
  [
    "leaves unknown containers for later",
    "aws:ecs/taskDefinition:TaskDefinition",
    { containerDefinitions: unknownStringValue },
  ],
  [
    "leaves a NAT gateway of unknown kind for later",
    "aws:ec2/natGateway:NatGateway",
    { connectivityType: unknownStringValue },
  ],
  [
    "reads a policy with an unknown part",
    "aws:sns/topicPolicy:TopicPolicy",
    { policy: { Statement: [{ Sid: "All", Effect: "Allow", Action: "*", Resource: unknownStringValue }] } },
    'no-wildcard-actions: policy.All.Action: "*" is a wildcard. Instead: actions by their full names, such as s3:GetObject.',
  ],
];

describe("the policy pack", () => {
  for (const [what, type, props, ...expected] of cases) {
    it(what, async () => assert.deepEqual(await judge(type, "it", props), expected));
  }

  it("passes on what goes wrong in a rule", async () => {
    const broken = () => assert.fail("broken");
    await assert.rejects(violations(broken, { type: groupType, name: "it", props: {} }), /broken/);
    const props = {
      get ingress() {
        return assert.fail("unreadable");
      },
    };
    await assert.rejects(
      violations(() => [], { type: groupType, name: "it", props }),
      /unreadable/,
    );
  });

  for (const stack of listStacks(root)) {
    it(`finds nothing in the stack ${stack}`, async () => {
      const { resources } = await evaluateVariant(stack);
      const found = resources.map(({ type, name, inputs }) => judge(type, name, inputs));
      assert.deepEqual((await Promise.all(found)).flat(), []);
    });
  }

  it("has the version of the project", () => {
    const versionIn = (folder: string) => JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")).version;
    assert.equal(versionIn("policy"), versionIn("."));
  });
});
