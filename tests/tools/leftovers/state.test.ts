import assert from "node:assert/strict";
import { readState } from "../../../tools/leftovers/state";

const at = "eu-central-1:111122223333";
const urn = (type: string, name: string) => `urn:pulumi:dev::traced-fargate::${type}::${name}`;
const resource = (type: string, name: string, id: string, outputs: object = {}) => ({
  urn: urn(type, name),
  type,
  id,
  outputs,
});
const lease = "traced-fargate/dev/egress/vpc-0123456789abcdef0";
const dynamic = "pulumi-nodejs:dynamic/temporaryNatGateway:NatGatewayLease";
const scalableTarget = {
  serviceNamespace: "ecs",
  scalableDimension: "ecs:service:DesiredCount",
  resourceId: "service/cluster-1a/hello-2b",
};
const targetOptions =
  "--service-namespace ecs --scalable-dimension ecs:service:DesiredCount --resource-id service/cluster-1a/hello-2b";
const exported = (resources: object[], pending_operations?: object[]) =>
  JSON.stringify({ version: 3, deployment: { resources, pending_operations } });

describe("readState", () => {
  it("finds ARNs and AWS's ids, also of an instance's volume, and no names", () => {
    const { owned, accountId } = readState(
      exported([
        { urn: urn("pulumi:pulumi:Stack", "dev"), type: "pulumi:pulumi:Stack" },
        resource("aws:iam/role:Role", "client-role", "client-role-1a2b3c4"),
        resource("aws:cloudwatch/logGroup:LogGroup", "hello", "/traced-fargate/dev/hello", {
          arn: `arn:aws:logs:${at}:log-group:/traced-fargate/dev/hello:*`,
        }),
        resource("aws:ec2/instance:Instance", "client", "i-0123456789abcdef0", {
          arn: `arn:aws:ec2:${at}:instance/i-0123456789abcdef0`,
          rootBlockDevice: { volumeId: "vol-0123456789abcdef0" },
        }),
        resource("aws:ecs/taskDefinition:TaskDefinition", "hello", "traced-fargate-dev-hello", {
          arn: `arn:aws:ecs:${at}:task-definition/traced-fargate-dev-hello:2`,
        }),
      ]),
    );
    assert.deepEqual(
      [...owned],
      [
        `arn:aws:logs:${at}:log-group:/traced-fargate/dev/hello`,
        "i-0123456789abcdef0",
        `arn:aws:ec2:${at}:instance/i-0123456789abcdef0`,
        "vol-0123456789abcdef0",
        `arn:aws:ecs:${at}:task-definition/traced-fargate-dev-hello:2`,
      ],
    );
    assert.equal(accountId, "111122223333");
  });

  it("finds leases by lease and safeguard, and what was interrupted", () => {
    const service = resource("aws:ecs/service:Service", "hello", "");
    const state = readState(
      exported(
        [resource(`${dynamic}Safeguard`, "egress-safeguard", `${lease}/safeguard`)],
        [{ type: "creating", resource: service }],
      ),
    );
    assert.deepEqual([...state.leases], [lease]);
    assert.deepEqual(state.interrupted, ["creating aws:ecs/service:Service hello"]);
    assert.equal(state.accountId, undefined);
  });

  describe("of what was being created and the tagging API does not list", () => {
    const cases: [type: string, inputs: object, commands: string[]][] = [
      [
        "aws:appautoscaling/policy:Policy",
        { name: "hello-1a", ...scalableTarget },
        [`aws application-autoscaling delete-scaling-policy --policy-name hello-1a ${targetOptions}`],
      ],
      [
        "aws:appautoscaling/target:Target",
        scalableTarget,
        [`aws application-autoscaling deregister-scalable-target ${targetOptions}`],
      ],
      [
        "aws:cloudwatch/dashboard:Dashboard",
        { dashboardName: "traced-fargate-dev" },
        ["aws cloudwatch delete-dashboards --dashboard-names traced-fargate-dev"],
      ],
      [
        "aws:route53/resolverQueryLogConfigAssociation:ResolverQueryLogConfigAssociation",
        { resolverQueryLogConfigId: "rqlc-1a", resourceId: "vpc-2b" },
        [
          "aws route53resolver disassociate-resolver-query-log-config --resolver-query-log-config-id rqlc-1a " +
            "--resource-id vpc-2b",
        ],
      ],
      [
        "aws:ecr/pullThroughCacheRule:PullThroughCacheRule",
        { ecrRepositoryPrefix: "traced-fargate-dev" },
        ["aws ecr delete-pull-through-cache-rule --ecr-repository-prefix traced-fargate-dev"],
      ],
      [
        "aws:iam/instanceProfile:InstanceProfile",
        { name: "profile-1a", role: "role-2b" },
        [
          "aws iam remove-role-from-instance-profile --instance-profile-name profile-1a --role-name role-2b",
          "aws iam delete-instance-profile --instance-profile-name profile-1a",
        ],
      ],
      [
        "aws:iam/rolePolicy:RolePolicy",
        { name: "policy-1a", role: "role-2b" },
        ["aws iam delete-role-policy --role-name role-2b --policy-name policy-1a"],
      ],
      ["aws:iam/role:Role", { name: "role-2b" }, ["aws iam delete-role --role-name role-2b"]],
    ];
    const pending = (type: string, inputs: object) => ({ ...resource(type, "made", ""), inputs });

    for (const [type, inputs, commands] of cases) {
      it(`says what deletes ${type}, if it is not in the state after all`, () => {
        const creating = { type: "creating", resource: pending(type, inputs) };
        assert.deepEqual(readState(exported([], [creating])).unlisted, [{ name: `${type} made`, commands }]);
        assert.deepEqual(readState(exported([pending(type, inputs)], [creating])).unlisted, []);
        const deleting = { type: "deleting", resource: pending(type, inputs) };
        assert.deepEqual(readState(exported([], [deleting])).unlisted, []);
      });
    }

    it("names users before what they use, and nothing that has tags", () => {
      const types = [...cases.map(([type]) => type), "aws:ec2/vpc:Vpc"].reverse();
      const creating = types.map((type) => ({ type: "creating", resource: pending(type, { name: type }) }));
      assert.deepEqual(
        readState(exported([], creating)).unlisted.map(({ name }) => name),
        cases.map(([type]) => `${type} made`),
      );
    });
  });

  it("takes for an ARN, an id or a lease only what is one from its beginning to its end", () => {
    const names = ["hello-abcdefgh-role", "Network/vpc-0123456789abcdef0", `of arn:aws:iam::111122223333:role/a`];
    const starred = `arn:aws:logs:${at}:log-group:*:log-stream:a`;
    const other = `${dynamic}Checkpoint`;
    const inside = "traced-fargate/safeguard/egress/vpc-0123456789abcdef0";
    const state = readState(
      exported([
        ...names.map((id) => resource("aws:iam/role:Role", "role", id)),
        resource("aws:cloudwatch/logStream:LogStream", "stream", starred),
        resource(other, "checkpoint", "check-0123456789"),
        resource(dynamic, "egress-lease", inside),
      ]),
    );
    assert.deepEqual([[...state.owned], [...state.leases]], [[starred, "check-0123456789"], [inside]]);
  });

  it("takes an empty stack as one that owns nothing", () => {
    const { owned, leases, interrupted } = readState('{"version":3,"deployment":{}}');
    assert.deepEqual([owned.size, leases.size, interrupted.length], [0, 0, 0]);
  });
});
