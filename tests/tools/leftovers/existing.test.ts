import assert from "node:assert/strict";
import { findExisting } from "../../../tools/leftovers/existing";

type Clients = Parameters<typeof findExisting>[0];

const at = "eu-central-1:111122223333";
const ec2 = (resource: string) => `arn:aws:ec2:${at}:${resource}`;

/** Clients which answer the given calls as EC2 and ECS do; the tagging API still lists all that was asked about. */
function clients(answers: Readonly<Record<string, object | Error>>): Clients {
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
  const cases: [title: string, arns: string[], answers: Record<string, object | Error>, left: object[]][] = [
    [
      "leaves out instances which are terminated, or about to be",
      [ec2("instance/i-1"), ec2("instance/i-2"), ec2("instance/i-3"), ec2("instance/i-4")],
      {
        describeInstances: {
          Reservations: [
            { Instances: [{ InstanceId: "i-1", State: { Name: "running" } }] },
            { Instances: [{ InstanceId: "i-2", State: { Name: "terminated" } }] },
            { Instances: [{ InstanceId: "i-3", State: { Name: "shutting-down" } }] },
          ],
        },
      },
      [{ arn: ec2("instance/i-1"), facts: {} }],
    ],
    [
      "leaves out NAT gateways and endpoints which are deleted",
      [ec2("natgateway/nat-1"), ec2("natgateway/nat-2"), ec2("vpc-endpoint/vpce-1"), ec2("vpc-endpoint/vpce-2")],
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
            { VpcEndpointId: "vpce-2", State: "deleted" },
          ],
        },
      },
      [
        { arn: ec2("natgateway/nat-2"), facts: {} },
        { arn: ec2("vpc-endpoint/vpce-1"), facts: {} },
      ],
    ],
    [
      "leaves out what goes with its owner: a volume in use, an interface in use, a VPC's default group",
      [ec2("volume/vol-1"), ec2("volume/vol-2"), ec2("network-interface/eni-1"), ec2("security-group/sg-1")],
      {
        describeVolumes: { Volumes: [{ VolumeId: "vol-1", Attachments: [{}] }, { VolumeId: "vol-2" }] },
        describeNetworkInterfaces: { NetworkInterfaces: [{ NetworkInterfaceId: "eni-1", Attachment: {} }] },
        describeSecurityGroups: { SecurityGroups: [{ GroupId: "sg-1", GroupName: "default" }] },
      },
      [{ arn: ec2("volume/vol-2"), facts: {} }],
    ],
    [
      "says what a deletion has to know",
      [ec2("internet-gateway/igw-1"), ec2("security-group-rule/sgr-1")],
      {
        describeInternetGateways: {
          InternetGateways: [{ InternetGatewayId: "igw-1", Attachments: [{ VpcId: "vpc-1" }] }],
        },
        describeSecurityGroupRules: {
          SecurityGroupRules: [{ SecurityGroupRuleId: "sgr-1", GroupId: "sg-1", IsEgress: true }],
        },
      },
      [
        { arn: ec2("internet-gateway/igw-1"), facts: { vpcId: "vpc-1" } },
        { arn: ec2("security-group-rule/sgr-1"), facts: { groupId: "sg-1", direction: "egress" } },
      ],
    ],
    [
      "leaves out what ECS does not know any more, what is INACTIVE, and tasks, which end with their service",
      [
        `arn:aws:ecs:${at}:service/gone/hello`,
        `arn:aws:ecs:${at}:task-definition/hello:1`,
        `arn:aws:ecs:${at}:cluster/main`,
        `arn:aws:ecs:${at}:task/main/0a1b`,
      ],
      {
        describeServices: Object.assign(new Error("Cluster not found."), { name: "ClusterNotFoundException" }),
        describeTaskDefinition: { taskDefinition: { status: "INACTIVE" } },
        describeClusters: { clusters: [{ clusterName: "main", status: "INACTIVE" }] },
      },
      [],
    ],
    [
      "takes what others than EC2 and ECS have to be there",
      [`arn:aws:servicediscovery:${at}:namespace/ns-1`],
      {},
      [{ arn: `arn:aws:servicediscovery:${at}:namespace/ns-1`, facts: {} }],
    ],
  ];
  for (const [title, arns, answers, left] of cases) {
    it(title, async () => {
      assert.deepEqual(await findExisting(clients(answers), arns), left);
    });
  }

  it("does not take an error for an answer", async () => {
    const denied = Object.assign(new Error("denied"), { name: "AccessDeniedException" });
    await assert.rejects(
      findExisting(clients({ describeServices: denied }), [`arn:aws:ecs:${at}:service/a/b`]),
      denied,
    );
  });
});
