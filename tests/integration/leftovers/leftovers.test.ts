import assert from "node:assert/strict";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import * as ec2Sdk from "@aws-sdk/client-ec2";
import * as ecsSdk from "@aws-sdk/client-ecs";
import { leftoversCommand } from "../../../tools/leftovers/command";
import { awsEnvironment, region } from "../account";
import { MotoServer } from "../motoServer";
import { requireTool } from "../tools";

const root = join(__dirname, "../../..");
const Tags = Object.entries({ Project: "traced-fargate", Stack: "dev" }).map(([Key, Value]) => ({ Key, Value }));
const tags = Tags.map(({ Key, Value }) => ({ key: Key, value: Value }));

type Sdk = Readonly<Record<string, unknown>>;
type Command = new (input: object) => object;

const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);

/** Does what `aws` would do with a command of EC2 or ECS; waiting is not needed, moto is quick. */
async function type(command: string, clients: Readonly<Record<string, { send(command: object): Promise<unknown> }>>) {
  const [, service = "", operation = "", ...options] = command.split(" ");
  if (operation === "wait") {
    return;
  }
  const sdk: Sdk = service === "ec2" ? ec2Sdk : ecsSdk;
  const input: Record<string, unknown> = {};
  for (const [index, option] of options.entries()) {
    if (option.startsWith("--") && option !== "--region") {
      const words = option.slice(2).split("-").map(capital).join("");
      const name = service === "ec2" ? words : words.charAt(0).toLowerCase() + words.slice(1);
      const value = options[index + 1];
      const isFlag = value === undefined || value.startsWith("--");
      input[name] = isFlag ? true : /Ids$/.test(name) ? [value] : value;
    }
  }
  const name = `${operation.split("-").map(capital).join("")}Command`;
  const Call = sdk[name] as Command | undefined;
  assert.ok(Call !== undefined, `the SDK of ${service} has no ${name}`);
  await clients[service]?.send(new Call(input));
}

/** What a stack is made of, as far as moto's tagging API lists it. */
async function makeStack(ec2: ec2Sdk.EC2, ecs: ecsSdk.ECS) {
  const tagged = (ResourceType: ec2Sdk.ResourceType) => ({ TagSpecifications: [{ ResourceType, Tags }] });
  const vpcId = (await ec2.createVpc({ CidrBlock: "10.0.0.0/16", ...tagged("vpc") })).Vpc?.VpcId;
  const subnet = await ec2.createSubnet({ VpcId: vpcId, CidrBlock: "10.0.1.0/24", ...tagged("subnet") });
  const subnetId = subnet.Subnet?.SubnetId ?? "";
  await ec2.createRouteTable({ VpcId: vpcId, ...tagged("route-table") });
  const group = { GroupName: "hello", Description: "hello", VpcId: vpcId, ...tagged("security-group") };
  const groupId = (await ec2.createSecurityGroup(group)).GroupId ?? "";
  const gateway = (await ec2.createInternetGateway(tagged("internet-gateway"))).InternetGateway?.InternetGatewayId;
  await ec2.attachInternetGateway({ InternetGatewayId: gateway, VpcId: vpcId });
  const nat = await ec2.createNatGateway({ SubnetId: subnetId, ConnectivityType: "private", ...tagged("natgateway") });
  await ec2.deleteNatGateway({ NatGatewayId: nat.NatGateway?.NatGatewayId });
  const instances = await ec2.runInstances({
    ImageId: "ami-12c6146b",
    MinCount: 1,
    MaxCount: 1,
    SubnetId: subnetId,
    ...tagged("instance"),
  });
  const clusterName = `cluster-${vpcId}`;
  await ecs.createCluster({ clusterName, tags });
  const containerDefinitions = [{ name: "app", image: "app:1", memory: 512 }];
  const definition = { family: "hello", networkMode: "awsvpc", containerDefinitions, tags } as const;
  const old = await ecs.registerTaskDefinition(definition);
  await ecs.deregisterTaskDefinition({ taskDefinition: old.taskDefinition?.taskDefinitionArn });
  const { taskDefinition } = await ecs.registerTaskDefinition(definition);
  const { service } = await ecs.createService({
    cluster: clusterName,
    serviceName: "hello",
    taskDefinition: taskDefinition?.taskDefinitionArn,
    desiredCount: 1,
    networkConfiguration: { awsvpcConfiguration: { subnets: [subnetId], securityGroups: [groupId] } },
    tags,
  });
  return { vpcId, instanceId: instances.Instances?.[0]?.InstanceId, serviceArn: service?.serviceArn };
}

