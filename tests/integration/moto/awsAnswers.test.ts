import assert from "node:assert/strict";
import type { EC2 } from "@aws-sdk/client-ec2";
import { Scheduler } from "@aws-sdk/client-scheduler";
import { type Answer, accepted, answers, refusals, type World } from "../../aws/awsAnswers";
import { connect, connection, makeNetwork } from "../account";
import { MotoServer } from "../motoServer";
import { requireTool } from "../tools";

/** A network as the lease's, with an internet gateway, which is not attached, and an address. */
async function makeParts(ec2: EC2) {
  const { vpcId, publicSubnetId, publicRouteTableId, egressSecurityGroupIds } = await makeNetwork(ec2);
  const { InternetGatewayId: internetGatewayId = "" } = (await ec2.createInternetGateway({})).InternetGateway ?? {};
  const { AllocationId: allocationId = "" } = await ec2.allocateAddress({ Domain: "vpc" });
  const [groupId = ""] = egressSecurityGroupIds;
  return {
    vpcId,
    subnetId: publicSubnetId,
    routeTableId: publicRouteTableId,
    groupId,
    internetGatewayId,
    allocationId,
  };
}

async function makeWorld(ec2: EC2): Promise<Omit<World, "scheduler">> {
  const own = await makeParts(ec2);
  const other = await makeParts(ec2);
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
