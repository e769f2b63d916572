import assert from "node:assert/strict";
import { scheduleNameOf } from "../../../components/temporaryNatGateway/leaseInputs";
import { scheduleFor } from "../../../components/temporaryNatGateway/steps/deadManSwitch";
import { type Ec2Double, failing } from "../../helpers/ec2Double";
import { seededAccount } from "../../helpers/ec2DoubleSeed";
import { destroy, open } from "../../helpers/leaseInProcess";
import { leaseId, leaseInputs, withDouble } from "../../helpers/leaseInputs";

const roleArn = "arn:aws:iam::123456789012:role/egress-dead-man-switch";
const name = scheduleNameOf(leaseId);

function setSwitch(double: Ec2Double) {
  return double.inventory().schedules[name];
}

describe("dead man's switch", () => {
  it("is a schedule which deletes one NAT gateway once, and then itself", () => {
    const now = Date.UTC(2026, 10, 20, 22, 30, 59, 999);
    const { ClientToken: token, ...schedule } = scheduleFor(leaseId, "nat-1", { afterMinutes: 120, roleArn }, now);
    assert.deepEqual(schedule, {
      Name: name,
      Description: "Deletes nat-1 of the lease traced-fargate/test/egress/vpc-main, should its deployment never end",
      ScheduleExpression: "at(2026-11-21T00:30:59)",
      ScheduleExpressionTimezone: "UTC",
      FlexibleTimeWindow: { Mode: "OFF" },
      ActionAfterCompletion: "DELETE",
      Target: {
        Arn: "arn:aws:scheduler:::aws-sdk:ec2:deleteNatGateway",
        RoleArn: roleArn,
        Input: '{"NatGatewayId":"nat-1"}',
      },
    });
    // https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
    assert.match(token ?? "", /^[a-zA-Z0-9-_]{1,64}$/);
    const again = scheduleFor(leaseId, "nat-1", { afterMinutes: 120, roleArn }, now);
    const other = scheduleFor(leaseId, "nat-2", { afterMinutes: 120, roleArn }, now);
    assert.deepEqual([again.ClientToken === token, other.ClientToken === token], [true, false]);
  });

  it("is set while the NAT gateway is pending, and taken away when it is gone", async () => {
    await withDouble(async (double) => {
      const states: string[] = [];
      double.faults = ({ action }) => {
        if (action.endsWith("eSchedule")) {
          const gateways = double.account.objects.natGateways;
          states.push(action, ...Object.keys(gateways).flatMap((id) => (id in seededAccount().natGateways ? [] : id)));
          states.push(...Object.entries(gateways).flatMap(([id, { state }]) => (states.includes(id) ? state : [])));
        }
        return undefined;
      };
      const { natGatewayId = "" } = await open();
      assert.deepEqual(states.splice(0), ["CreateSchedule", natGatewayId, "pending"]);
      assert.deepEqual({ ...setSwitch(double), expression: "" }, { expression: "", natGatewayId, roleArn });
      await destroy();
      assert.deepEqual(states, ["DeleteSchedule", natGatewayId, "deleted"]);
      assert.deepEqual(double.inventory(), seededAccount());
    });
  });

  it("deletes what another opening has found, after the whole time", async () => {
    await withDouble(async (double) => {
      const { natGatewayId = "" } = await open();
      const first = setSwitch(double)?.expression ?? "";
      const later = leaseInputs({ deadManSwitch: { afterMinutes: 20_000, roleArn } });
      assert.equal((await open(later)).natGatewayId, natGatewayId);
      assert.ok((setSwitch(double)?.expression ?? "") > first);
      double.pass(15_000 * 60);
      assert.equal(double.inventory().natGateways[natGatewayId]?.state, "available");
      double.pass(5_000 * 60);
      assert.equal(double.inventory().natGateways[natGatewayId]?.state, "deleting");
      assert.equal(setSwitch(double), undefined);
      await destroy();
    });
  });

  it("is taken away by the next opening when it is wanted no more", async () => {
    await withDouble(async (double) => {
      await open();
      const { deadManSwitch, ...without } = leaseInputs();
      await open(without);
      assert.equal(setSwitch(double), undefined);
      double.takeCalls();
      await destroy();
      assert.ok(!double.takeCalls().includes("DeleteSchedule"));
      await open(without);
      assert.ok(!double.takeCalls().includes("CreateSchedule"));
      await destroy();
      assert.deepEqual(double.inventory(), seededAccount());
    });
  });

  const notAssumable = {
    kind: "error",
    code: "ValidationException",
    message: "The execution role you provide must allow AWS EventBridge Scheduler to assume the role.",
  } as const;

  it("waits until a new role can be assumed", async () => {
    await withDouble(async (double) => {
      let refusals = 3;
      double.faults = ({ action }) => (action === "CreateSchedule" && refusals-- > 0 ? notAssumable : undefined);
      await open();
      assert.equal(double.takeCalls().filter((call) => call === "CreateSchedule").length, 4);
      await destroy();
    });
  });

  it("says so when the role never can be", async () => {
    await withDouble(async (double) => {
      double.faults = ({ action }) => (action === "CreateSchedule" ? notAssumable : undefined);
      const waits = { ...leaseInputs().waits, settleSeconds: 0.05 };
      await assert.rejects(open(leaseInputs({ waits })), {
        message:
          /^failed at making the dead man's switch: gave up after [\d.]+ s of waiting for schedule traced-fargate-test-egress-vpc-main-\w+ to be made \(ValidationException: The execution role you provide must allow AWS EventBridge Scheduler to assume the role.\)$/,
      });
      await destroy();
      assert.deepEqual(double.inventory(), seededAccount());
    });
  });

  it("fails at once for other reasons, with the NAT gateway in Pulumi's state", async () => {
    await withDouble(async (double) => {
      double.faults = failing("CreateSchedule", { ...notAssumable, message: "Invalid Schedule Expression." });
      await assert.rejects(open(), {
        message: "failed at making the dead man's switch: ValidationException: Invalid Schedule Expression",
        id: leaseId,
        properties: { ...leaseInputs(), version: 1, generation: 0, unfinished: true },
      });
      double.faults = failing("CreateSchedule", { kind: "error", code: "ServiceQuotaExceededException" });
      await assert.rejects(open(), {
        message:
          "failed at making the dead man's switch: ServiceQuotaExceededException: refused by the test. " +
          "Delete schedules, or raise the quota of schedules (EventBridge Scheduler).",
      });
      await destroy();
      assert.deepEqual(double.inventory(), seededAccount());
    });
  });

  it("looks again when the schedule was made or has deleted itself in the meantime", async () => {
    await withDouble(async (double) => {
      double.faults = failing("CreateSchedule", { kind: "error", code: "ConflictException" });
      await open();
      double.faults = failing("UpdateSchedule", { kind: "error", code: "ResourceNotFoundException" });
      await open();
      assert.ok(setSwitch(double) !== undefined);
      await destroy();
      assert.deepEqual(double.inventory(), seededAccount());
    });
  });
});