describe("npm run leftovers, on moto", () => {
  let moto: MotoServer;
  let environment: NodeJS.ProcessEnv;
  let ec2: ec2Sdk.EC2;
  let ecs: ecsSdk.ECS;

  before(async function () {
    moto = await MotoServer.start(requireTool(this, "moto"));
  });

  after(() => moto?.stop());

  beforeEach(async () => {
    environment = { ...process.env };
    Object.assign(process.env, awsEnvironment(moto.url));
    await moto.reset();
    ec2 = new ec2Sdk.EC2({ region });
    ecs = new ecsSdk.ECS({ region });
  });

  afterEach(() => {
    ec2.destroy();
    ecs.destroy();
    process.env = environment;
  });

  async function leftovers(resources: object[] = []) {
    const stdout = new PassThrough();
    const stderr = new PassThrough();
    const exported = JSON.stringify({ deployment: { resources } });
    const code = await leftoversCommand([], root, { stdout, stderr }, async () => exported);
    stdout.end();
    stderr.end();
    assert.equal(await text(stderr), "");
    const lines = (await text(stdout)).split("\n");
    return { code, commands: lines.filter((line) => line.startsWith("aws ")) };
  }

  it("finds what a stack whose state is lost has left, in an order in which it can be deleted", async () => {
    await makeStack(ec2, ecs);
    const { code, commands } = await leftovers();
    assert.equal(code, 2);
    const clients = { ec2, ecs };
    for (const command of commands) {
      await type(command, clients);
    }
    assert.deepEqual(
      commands.map((command) => command.split(" ").slice(1, 3).join(" ")),
      [
        "ecs delete-service",
        "ecs wait",
        "ecs deregister-task-definition",
        "ec2 terminate-instances",
        "ec2 wait",
        "ecs delete-cluster",
        "ec2 detach-internet-gateway",
        "ec2 delete-internet-gateway",
        "ec2 delete-subnet",
        "ec2 delete-route-table",
        "ec2 delete-security-group",
        "ec2 delete-vpc",
      ],
    );
    assert.deepEqual(await leftovers(), { code: 0, commands: [] });
  });

  it("finds a second service and instance beside those which the state has", async () => {
    const first = await makeStack(ec2, ecs);
    const { commands: all } = await leftovers();
    const lost = [first.instanceId ?? "", first.serviceArn?.split("/").pop() ?? ""];
    const others = await ownedBut(lost);
    const { code, commands } = await leftovers(others);
    assert.equal(code, 2);
    assert.deepEqual(
      commands,
      all.filter((command) => /instance|ecs (delete-service|wait)/.test(command)),
    );
  });

  /** A state with everything that is tagged, but for these. */
  async function ownedBut(lost: readonly string[]): Promise<object[]> {
    const { withClients } = await import("../../../components/dynamicProvider/awsClient");
    const { ResourceTagMappingList = [] } = await withClients({ region }, ["resourcegroupstaggingapi"], (clients) =>
      clients.resourcegroupstaggingapi.getResources({}),
    );
    return ResourceTagMappingList.map(({ ResourceARN = "" }) => ResourceARN)
      .filter((arn) => !lost.some((id) => arn.endsWith(`/${id}`)))
      .map((arn) => ({ urn: `urn:pulumi:dev::traced-fargate::aws::${arn}`, type: "aws", outputs: { arn } }));
  }
});
