import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import type { EC2 } from "@aws-sdk/client-ec2";
import { ECR } from "@aws-sdk/client-ecr";
import { ECS } from "@aws-sdk/client-ecs";
import { ResourceGroupsTaggingAPI } from "@aws-sdk/client-resource-groups-tagging-api";
import { connect, connection, region } from "../account";
import { requireTool } from "../tools";
import { Account } from "./account";

const accountId = "123456789012";
const everywhere = { DestinationCidrBlock: "0.0.0.0/0" };
const xray = `com.amazonaws.${region}.xray`;

/** A VPC with an internet gateway, a NAT gateway, an endpoint and a service in it. */
async function makeNetwork(ec2: EC2, ecs: ECS) {
  const { VpcId = "" } = (await ec2.createVpc({ CidrBlock: "10.0.0.0/16" })).Vpc ?? {};
  const makeSubnet = async (number: number, zone: string) => {
    const place = { CidrBlock: `10.0.${number}.0/24`, AvailabilityZone: `${region}${zone}` };
    return (await ec2.createSubnet({ VpcId, ...place })).Subnet?.SubnetId ?? "";
  };
  const [publicId, containers, sameZone] = [
    await makeSubnet(1, "a"),
    await makeSubnet(2, "a"),
    await makeSubnet(3, "a"),
  ];
  const makeGroup = async (GroupName: string) =>
    (await ec2.createSecurityGroup({ GroupName, Description: GroupName, VpcId })).GroupId ?? "";
  const [endpoints, service, idle] = [
    await makeGroup("endpoints"),
    await makeGroup("service"),
    await makeGroup("idle"),
  ];
  const rule = { IpProtocol: "tcp", FromPort: 443, ToPort: 443, UserIdGroupPairs: [{ GroupId: idle }] };
  await ec2.authorizeSecurityGroupIngress({ GroupId: endpoints, IpPermissions: [rule] });
  const { InternetGatewayId = "" } = (await ec2.createInternetGateway({})).InternetGateway ?? {};
  await ec2.attachInternetGateway({ InternetGatewayId, VpcId });
  const { AllocationId = "" } = await ec2.allocateAddress({ Domain: "vpc" });
  const gateway = { SubnetId: publicId, AllocationId, ClientToken: "token" };
  const { NatGatewayId = "" } = (await ec2.createNatGateway(gateway)).NatGateway ?? {};
  const endpoint = { VpcId, ServiceName: xray, VpcEndpointType: "Interface", PrivateDnsEnabled: true } as const;
  await ec2.createVpcEndpoint({ ...endpoint, SubnetIds: [containers], SecurityGroupIds: [endpoints] });
  // Stock moto lists no tags where anything of ECS has none.
  const tags = [{ key: "Stack", value: "other" }];
  await ecs.createCluster({ clusterName: "cluster", tags });
  const container = { name: "app", image: `${accountId}.dkr.ecr.${region}.amazonaws.com/app:1` };
  const task = { family: "task", networkMode: "awsvpc", cpu: "256", memory: "512" } as const;
  await ecs.registerTaskDefinition({ ...task, containerDefinitions: [container], tags });
  const networkConfiguration = { awsvpcConfiguration: { subnets: [containers], securityGroups: [service] } };
  const asked = { cluster: "cluster", serviceName: "service", taskDefinition: "task", desiredCount: 1 };
  await ecs.createService({ ...asked, networkConfiguration, tags });
  const ids = { VpcId, publicId, containers, sameZone, endpoints, service, idle, InternetGatewayId, AllocationId };
  return { ...ids, NatGatewayId, gateway, endpoint };
}

type Network = Awaited<ReturnType<typeof makeNetwork>>;
type Clients = { readonly ec2: EC2; readonly ecs: ECS; readonly ecr: ECR };

