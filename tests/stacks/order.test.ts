import assert from "node:assert/strict";
import type { Evaluation, RecordedResource } from "../../tools/evaluation/evaluation";
import { label } from "../pulumi/order";
import { evaluateVariant } from "./evaluateVariant";

const network = [
  "ec2.DefaultSecurityGroup network-default",
  "ec2.RouteTableAssociation *",
  "ec2.VpcEndpoint *",
  "vpc.SecurityGroupIngressRule *",
  "vpc.SecurityGroupEgressRule *",
];
const collector = ["ecr.PullThroughCacheRule collector", "ecr.Repository collector"];
const lease = "NatGatewayLease egress-lease";
const release = "NatGatewayRelease egress-release";

/** What a service's tasks need as they start, besides what all services share. */
const ofTask = (name: string): string[] => [
  `Image ${name}`,
  `cloudwatch.LogGroup ${name}`,
  `iam.RolePolicy ${name}-execution`,
  `ecs.TaskDefinition ${name}`,
  `servicediscovery.Service ${name}`,
];

/**
 * What is there before something is made, by hand. Pulumi deletes in the opposite order, so what stands on the right
 * is also what outlives it.
 */
const orders: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  dev: {
    "ec2.Vpc network": ["NetworkChangeCheck network-change-check"],
    "NatGatewayLeaseSafeguard egress-safeguard": ["iam.RolePolicy egress-dead-man-switch"],
    [lease]: [
      "NatGatewayLeaseSafeguard egress-safeguard",
      "ecs.Cluster cluster",
      "Image hello",
      ...collector,
      ...network,
    ],
    "ecs.Service hello": [lease, "iam.RolePolicy hello-task", ...network, ...collector, ...ofTask("hello")],
    "ServiceDeployment hello": ["ecs.Service hello"],
    "ec2.Instance client-instance": [lease, "iam.RolePolicy client-policy", ...network],
    "LoadClientReadiness client-ready": ["ec2.Instance client-instance"],
    [release]: [lease, "ServiceDeployment hello", "ec2.Instance client-instance", ...ofTask("hello")],
  },
  proxy: {
    "ec2.Vpc network": ["NetworkChangeCheck network-change-check"],
    "ecs.Service hello": ["Image collector", "iam.RolePolicy hello-task", ...network, ...ofTask("hello")],
    "ServiceDeployment hello": ["ecs.Service hello"],
    "ec2.Instance client-instance": ["iam.RolePolicy client-policy", ...network],
    "LoadClientReadiness client-ready": ["ec2.Instance client-instance"],
  },
  packed: {
    "ec2.Vpc network": ["NetworkChangeCheck network-change-check"],
    "ecs.Service hello": ["iam.RolePolicy hello-task", ...network, ...ofTask("hello")],
    "ServiceDeployment hello": ["ecs.Service hello"],
    "ec2.Instance client-instance": ["iam.RolePolicy client-policy", ...network],
    "LoadClientReadiness client-ready": ["ec2.Instance client-instance"],
  },
  chain: {
    "ec2.Vpc network": ["NetworkChangeCheck network-change-check"],
    "NatGatewayLeaseSafeguard egress-safeguard": ["iam.RolePolicy egress-dead-man-switch"],
    [lease]: [
      "NatGatewayLeaseSafeguard egress-safeguard",
      "ecs.Cluster cluster",
      "Image frontend",
      "Image bff",
      "Image date",
      "Image time",
      ...collector,
      ...network,
    ],
    "ecs.Service frontend": [lease, ...network, ...ofTask("frontend")],
    "ecs.Service bff": [lease, "iam.RolePolicy bff-task", ...network, ...collector, ...ofTask("bff")],
    "ecs.Service date": [lease, "iam.RolePolicy date-task", ...network, ...collector, ...ofTask("date")],
    "ecs.Service time": [lease, "iam.RolePolicy time-task", ...network, ...collector, ...ofTask("time")],
    "ecs.TaskDefinition date": ["dynamodb.Table table"],
    "ecs.TaskDefinition time": ["dynamodb.Table table"],
    "ServiceDeployment frontend": ["ecs.Service frontend"],
    "ServiceDeployment bff": ["ecs.Service bff"],
    "ServiceDeployment date": ["ecs.Service date"],
    "ServiceDeployment time": ["ecs.Service time"],
    "ec2.Instance client-instance": [lease, "iam.RolePolicy client-policy", ...network],
    "LoadClientReadiness client-ready": ["ec2.Instance client-instance"],
    [release]: [
      lease,
      "ServiceDeployment frontend",
      "ServiceDeployment bff",
      "ServiceDeployment date",
      "ServiceDeployment time",
      "ec2.Instance client-instance",
      ...["frontend", "bff", "date", "time"].flatMap(ofTask),
    ],
  },
};

/** All that the engine makes while one resource is never done: it starts with what waits for nothing. */
function madeWithout(blocked: RecordedResource, { resources }: Evaluation): RecordedResource[] {
  const made = new Set<string | undefined>([undefined]);
  for (let before = 0; before < made.size; ) {
    before = made.size;
    for (const { urn, parent, dependencies } of resources) {
      if (urn !== blocked.urn && [parent, ...dependencies].every((needed) => made.has(needed))) made.add(urn);
    }
  }
  return resources.filter(({ urn }) => made.has(urn));
}

describe("order of a deployment", () => {
  for (const [stack, order] of Object.entries(orders)) {
    describe(stack, () => {
      let evaluation: Evaluation;
      before(async () => {
        evaluation = await evaluateVariant(stack);
      });
      const named = (pattern: string): RecordedResource[] => {
        const all = pattern.endsWith("*") ? pattern.slice(0, -1) : undefined;
        const found = evaluation.resources.filter((resource) =>
          all === undefined ? label(resource) === pattern : label(resource).startsWith(all),
        );
        assert.ok(found.length > 0, `${stack} has no ${pattern}`);
        return found;
      };

      for (const [later, earlier] of Object.entries(order)) {
        it(`${later} waits`, () => {
          for (const first of earlier.flatMap(named)) {
            const made = madeWithout(first, evaluation);
            for (const each of named(later)) {
              assert.ok(!made.includes(each), `${label(each)} does not wait for ${label(first)}`);
            }
          }
        });
      }
    });
  }

  // No NAT gateway helps the client: its security group never lets it there (docs/adr/0006).
  for (const stack of ["dev", "chain"]) {
    it(`of ${stack} removes the NAT gateway without waiting until the client is ready`, async () => {
      const evaluation = await evaluateVariant(stack);
      const one = (name: string): RecordedResource => {
        const [found] = evaluation.resources.filter((each) => label(each) === name);
        assert.ok(found);
        return found;
      };
      assert.ok(madeWithout(one("LoadClientReadiness client-ready"), evaluation).includes(one(release)));
      const { egressSecurityGroupIds } = one(lease).inputs.network as { egressSecurityGroupIds: unknown[] };
      assert.ok(!egressSecurityGroupIds.includes(one("ec2.SecurityGroup network-client").id));
    });
  }
});
