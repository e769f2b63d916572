import assert from "node:assert/strict";
import type { EC2 } from "@aws-sdk/client-ec2";
import { Scheduler } from "@aws-sdk/client-scheduler";
import { type Answer, accepted, answers, refusals, type World } from "../../aws/awsAnswers";
import { connect, connection } from "../account";
import { MotoServer } from "../motoServer";
import { requireTool } from "../tools";

/** A network with a group that lets nothing out, an internet gateway and an address. */
async function makeNetwork(ec2: EC2, cidr: string) {
  const { VpcId: vpcId = "" } = (await ec2.createVpc({ CidrBlock: `${cidr}/16` })).Vpc ?? {};
  const { SubnetId: subnetId = "" } = (await ec2.createSubnet({ VpcId: vpcId, CidrBlock: `${cidr}/24` })).Subnet ?? {};
  const { RouteTableId: routeTableId = "" } = (await ec2.createRouteTable({ VpcId: vpcId })).RouteTable ?? {};
  const group = { GroupName: "group", Description: "group", VpcId: vpcId };
  const { GroupId: groupId = "" } = await ec2.createSecurityGroup(group);
  const IpPermissions = [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }];
  await ec2.revokeSecurityGroupEgress({ GroupId: groupId, IpPermissions });
  const { InternetGatewayId: internetGatewayId = "" } = (await ec2.createInternetGateway({})).InternetGateway ?? {};
  const { AllocationId: allocationId = "" } = await ec2.allocateAddress({ Domain: "vpc" });
  return { vpcId, subnetId, routeTableId, groupId, internetGatewayId, allocationId };
}

async function makeWorld(ec2: EC2): Promise<Omit<World, "scheduler">> {
  const own = await makeNetwork(ec2, "10.0.0.0");
  const other = await makeNetwork(ec2, "10.1.0.0");
  const { vpcId, subnetId, routeTableId, groupId, internetGatewayId, allocationId } = other;
  await ec2.attachInternetGateway({ InternetGatewayId: internetGatewayId, VpcId: vpcId });
  const made = await ec2.createNatGateway({ SubnetId: subnetId, AllocationId: allocationId });
  const { NatGatewayId: natGatewayId = "" } = made.NatGateway ?? {};
  const route = { RouteTableId: routeTableId, NatGatewayId: natGatewayId, DestinationCidrBlock: "0.0.0.0/0" };
  await ec2.createRoute(route);
  const permission = { IpProtocol: "tcp", FromPort: 443, ToPort: 443, IpRanges: [{ CidrIp: "0.0.0.0/0" }] };
  const rules = await ec2.authorizeSecurityGroupEgress({ GroupId: groupId, IpPermissions: [permission] });
  const ruleId = rules.SecurityGroupRules?.[0]?.SecurityGroupRuleId ?? "";
  return { ...own, ec2, other: { ...other, natGatewayId, ruleId } };
}

describe("what the double of EC2 and EventBridge Scheduler is tested by, on moto", () => {
  let moto: MotoServer;
  let ec2: EC2;
  let scheduler: Scheduler;

  before(async function () {
    moto = await MotoServer.start(requireTool(this, "moto"));
    ec2 = connect(moto.url);
    scheduler = new Scheduler(connection(moto.url));
  });

  after(async () => {
    ec2?.destroy();
    scheduler?.destroy();
    await moto?.stop();
  });

  async function assertAnswers(
    table: (world: World) => readonly Answer[],
    read: (answer: unknown) => unknown,
  ): Promise<void> {
    for (let row = 0; ; row++) {
      await moto.reset();
      const answer = table({ ...(await makeWorld(ec2)), scheduler })[row];
      if (answer === undefined) return;
      const [call, aws, differing = aws, see = "AWS"] = answer;
      assert.deepEqual(await call().then(read, ({ name }) => name), differing, `${see}: ${call}`);
    }
  }

  it("is refused alike, but for what the table says", () => assertAnswers(refusals, () => accepted));

  it("is answered alike, but for what the table says", () => assertAnswers(answers, (answer) => answer));
});
