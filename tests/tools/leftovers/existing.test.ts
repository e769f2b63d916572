import assert from "node:assert/strict";
import { findExisting } from "../../../tools/leftovers/existing";

type Clients = Parameters<typeof findExisting>[0];

const at = "eu-central-1:111122223333";
const ec2 = (resource: string) => `arn:aws:ec2:${at}:${resource}`;

/** Clients which answer the given calls as EC2 and ECS do; the tagging API still lists all that was asked about. */
function clients(answers: Readonly<Record<string, object>>): Clients {
  const client = new Proxy(
    {},
    {
      get: (_target, name: string) => async () => {
        const answer = answers[name];
        if (answer === undefined || answer instanceof Error) {
          throw answer ?? new Error(`the test has no answer to ${name}`);
        }
        return answer;
      },
    },
  );
  return { ec2: client, ecs: client } as Clients;
}

describe("findExisting", () => {
  const ecs = (resource: string) => `arn:aws:ecs:${at}:${resource}`;
  const namespace = `arn:aws:servicediscovery:${at}:namespace/ns-1`;
  const gone = Object.assign(new Error("Cluster not found."), { name: "ClusterNotFoundException" });
  // As in https://github.com/hashicorp/terraform-provider-aws/issues/29749.
  const unknown = Object.assign(new Error("Unable to describe task definition."), { name: "ClientException" });
  const cases: [title: string, arns: string[], answers: Readonly<Record<string, object>>, left: object][] = [
    [
      "leaves out instances which are terminated, or about to be",
      ["instance/i-1", "instance/i-2", "instance/i-3", "instance/i-4"].map(ec2),
      {
        describeInstances: {
          Reservations: [
            { Instances: [{ InstanceId: "i-1", State: { Name: "running" } }] },
            { Instances: [{ InstanceId: "i-2", State: { Name: "terminated" } }] },
            { Instances: [{ InstanceId: "i-3", State: { Name: "shutting-down" } }] },
          ],
        },
      },
      { [ec2("instance/i-1")]: {} },
    ],
    [
      "leaves out NAT gateways and endpoints which are deleted",
      ["natgateway/nat-1", "natgateway/nat-2", "vpc-endpoint/vpce-1", "vpc-endpoint/vpce-2"].map(ec2),
      {
        describeNatGateways: {
          NatGateways: [
            { NatGatewayId: "nat-1", State: "deleted" },
            { NatGatewayId: "nat-2", State: "failed" },
          ],
        },
        describeVpcEndpoints: {
          VpcEndpoints: [
            { VpcEndpointId: "vpce-1", State: "available" },
            { VpcEndpointId: "vpce-2", State: "Deleting" },
          ],
        },
      },
      { [ec2("natgateway/nat-2")]: {}, [ec2("vpc-endpoint/vpce-1")]: {} },
    ],
    [
      "leaves out flow logs which are deleted",
      ["vpc-flow-log/fl-1", "vpc-flow-log/fl-2"].map(ec2),
      { describeFlowLogs: { FlowLogs: [{ FlowLogId: "fl-2" }] } },
      { [ec2("vpc-flow-log/fl-2")]: {} },
    ],
    [
      "leaves out what goes with its owner: a volume in use, an interface in use, a VPC's default group",
      ["volume/vol-1", "volume/vol-2", "network-interface/eni-1", "security-group/sg-1"].map(ec2),
      {
        describeVolumes: { Volumes: [{ VolumeId: "vol-1", Attachments: [{}] }, { VolumeId: "vol-2" }] },
        describeNetworkInterfaces: { NetworkInterfaces: [{ NetworkInterfaceId: "eni-1", Attachment: {} }] },
        describeSecurityGroups: { SecurityGroups: [{ GroupId: "sg-1", GroupName: "default" }] },
      },
      { [ec2("volume/vol-2")]: {} },
    ],
    [
      "says what a deletion has to know",
      ["internet-gateway/igw-1", "security-group-rule/sgr-1"].map(ec2),
      {
        describeInternetGateways: {
          InternetGateways: [{ InternetGatewayId: "igw-1", Attachments: [{ VpcId: "vpc-1" }] }],
        },
        describeSecurityGroupRules: {
          SecurityGroupRules: [{ SecurityGroupRuleId: "sgr-1", GroupId: "sg-1", IsEgress: true }],
        },
      },
      {
        [ec2("internet-gateway/igw-1")]: { vpcId: "vpc-1" },
        [ec2("security-group-rule/sgr-1")]: { groupId: "sg-1", direction: "egress" },
      },
    ],
    [
      "leaves out what ECS does not know any more, what is INACTIVE, and tasks, which end with their service",
      ["service/gone/hello", "task-definition/hello:1", "cluster/main", "task/main/0a1b"].map(ecs),
      {
        describeServices: gone,
        describeTaskDefinition: { taskDefinition: { status: "INACTIVE" } },
        describeClusters: { clusters: [{ clusterName: "main", status: "INACTIVE" }] },
      },
      {},
    ],
    [
      "leaves out task definitions which are deleted",
      ["task-definition/hello:1"].map(ecs),
      { describeTaskDefinition: unknown },
      {},
    ],
    ["takes what others than EC2 and ECS have to be there", [namespace], {}, { [namespace]: {} }],
  ];
  for (const [title, arns, answers, left] of cases) {
    it(title, async () => {
      const found = await findExisting(clients(answers), arns);
      assert.deepEqual(Object.fromEntries(found.map(({ arn, facts }) => [arn, facts])), left);
    });
  }

  it("does not take an error for an answer", async () => {
    const denied = Object.assign(new Error("denied"), { name: "AccessDeniedException" });
    await assert.rejects(findExisting(clients({ describeServices: denied }), [ecs("service/a/b")]), denied);
  });
});
