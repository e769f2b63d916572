import { createHash } from "node:crypto";
import type { CreateScheduleInput } from "@aws-sdk/client-scheduler";
import { errorCode, errorMessage } from "../../dynamicProvider/awsErrors";
import type { Run } from "../run";
import { type LeaseSettings, scheduleNameOf } from "../settings";

/**
 * What the schedules call, and how many minutes after the deadline. An address can be released only when its NAT
 * gateway is gone, and AWS says of an earlier try that it failed. The deletion takes a minute, and Scheduler repeats a
 * call that was throttled, so half an hour leaves room.
 */
const calls = {
  natGateway: { does: "Deletes", call: "deleteNatGateway", parameter: "NatGatewayId", laterMinutes: 0 },
  address: { does: "Releases", call: "releaseAddress", parameter: "AllocationId", laterMinutes: 30 },
} as const;

type Billed = keyof typeof calls;
type DeadManSwitch = NonNullable<LeaseSettings["deadManSwitch"]>;

/**
 * The schedule which deletes what has this id once, and then itself. The call is one that EventBridge Scheduler can
 * make without a function in between
 * (https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html).
 *
 * @param now milliseconds since 1970
 */
export function scheduleFor(
  leaseId: string,
  billed: Billed,
  id: string,
  { afterMinutes, roleArn, deadLetterArn }: DeadManSwitch,
  now: number,
): CreateScheduleInput {
  const { does, call, parameter, laterMinutes } = calls[billed];
  const at = `at(${new Date(now + (afterMinutes + laterMinutes) * 60_000).toISOString().slice(0, 19)})`;
  return {
    Name: scheduleNameOf(leaseId, billed),
    Description: `${does} ${id} of the lease ${leaseId}, should its deployment never end`,
    ScheduleExpression: at,
    ScheduleExpressionTimezone: "UTC",
    FlexibleTimeWindow: { Mode: "OFF" },
    ActionAfterCompletion: "DELETE",
    ClientToken: createHash("sha256").update([leaseId, id, at].join("\n")).digest("hex"),
    Target: {
      Arn: `arn:aws:scheduler:::aws-sdk:ec2:${call}`,
      RoleArn: roleArn,
      Input: JSON.stringify({ [parameter]: id }),
      // Scheduler drops a failed call without a word, unless there is a queue to tell
      // (https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html).
      ...(deadLetterArn === undefined ? {} : { DeadLetterConfig: { Arn: deadLetterArn } }),
    },
  };
}

/**
 * Whether setting the switch is worth another attempt: it was made or has deleted itself meanwhile, or the role is so
 * new that Scheduler cannot assume it yet.
 */
function isNotYet(error: unknown): boolean {
  const code = errorCode(error);
  return (
    ["ConflictException", "ResourceNotFoundException"].includes(code) ||
    (code === "ValidationException" && /\brole\b/i.test(errorMessage(error)))
  );
}

/**
 * Sets the schedule which deletes what was made or found a moment ago, when its time is over: what a killed `pulumi up`
 * has left must not go on to cost money. It is set in the same step, so that nothing comes between, and deleted when
 * what it is for is gone, so that a kill at any moment in between leaves it armed.
 */
export async function arm(run: Run, billed: Billed, id: string): Promise<void> {
  if (run.settings.deadManSwitch === undefined) {
    return disarm(run, billed);
  }
  const schedule = scheduleFor(run.leaseId, billed, id, run.settings.deadManSwitch, Date.now());
  try {
    await run.attempt<unknown>(`schedule ${schedule.Name} to be made`, {
      lookFirst: "schedules",
      notYet: isNotYet,
      // One that is there counts from an earlier opening, and may be for another object.
      act: () =>
        run.inventory.schedules[billed] === undefined
          ? run.scheduler.createSchedule(schedule)
          : run.scheduler.updateSchedule(schedule),
    });
  } catch (error) {
    const message = `its dead man's switch cannot be set: ${errorMessage(error)}`;
    throw Object.assign(new Error(message), { code: errorCode(error) });
  }
  run.note({ schedules: { ...run.inventory.schedules, [billed]: id } });
}

/** Deletes the schedule, if there is one. */
export async function disarm(run: Run, billed: Billed): Promise<void> {
  const { [billed]: target, ...others } = run.inventory.schedules;
  if (target === undefined) {
    return;
  }
  const Name = scheduleNameOf(run.leaseId, billed);
  await run.delete(`schedule ${Name} to be deleted`, {
    act: () => run.scheduler.deleteSchedule({ Name }),
    gone: ["ResourceNotFoundException"],
    notYet: ["ConflictException"],
  });
  run.note({ schedules: others });
}
