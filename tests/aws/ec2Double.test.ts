import assert from "node:assert/strict";
import type { EC2 } from "@aws-sdk/client-ec2";
import type { CreateScheduleInput, Scheduler } from "@aws-sdk/client-scheduler";
import { connectEc2, connectScheduler } from "../../components/dynamicProvider/awsClient";
import { scheduleFor } from "../../components/temporaryNatGateway/steps/deadManSwitch";
import { withDouble } from "../pulumi/leaseInputs";
import type { Ec2Double, Ec2DoubleOptions } from "./ec2Double";
import { seededAccount } from "./ec2DoubleSeed";

/** Calls the double through the SDK, as the providers do. */
function withEc2(
  work: (ec2: EC2, double: Ec2Double) => Promise<void>,
  options: Partial<Ec2DoubleOptions> = {},
): Promise<void> {
  return withDouble(async (double) => {
    const ec2 = await connectEc2({ region: "eu-central-1" });
    await work(ec2, double).finally(() => ec2.destroy());
  }, options);
}

const everywhere = { DestinationCidrBlock: "0.0.0.0/0" };
const permission = { IpProtocol: "tcp", FromPort: 443, ToPort: 443, IpRanges: [{ CidrIp: "0.0.0.0/0" }] };

describe("double of EC2", () => {
  const refusals: [code: string, call: (ec2: EC2) => Promise<unknown>][] = [
    ["InvalidAction", (ec2) => ec2.describeVpcs({})],
    ["InvalidParameterValue", (ec2) => ec2.describeAddresses({ Filters: [{ Name: "colour", Values: ["red"] }] })],
    ["InvalidParameterValue", (ec2) => ec2.describeNatGateways({ Filter: [{ Name: "vpc-id", Values: [] }] })],
    ["UnknownParameter", (ec2) => ec2.describeAddresses({ PublicIps: ["198.51.100.1"] })],
    ["UnknownParameter", (ec2) => ec2.createInternetGateway({ DryRun: true })],
    ["MissingParameter", (ec2) => ec2.releaseAddress({})],
    [
      "InvalidParameterValue",
      (ec2) =>
        ec2.createInternetGateway({ TagSpecifications: [{ ResourceType: "vpc", Tags: [{ Key: "a", Value: "b" }] }] }),
    ],
    [
      "InvalidParameterValue",
      (ec2) =>
        ec2.createInternetGateway({
          TagSpecifications: [{ ResourceType: "internet-gateway", Tags: [{ Key: "a", Value: "b".repeat(257) }] }],
        }),
    ],
    ["InvalidAllocationID.NotFound", (ec2) => ec2.releaseAddress({ AllocationId: "eipalloc-none" })],
    ["InvalidIPAddress.InUse", (ec2) => ec2.releaseAddress({ AllocationId: "eipalloc-other" })],
    ["DependencyViolation", (ec2) => ec2.detachInternetGateway({ InternetGatewayId: "igw-other", VpcId: "vpc-other" })],
    ["Gateway.NotAttached", (ec2) => ec2.detachInternetGateway({ InternetGatewayId: "igw-other", VpcId: "vpc-main" })],
    ["DependencyViolation", (ec2) => ec2.deleteInternetGateway({ InternetGatewayId: "igw-other" })],
    [
      "Resource.AlreadyAssociated",
      (ec2) => ec2.attachInternetGateway({ InternetGatewayId: "igw-other", VpcId: "vpc-main" }),
    ],
    [
      "InvalidParameterValue",
      (ec2) => ec2.attachInternetGateway({ InternetGatewayId: "igw-unattached", VpcId: "vpc-other" }),
    ],
    [
      "InvalidVpcID.NotFound",
      (ec2) => ec2.attachInternetGateway({ InternetGatewayId: "igw-unattached", VpcId: "vpc-none" }),
    ],
    ["NatGatewayNotFound", (ec2) => ec2.describeNatGateways({ NatGatewayIds: ["nat-none"] })],
    ["NatGatewayNotFound", (ec2) => ec2.deleteNatGateway({ NatGatewayId: "nat-none" })],
    [
      "InvalidSubnetID.NotFound",
      (ec2) => ec2.createNatGateway({ SubnetId: "subnet-none", AllocationId: "eipalloc-spare" }),
    ],
    [
      "RouteAlreadyExists",
      (ec2) => ec2.createRoute({ RouteTableId: "rtb-other", GatewayId: "igw-other", ...everywhere }),
    ],
    [
      "InvalidParameterValue",
      (ec2) => ec2.createRoute({ RouteTableId: "rtb-public", GatewayId: "igw-other", ...everywhere }),
    ],
    ["InvalidParameterCombination", (ec2) => ec2.createRoute({ RouteTableId: "rtb-public", ...everywhere })],
    [
      "InvalidNatGatewayID.NotFound",
      (ec2) => ec2.createRoute({ RouteTableId: "rtb-public", NatGatewayId: "nat-none", ...everywhere }),
    ],
    ["InvalidRouteTableID.NotFound", (ec2) => ec2.deleteRoute({ RouteTableId: "rtb-none", ...everywhere })],
    ["InvalidRoute.NotFound", (ec2) => ec2.deleteRoute({ RouteTableId: "rtb-public", ...everywhere })],
    [
      "InvalidParameterValue",
      (ec2) => ec2.replaceRoute({ RouteTableId: "rtb-second", GatewayId: "igw-other", ...everywhere }),
    ],
    [
      "InvalidPermission.Duplicate",
      (ec2) => ec2.authorizeSecurityGroupEgress({ GroupId: "sg-other", IpPermissions: [permission] }),
    ],
    [
      "InvalidGroup.NotFound",
      (ec2) => ec2.authorizeSecurityGroupEgress({ GroupId: "sg-none", IpPermissions: [permission] }),
    ],
    [
      "InvalidParameterValue",
      (ec2) => {
        const ranges = { IpRanges: [{ CidrIp: "10.0.0.0/8", Description: "for 'us'" }] };
        return ec2.authorizeSecurityGroupEgress({
          GroupId: "sg-client",
          IpPermissions: [{ ...permission, ...ranges }],
        });
      },
    ],
    [
      "InvalidSecurityGroupRuleId.NotFound",
      (ec2) => ec2.revokeSecurityGroupEgress({ GroupId: "sg-client", SecurityGroupRuleIds: ["sgr-other"] }),
    ],
    [
      "InvalidGroup.NotFound",
      (ec2) => ec2.revokeSecurityGroupEgress({ GroupId: "sg-none", SecurityGroupRuleIds: ["sgr-other"] }),
    ],
  ];
  it("refuses what AWS refuses, and changes nothing", async () => {
    await withEc2(async (ec2, double) => {
      for (const [code, call] of refusals) {
        await assert.rejects(call(ec2), { name: code }, call.toString());
        assert.equal(double.calls.at(-1)?.outcome, code);
      }
      assert.deepEqual(double.inventory(), seededAccount());
    });
  });

  it("takes a NAT gateway through its states", async () => {
    const times = { natGatewayCreation: 600, natGatewayDeletion: 2000, natGatewayAfterlife: 5000 };
    await withEc2(
      async (ec2, double) => {
        const state = async () =>
          (await ec2.describeNatGateways({ NatGatewayIds: ["nat-other"] })).NatGateways?.[0]?.State;
        const route = async () => {
          const { RouteTables } = await ec2.describeRouteTables({
            Filters: [{ Name: "vpc-id", Values: ["vpc-other"] }],
          });
          return RouteTables?.[0]?.Routes?.find(({ NatGatewayId }) => NatGatewayId === "nat-other")?.State;
        };
        const seen = [await state(), await route()];
        await ec2.deleteNatGateway({ NatGatewayId: "nat-other" });
        seen.push(await state());
        double.pass(2000);
        seen.push(await state(), await route());
        double.pass(5000);
        await assert.rejects(state(), { name: "NatGatewayNotFound" });
        assert.deepEqual(seen, ["available", "active", "deleting", "deleted", "blackhole"]);

        const made = await ec2.createNatGateway({
          SubnetId: "subnet-public",
          AllocationId: "eipalloc-spare",
          ClientToken: "t",
        });
        const again = await ec2.createNatGateway({
          SubnetId: "subnet-public",
          AllocationId: "eipalloc-spare",
          ClientToken: "t",
        });
        const id = made.NatGateway?.NatGatewayId ?? "";
        assert.deepEqual([again.NatGateway?.NatGatewayId, made.NatGateway?.State], [id, "pending"]);
        const other = { SubnetId: "subnet-private", AllocationId: "eipalloc-spare", ClientToken: "t" };
        await assert.rejects(ec2.createNatGateway(other), { name: "IdempotentParameterMismatch" });
        double.pass(600);
        const failed = double.inventory().natGateways[id];
        assert.deepEqual([failed?.state, failed?.failureCode], ["failed", "Gateway.NotAttached"]);
      },
      { times },
    );
  });

  it("fails a NAT gateway whose address is in use", async () => {
    await withEc2(async (ec2, double) => {
      const made = await ec2.createNatGateway({ SubnetId: "subnet-other", AllocationId: "eipalloc-other" });
      const { NatGatewayId: id = "" } = made.NatGateway ?? {};
      double.pass(100);
      const { state, failureCode } = double.inventory().natGateways[id] ?? {};
      assert.deepEqual([state, failureCode], ["failed", "Resource.AlreadyAssociated"]);
    });
  });

  it("says what was, by as much as its answers are late", async () => {
    const options = { secondsPerCall: 1, times: { lateness: 2 } };
    await withEc2(async (ec2) => {
      const addresses = async () => (await ec2.describeAddresses({})).Addresses?.length;
      const seen = [await addresses()];
      await ec2.allocateAddress({ Domain: "vpc" });
      assert.deepEqual([...seen, await addresses(), await addresses(), await addresses()], [2, 2, 2, 3]);
    }, options);
  });

  it("shows what was made only when it is visible", async () => {
    await withEc2(
      async (ec2, double) => {
        const { AllocationId } = await ec2.allocateAddress({ Domain: "vpc" });
        const shown = async () => (await ec2.describeAddresses({})).Addresses?.map((address) => address.AllocationId);
        assert.deepEqual(await shown(), ["eipalloc-other", "eipalloc-spare"]);
        double.pass(5000);
        assert.deepEqual(await shown(), ["eipalloc-other", "eipalloc-spare", AllocationId]);
      },
      { times: { visibility: 5000 } },
    );
  });
});