/** What AWS refuses and stock moto does not; the changes of moto say where AWS says so. */
const refusals: readonly [
  what: string,
  call: (clients: Clients, network: Network) => Promise<unknown>,
  code: string,
][] = [
  ["a subnet in use", ({ ec2 }, { containers }) => ec2.deleteSubnet({ SubnetId: containers }), "DependencyViolation"],
  ["a group in use", ({ ec2 }, { service }) => ec2.deleteSecurityGroup({ GroupId: service }), "DependencyViolation"],
  ["an endpoint's group", ({ ec2 }, n) => ec2.deleteSecurityGroup({ GroupId: n.endpoints }), "DependencyViolation"],
  ["a group in a rule", ({ ec2 }, { idle }) => ec2.deleteSecurityGroup({ GroupId: idle }), "DependencyViolation"],
  ["a VPC in use", ({ ec2 }, { VpcId }) => ec2.deleteVpc({ VpcId }), "DependencyViolation"],
  [
    "a service's private name twice",
    ({ ec2 }, { endpoint, containers }) => ec2.createVpcEndpoint({ ...endpoint, SubnetIds: [containers] }),
    "InvalidParameter",
  ],
  [
    "an endpoint with two subnets in a zone",
    ({ ec2 }, { endpoint, ...n }) =>
      ec2.createVpcEndpoint({ ...endpoint, PrivateDnsEnabled: false, SubnetIds: [n.containers, n.sameZone] }),
    "DuplicateSubnetsInSameZone",
  ],
  ["an address in use", ({ ec2 }, { AllocationId }) => ec2.releaseAddress({ AllocationId }), "InvalidIPAddress.InUse"],
  [
    "an internet gateway under a NAT gateway",
    ({ ec2 }, { InternetGatewayId, VpcId }) => ec2.detachInternetGateway({ InternetGatewayId, VpcId }),
    "DependencyViolation",
  ],
  [
    "a second internet gateway",
    async ({ ec2 }, { VpcId }) => {
      const { InternetGatewayId } = (await ec2.createInternetGateway({})).InternetGateway ?? {};
      await ec2.attachInternetGateway({ InternetGatewayId, VpcId });
    },
    "InvalidParameterValue",
  ],
  [
    "a route to a NAT gateway that does not exist",
    async ({ ec2 }, { VpcId }) => {
      const { RouteTableId } = (await ec2.createRouteTable({ VpcId })).RouteTable ?? {};
      await ec2.createRoute({ RouteTableId, NatGatewayId: "nat-0123456789abcdef0", ...everywhere });
    },
    "InvalidNatGatewayID.NotFound",
  ],
  [
    "a client token with other parameters",
    ({ ec2 }, { gateway, containers }) => ec2.createNatGateway({ ...gateway, SubnetId: containers }),
    "IdempotentParameterMismatch",
  ],
  [
    "a cluster with services",
    ({ ecs }) => ecs.deleteCluster({ cluster: "cluster" }),
    "ClusterContainsServicesException",
  ],
  [
    "another image under an immutable tag",
    async ({ ecr }) => {
      await ecr.createRepository({ repositoryName: "immutable", imageTagMutability: "IMMUTABLE" });
      for (const layer of ["one", "two"]) {
        const manifest = { schemaVersion: 2, mediaType: "application/vnd.oci.image.manifest.v1+json", layers: [layer] };
        const imageManifest = JSON.stringify(manifest);
        await ecr.putImage({ repositoryName: "immutable", imageTag: "1", imageManifest });
      }
    },
    "ImageTagAlreadyExistsException",
  ],
];

