import assert from "node:assert/strict";
import { scheduleNameOf } from "../../../components/temporaryNatGateway/settings";
import { scheduleFor } from "../../../components/temporaryNatGateway/steps/deadManSwitch";
import { type Fault, failing } from "../../aws/awsGate";
import type { Ec2Double } from "../../aws/ec2Double";
import { seededAccount } from "../../aws/ec2DoubleSeed";
import { destroy, leavingNothing, open } from "../../pulumi/leaseInProcess";
import { leaseId, leaseInputs, withDouble } from "../../pulumi/leaseInputs";

const roleArn = "arn:aws:iam::123456789012:role/egress-dead-man-switch";
const deadLetterArn = "arn:aws:sqs:eu-central-1:123456789012:dead-man-switch";
const name = scheduleNameOf(leaseId, "natGateway");
const addressName = scheduleNameOf(leaseId, "address");

function setSwitch(double: Ec2Double, schedule = name) {
  return double.inventory().schedules[schedule];
}

describe("dead man's switch", () => {
  const schedules = [
    ["natGateway", "nat-1", "Deletes nat-1", "2026-11-21T00:30:59", "deleteNatGateway", "NatGatewayId"],
    ["address", "eipalloc-1", "Releases eipalloc-1", "2026-11-21T01:00:59", "releaseAddress", "AllocationId"],
  ] as const;
  for (const [billed, id, does, at, call, parameter] of schedules) {
    it(`${does} by a schedule, which then deletes itself, and tells a queue where there is one`, () => {
      const now = Date.UTC(2026, 10, 20, 22, 30, 59, 999);
      const settings = { afterMinutes: 120, roleArn };
      const { ClientToken: token, ...made } = scheduleFor(leaseId, billed, id, settings, now);
      const Target = {
        Arn: `arn:aws:scheduler:::aws-sdk:ec2:${call}`,
        Input: `{"${parameter}":"${id}"}`,
        RoleArn: roleArn,
      };
      assert.deepEqual(made, {
        Name: scheduleNameOf(leaseId, billed),
        Description: `${does} of the lease ${leaseId}, should its deployment never end`,
        ScheduleExpression: `at(${at})`,
        ScheduleExpressionTimezone: "UTC",
        FlexibleTimeWindow: { Mode: "OFF" },
        ActionAfterCompletion: "DELETE",
        Target,
      });
      assert.deepEqual(scheduleFor(leaseId, billed, id, { ...settings, deadLetterArn }, now), {
        ...made,
        Target: { ...Target, DeadLetterConfig: { Arn: deadLetterArn } },
        ClientToken: token,
      });
      // https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
      assert.match(token ?? "", /^[a-zA-Z0-9-_]{1,64}$/);
      const others = [`${id}0`, "other"].map((each) => scheduleFor(leaseId, billed, each, settings, now).ClientToken);
      assert.equal(new Set([token, ...others]).size, 3);
    });
  }

  it("is set as soon as there is something to take away, and taken away when that is gone", async () => {
    await withDouble(async (double) => {
      const seen: string[] = [];
      double.faults = ({ action }) => {
        if (action.endsWith("eSchedule")) {
          const { addresses, natGateways } = double.account.objects;
          const gateways = Object.entries(natGateways).map(([id, { state }]) => `${id} ${state}`);
          const ours = [...Object.keys(addresses), ...gateways].filter((each) => /-0/.test(each));
          seen.push([action, ...ours.map((each) => each.replace(/-0\w+/, ""))].join(", "));
        }
        return undefined;
      };
      const { natGatewayId = "" } = await open();
      assert.deepEqual(seen.splice(0), ["CreateSchedule, eipalloc", "CreateSchedule, eipalloc, nat pending"]);
      assert.deepEqual({ ...setSwitch(double), expression: "" }, { expression: "", target: natGatewayId, roleArn });
      await destroy();
      assert.deepEqual(seen, ["DeleteSchedule, eipalloc, nat deleted", "DeleteSchedule, nat deleted"]);
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
      const addresses = () => Object.keys(double.inventory().addresses).filter((id) => id.startsWith("eipalloc-0"));
      assert.equal(addresses().length, 1);
      double.pass(25 * 60);
      assert.equal(addresses().length, 1);
      double.pass(10 * 60);
      assert.deepEqual([addresses(), setSwitch(double, addressName)], [[], undefined]);
      await destroy();
    });
  });

  it("tells the queue which the latest opening was given what it could not do", async () => {
    await leavingNothing(async (double) => {
      await open();
      const { deadManSwitch = { afterMinutes: 0, roleArn } } = leaseInputs();
      await open(leaseInputs({ deadManSwitch: { ...deadManSwitch, deadLetterArn: `${deadLetterArn}-old` } }));
      await open(leaseInputs({ deadManSwitch: { ...deadManSwitch, deadLetterArn } }));
      const set = [setSwitch(double), setSwitch(double, addressName)];
      assert.deepEqual(
        set.map((schedule) => schedule?.deadLetterArn),
        [deadLetterArn, deadLetterArn],
      );
      // Somebody else's NAT gateway has the address when the schedule is due.
      const target = set[1]?.target ?? "";
      double.account.inUse.set(target, "nat-other");
      double.pass((14_400 + 60) * 60);
      assert.deepEqual(double.account.deadLetters, [{ queue: deadLetterArn, target }]);
      double.account.inUse.delete(target);
    });
  });

  it("is taken away by the next opening when it is wanted no more", async () => {
    await leavingNothing(async (double) => {
      await open();
      const { deadManSwitch, ...without } = leaseInputs();
      await open(without);
      assert.deepEqual([setSwitch(double), setSwitch(double, addressName)], [undefined, undefined]);
      double.takeCalls();
      await destroy();
      assert.ok(!double.takeCalls().includes("DeleteSchedule"));
      await open(without);
      assert.ok(!double.takeCalls().includes("CreateSchedule"));
    });
  });

  const refuse = (code: string, message?: string) => ({ kind: "error", code, message }) as const;
  const notAssumable = refuse(
    "ValidationException",
    "The execution role you provide must allow AWS EventBridge Scheduler to assume the role.",
  );

  it("waits until a new role can be assumed", async () => {
    await leavingNothing(async (double) => {
      let refusals = 3;
      double.faults = ({ action }) => (action === "CreateSchedule" && refusals-- > 0 ? notAssumable : undefined);
      await open();
      assert.equal(double.takeCalls().filter((call) => call === "CreateSchedule").length, 5);
    });
  });

  const taken = " (everything of the lease is deleted again)";
  const refusals: [title: string, fault: Fault, said: RegExp][] = [
    ["may not be", refuse("AccessDeniedException"), /AccessDeniedException: refused by the test. Allow/],
    ["are too many", refuse("ServiceQuotaExceededException"), /refused by the test. Delete schedules, or raise/],
    ["are always throttled", { kind: "throttle" }, /gave up after [\d.]+ s of waiting for schedule \S+ to be made/],
    ["never get their role", notAssumable, /gave up after [\d.]+ s .*must allow AWS EventBridge Scheduler to assume/],
    ["are refused for other reasons", refuse("ValidationException", "Invalid."), /ValidationException: Invalid/],
  ];
  for (const [index, [title, fault, said]] of refusals.entries()) {
    const [created, what] = index % 2 === 0 ? [1, "NAT gateway"] : [0, "Elastic IP address"];
    it(`deletes all that was made when the schedules ${title}: that of the ${what}`, async () => {
      await withDouble(async (double) => {
        let calls = 0;
        double.faults = ({ action }) => (action === "CreateSchedule" && calls++ >= created ? fault : undefined);
        const inputs = leaseInputs({ waits: { ...leaseInputs().waits, settleSeconds: 0.1 } });
        await assert.rejects(open(inputs), ({ message, ...saved }: Error) => {
          const start = `failed at making the ${what}: its dead man's switch cannot be set: `;
          assert.ok(message.startsWith(start) && message.endsWith(taken), message);
          assert.match(message, said);
          const properties = { ...inputs, version: 1, generation: 0, unfinished: true };
          assert.deepEqual({ ...saved, reasons: [message] }, { id: leaseId, properties, reasons: [message] });
          return true;
        });
        assert.deepEqual(double.inventory(), seededAccount());
      });
    });
  }

  it("says what is left when that cannot be deleted either", async () => {
    await leavingNothing(async (double) => {
      const refused = ["CreateSchedule", "ReleaseAddress"];
      double.faults = ({ action }) => (refused.includes(action) ? refuse("AccessDeniedException") : undefined);
      await assert.rejects(open(), {
        message:
          /\(and eipalloc-\w+ could not be deleted again, which `pulumi destroy` does: failed at taking away the Elastic IP address: AccessDeniedException: /,
      });
    });
  });

  const updates: [title: string, without: "natGateway" | "address" | undefined][] = [
    ["keeps what an earlier opening made, with its switch set", undefined],
    ["keeps no NAT gateway of an earlier opening without its switch", "natGateway"],
    ["keeps no address of an earlier opening without its switch", "address"],
  ];
  for (const [title, without] of updates) {
    it(`${title}, when the switch cannot be set anew`, async () => {
      await leavingNothing(async (double) => {
        await open();
        const before = double.inventory();
        if (without !== undefined) {
          delete double.account.objects.schedules[scheduleNameOf(leaseId, without)];
        }
        const refused = /^(Create|Update)Schedule$/;
        double.faults = ({ action }) => (refused.test(action) ? refuse("AccessDeniedException") : undefined);
        await assert.rejects(open(), (error: Error) => error.message.includes(taken) === (without !== undefined));
        assert.deepEqual(double.inventory(), without === undefined ? before : seededAccount());
      });
    });
  }

  it("looks again when the schedule was made or has deleted itself in the meantime", async () => {
    await leavingNothing(async (double) => {
      double.faults = failing("CreateSchedule", { kind: "error", code: "ConflictException" });
      await open();
      double.faults = failing("UpdateSchedule", { kind: "error", code: "ResourceNotFoundException" });
      await open();
      assert.ok(setSwitch(double) !== undefined);
    });
  });
});