describe("double of EventBridge Scheduler", () => {
  const Name = "traced-fargate-other-egress";
  const roleArn = "arn:aws:iam::123456789012:role/switch";
  const deadLetterArn = "arn:aws:sqs:eu-central-1:123456789012:switch";
  const inMinutes = (minutes: number, natGatewayId = "nat-other") =>
    scheduleFor("lease", "natGateway", natGatewayId, { afterMinutes: minutes, roleArn }, Date.now());

  function withScheduler(work: (scheduler: Scheduler, double: Ec2Double) => Promise<void>): Promise<void> {
    return withDouble(async (double) => {
      const scheduler = await connectScheduler({ region: "eu-central-1" });
      await work(scheduler, double).finally(() => scheduler.destroy());
    });
  }

  const wrong = (changes: Partial<CreateScheduleInput>) => ({ ...inMinutes(60), ...changes });
  const refusals: [code: string, call: (scheduler: Scheduler) => Promise<unknown>][] = [
    ["ResourceNotFoundException", (scheduler) => scheduler.getSchedule({ Name: "none" })],
    ["ResourceNotFoundException", (scheduler) => scheduler.deleteSchedule({ Name: "none" })],
    ["ResourceNotFoundException", (scheduler) => scheduler.updateSchedule(inMinutes(60))],
    ["ConflictException", (scheduler) => scheduler.createSchedule(wrong({ Name }))],
    ["ValidationException", (scheduler) => scheduler.getSchedule({ Name, GroupName: "other" })],
    ["ValidationException", (scheduler) => scheduler.createSchedule(wrong({ Name: "a/b" }))],
    ["ValidationException", (scheduler) => scheduler.createSchedule(wrong({ Name: "a".repeat(65) }))],
    ["ValidationException", (scheduler) => scheduler.createSchedule(wrong({ ScheduleExpression: "at(now)" }))],
    ["ValidationException", (scheduler) => scheduler.createSchedule(wrong({ ScheduleExpressionTimezone: "CET" }))],
    ["ValidationException", (scheduler) => scheduler.createSchedule(wrong({ FlexibleTimeWindow: undefined }))],
    ["ValidationException", (scheduler) => scheduler.createSchedule(wrong({ ActionAfterCompletion: "NONE" }))],
    ["ValidationException", (scheduler) => scheduler.createSchedule(wrong({ State: "DISABLED" }))],
    [
      "ValidationException",
      (scheduler) => {
        const { Target } = inMinutes(60);
        return scheduler.createSchedule(wrong({ Target: { ...Target, Arn: "arn:x", RoleArn: "arn:y" } }));
      },
    ],
    [
      "ValidationException",
      (scheduler) => {
        const settings = { afterMinutes: 60, roleArn, deadLetterArn: `${deadLetterArn}.fifo` };
        return scheduler.createSchedule(scheduleFor("lease", "natGateway", "nat-other", settings, Date.now()));
      },
    ],
  ];
  it("refuses what AWS refuses, and changes nothing", async () => {
    await withScheduler(async (scheduler, double) => {
      for (const [code, call] of refusals) {
        await assert.rejects(call(scheduler), { name: code }, call.toString());
        assert.equal(double.calls.at(-1)?.outcome, code);
      }
      assert.deepEqual(double.inventory(), seededAccount());
    });
  });

  it("makes a schedule once, changes and deletes it", async () => {
    await withScheduler(async (scheduler, double) => {
      const first = inMinutes(600);
      const { Name: name = "" } = first;
      await scheduler.createSchedule(first);
      await scheduler.createSchedule(first);
      assert.equal((await scheduler.getSchedule({ Name: name })).ScheduleExpression, first.ScheduleExpression);
      await scheduler.updateSchedule(inMinutes(900, "nat-private"));
      assert.equal(double.inventory().schedules[name]?.target, "nat-private");
      await scheduler.deleteSchedule({ Name: name });
      assert.deepEqual(double.inventory(), seededAccount());
      double.pass(1000 * 60);
      assert.deepEqual(double.inventory(), seededAccount());
    });
  });

  it("releases an address when a schedule is due, and tells the queue when it is in use", async () => {
    await withScheduler(async (scheduler, double) => {
      for (const id of ["eipalloc-spare", "eipalloc-other"]) {
        const settings = { afterMinutes: 60, roleArn, deadLetterArn };
        await scheduler.createSchedule(scheduleFor(id, "address", id, settings, Date.now()));
      }
      double.pass(120 * 60);
      assert.deepEqual(Object.keys(double.inventory().addresses), ["eipalloc-other"]);
      assert.deepEqual(double.account.deadLetters, [{ queue: deadLetterArn, target: "eipalloc-other" }]);
      assert.deepEqual(double.inventory().schedules, seededAccount().schedules);
    });
  });

  it("deletes the NAT gateway when a schedule is due, and the schedule", async () => {
    await withScheduler(async (scheduler, double) => {
      await scheduler.createSchedule(inMinutes(600));
      await scheduler.updateSchedule(inMinutes(900));
      double.pass(700 * 60);
      assert.equal(double.inventory().natGateways["nat-other"]?.state, "available");
      double.pass(300 * 60);
      assert.equal(double.inventory().natGateways["nat-other"]?.state, "deleting");
      assert.deepEqual(double.inventory().schedules, seededAccount().schedules);
    });
  });
});