describe("moto as a rehearsal has it", () => {
  const folder = mkdtempSync(join(tmpdir(), "traced-fargate-moto-"));
  let account: Account;
  let clients: Clients;
  let network: Network;

  before(async function () {
    account = await Account.start(requireTool(this, "moto"), join(folder, "aws.log"));
    const at = connection(account.endpoint);
    clients = { ec2: connect(account.endpoint), ecs: new ECS(at), ecr: new ECR(at) };
    network = await makeNetwork(clients.ec2, clients.ecs);
  });
  after(async () => {
    for (const client of Object.values(clients ?? {})) client.destroy();
    await account?.stop();
    rmSync(folder, { recursive: true });
  });

  for (const [what, call, code] of refusals) {
    it(`refuses ${what}`, async () => {
      await assert.rejects(
        () => call(clients, network),
        ({ name, Code }: { name: string; Code?: string }) => assert.equal(Code ?? name, code) === undefined,
      );
    });
  }

  it("makes one NAT gateway for a client token", async () => {
    const again = await clients.ec2.createNatGateway(network.gateway);
    assert.equal(again.NatGateway?.NatGatewayId, network.NatGatewayId);
  });

  it("starts no task that cannot pull its image, and says why", async () => {
    const asked = { cluster: "cluster", services: ["service"] };
    await clients.ecs.describeServices(asked);
    const [service] = (await clients.ecs.describeServices(asked)).services ?? [];
    assert.equal(service?.runningCount, 0);
    assert.match(service?.events?.[0]?.message ?? "", /unable to pull .*app:1: no way to ecr\.api, ecr\.dkr, s3/);
  });

  it("deletes a NAT gateway, its network interface and its association, a few looks after it was asked to", async () => {
    const { ec2 } = clients;
    const { NatGatewayId } = network;
    const state = async () =>
      (await ec2.describeNatGateways({ NatGatewayIds: [NatGatewayId] })).NatGateways?.[0]?.State;
    const seen = new Set<string | undefined>();
    for (let looks = 0; looks < 3; looks++) seen.add(await state());
    await ec2.deleteNatGateway({ NatGatewayId });
    for (let looks = 0; looks < 3; looks++) seen.add(await state());
    assert.deepEqual([...seen], ["pending", "available", "deleting", "deleted"]);
    await ec2.releaseAddress({ AllocationId: network.AllocationId });
    const inventory = await account.inventory();
    assert.deepEqual(
      inventory.filter((line) => / ec2 (nat_gateways|addresses) /.test(line)),
      [],
    );
    // The endpoint's is left.
    assert.equal(inventory.filter((line) => / ec2 enis /.test(line)).length, 1);
  });

  describe("CloudWatch Logs", () => {
    let logs: CloudWatchLogs;
    const logGroupName = "/project/stack/flow-logs";

    before(async () => {
      logs = new CloudWatchLogs(connection(account.endpoint));
      await logs.createLogGroup({ logGroupName });
    });
    after(() => logs?.destroy());

    it("saves a query, changes it and deletes it", async () => {
      const query = { name: "stack/query", queryString: "fields @message", logGroupNames: [logGroupName] };
      const { queryDefinitionId } = await logs.putQueryDefinition(query);
      const changed = { ...query, queryDefinitionId, queryString: "limit 1" };
      assert.equal((await logs.putQueryDefinition(changed)).queryDefinitionId, queryDefinitionId);
      const saved = async (queryDefinitionNamePrefix: string) =>
        (await logs.describeQueryDefinitions({ queryDefinitionNamePrefix })).queryDefinitions;
      assert.deepEqual([await saved("stack/"), await saved("other/")], [[changed], []]);
      const inventory = async () => (await account.inventory()).filter((line) => / query_definitions /.test(line));
      assert.deepEqual(await inventory(), [`${region} logs query_definitions ${queryDefinitionId} stack/query`]);
      assert.deepEqual((await logs.deleteQueryDefinition({ queryDefinitionId })).success, true);
      assert.deepEqual(await inventory(), []);
      const isGone = { name: "ResourceNotFoundException" };
      await assert.rejects(logs.deleteQueryDefinition({ queryDefinitionId }), isGone);
      await assert.rejects(logs.putQueryDefinition(changed), isGone);
    });

    it("gives a log group a key, and takes it away", async () => {
      const kmsKeyId = `arn:aws:kms:${region}:${accountId}:key/1234abcd`;
      const key = async () => (await logs.describeLogGroups({})).logGroups?.map((group) => group.kmsKeyId);
      await logs.associateKmsKey({ logGroupName, kmsKeyId });
      assert.deepEqual(await key(), [kmsKeyId]);
      await logs.disassociateKmsKey({ logGroupName });
      assert.deepEqual(await key(), [undefined]);
    });
  });

  it("lists flow logs by their tags with the ARN which AWS gives them", async () => {
    const Tags = [{ Key: "Stack", Value: "flow" }];
    const { FlowLogIds: [id = ""] = [] } = await clients.ec2.createFlowLogs({
      ResourceType: "VPC",
      ResourceIds: [network.VpcId],
      TrafficType: "REJECT",
      LogGroupName: "/flow",
      DeliverLogsPermissionArn: `arn:aws:iam::${accountId}:role/flow-logs`,
      TagSpecifications: [{ ResourceType: "vpc-flow-log", Tags }],
    });
    const tagging = new ResourceGroupsTaggingAPI(connection(account.endpoint));
    const { ResourceTagMappingList = [] } = await tagging.getResources({
      TagFilters: [{ Key: "Stack", Values: ["flow"] }],
    });
    tagging.destroy();
    const arns = ResourceTagMappingList.map(({ ResourceARN }) => ResourceARN);
    assert.deepEqual(arns, [`arn:aws:ec2:${region}:${accountId}:vpc-flow-log/${id}`]);
  });
});
