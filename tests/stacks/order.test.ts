import assert from "node:assert/strict";
import type { Evaluation, RecordedResource } from "../../tools/evaluation/evaluation";
import { label } from "../../tools/evaluation/order";
import { evaluateVariant } from "./evaluateVariant";

const network = [
  "ec2.DefaultSecurityGroup network-default",
  "ec2.RouteTableAssociation *",
  "ec2.VpcEndpoint *",
  "vpc.SecurityGroupIngressRule *",
  "vpc.SecurityGroupEgressRule *",
];
const lease = "NatGatewayLease egress-lease";
const release = "NatGatewayRelease egress-release";
const instance = "ec2.Instance client-instance";

/** What a service's tasks need as they start, besides what all services share. */
const ofTask = (name: string): string[] => [
  `Image ${name}`,
  `cloudwatch.LogGroup ${name}`,
  `iam.RolePolicy ${name}-execution`,
  `ecs.TaskDefinition ${name}`,
  `servicediscovery.Service ${name}`,
];

interface Stack {
  readonly services: readonly string[];
  /** What the tasks of the traced services wait for, besides what those of all services do. */
  readonly collector: readonly string[];
  /** Whose task definitions wait for the table. */
  readonly usersOfTable?: readonly string[];
  readonly hasLease?: boolean;
}

const cache = ["ecr.PullThroughCacheRule collector", "ecr.Repository collector"];
const stacks: Readonly<Record<string, Stack>> = {
  dev: { services: ["hello"], collector: cache, hasLease: true },
  proxy: { services: ["hello"], collector: ["Image collector"] },
  packed: { services: ["hello"], collector: [] },
  chain: {
    services: ["frontend", "bff", "date", "time"],
    collector: cache,
    usersOfTable: ["date", "time"],
    hasLease: true,
  },
};

/**
 * What is there before something is made. Pulumi deletes in the opposite order, so what stands on the right is also
 * what outlives it.
 */
function orderOf({ services, collector, usersOfTable = [], hasLease }: Stack): [later: string, earlier: string[]][] {
  const ofServices = services.flatMap((name): [string, string[]][] => {
    const traced = name === "frontend" ? [] : [`iam.RolePolicy ${name}-task`, ...collector];
    return [
      [`ecs.Service ${name}`, [...(hasLease ? [lease] : []), ...network, ...traced, ...ofTask(name)]],
      [`ServiceDeployment ${name}`, [`ecs.Service ${name}`]],
    ];
  });
  const deployed = services.map((name) => `ServiceDeployment ${name}`);
  const safeguard = "NatGatewayLeaseSafeguard egress-safeguard";
  const images = services.map((name) => `Image ${name}`);
  const ofLease: [string, string[]][] = [
    [safeguard, ["iam.RolePolicy egress-dead-man-switch"]],
    [lease, [safeguard, "ecs.Cluster cluster", ...images, ...collector, ...network]],
    [release, [lease, ...deployed, instance, ...services.flatMap(ofTask)]],
  ];
  return [
    ["ec2.Vpc network", ["NetworkChangeCheck network-change-check"]],
    ...ofServices,
    ...usersOfTable.map((name): [string, string[]] => [`ecs.TaskDefinition ${name}`, ["dynamodb.Table table"]]),
    [instance, [...(hasLease ? [lease] : []), "iam.RolePolicy client-policy", ...network]],
    ["LoadClientReadiness client-ready", [instance]],
    ...(hasLease ? ofLease : []),
  ];
}

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
  for (const [stack, facts] of Object.entries(stacks)) {
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

      for (const [later, earlier] of orderOf(facts)) {
        it(`${later} waits`, () => {
          for (const first of earlier.flatMap(named)) {
            const made = madeWithout(first, evaluation);
            for (const each of named(later)) {
              assert.ok(!made.includes(each), `${label(each)} does not wait for ${label(first)}`);
            }
          }
        });
      }

      if (facts.hasLease) {
        // No NAT gateway helps the client: its security group never lets it there (docs/adr/0006).
        it("removes the NAT gateway without waiting until the client is ready", () => {
          const made = named("LoadClientReadiness client-ready").flatMap((ready) => madeWithout(ready, evaluation));
          assert.ok(named(release).every((each) => made.includes(each)));
          const ids = named(lease).flatMap(({ inputs }) => Object(inputs.network).egressSecurityGroupIds);
          assert.ok(!named("ec2.SecurityGroup network-client").some(({ id }) => ids.includes(id)));
        });
      }
    });
  }
});
