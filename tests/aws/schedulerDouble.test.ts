import assert from "node:assert/strict";
import type { CreateScheduleInput, Scheduler } from "@aws-sdk/client-scheduler";
import { connectScheduler } from "../../components/dynamicProvider/awsClient";
import { scheduleFor } from "../../components/temporaryNatGateway/steps/deadManSwitch";
import { withDouble } from "../pulumi/leaseInputs";
import type { Ec2Double } from "./ec2Double";
import { seededAccount } from "./ec2DoubleSeed";

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
