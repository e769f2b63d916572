import { createHash } from "node:crypto";
import type { CreateScheduleInput } from "@aws-sdk/client-scheduler";
import { errorCode, errorMessage } from "../../dynamicProvider/awsErrors";
import { liveNatGateway } from "../inventory";
import { type DeadManSwitch, scheduleNameOf } from "../leaseInputs";
import { attempt, idIn, type Run, type Step, takeAway } from "../run";

/**
 * The schedule which deletes a NAT gateway once, and then itself. The call is one that EventBridge Scheduler can make
 * without a function in between
 * (https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html).
 *
 * @param now milliseconds since 1970
 */
export function scheduleFor(
  leaseId: string,
  natGatewayId: string,
  { afterMinutes, roleArn }: DeadManSwitch,
  now: number,
): CreateScheduleInput {
  const at = `at(${new Date(now + afterMinutes * 60_000).toISOString().slice(0, 19)})`;
  return {
    Name: scheduleNameOf(leaseId),
    Description: `Deletes ${natGatewayId} of the lease ${leaseId}, should its deployment never end`,
    ScheduleExpression: at,
    ScheduleExpressionTimezone: "UTC",
    FlexibleTimeWindow: { Mode: "OFF" },
    ActionAfterCompletion: "DELETE",
    ClientToken: createHash("sha256").update([leaseId, natGatewayId, at].join("\n")).digest("hex"),
    Target: {
      Arn: "arn:aws:scheduler:::aws-sdk:ec2:deleteNatGateway",
      RoleArn: roleArn,
      Input: JSON.stringify({ NatGatewayId: natGatewayId }),
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

async function disarm(run: Run): Promise<void> {
  for (const name of run.inventory.schedules) {
    await takeAway(run, `schedule ${name} to be deleted`, {
      act: () => run.scheduler.deleteSchedule({ Name: name }),
      gone: ["ResourceNotFoundException"],
      notYet: ["ConflictException"],
    });
  }
  run.inventory = { ...run.inventory, schedules: [] };
}

/**
 * Deletes the NAT gateway when its time is over, should nobody have done so: a killed `pulumi up` that is not run again
 * must not bill for ever. Set when the gateway's id is known, taken away when the gateway is gone, so that a kill at
 * any moment in between leaves it armed. The address and the rest are taken away by the next `pulumi up` or `pulumi
 * destroy`.
 */
export const deadManSwitch: Step = {
  title: "dead man's switch",

  async open(run) {
    if (run.settings.deadManSwitch === undefined) {
      return disarm(run);
    }
    const natGatewayId = idIn(liveNatGateway(run.inventory)?.id);
    const schedule = scheduleFor(run.leaseId, natGatewayId, run.settings.deadManSwitch, Date.now());
    await attempt<true>(run, `schedule ${schedule.Name} to be made`, {
      lookFirst: "schedules",
      notYet: isNotYet,
      act: async () => {
        // One that is there counts from an earlier opening, and may be for another NAT gateway.
        if (run.inventory.schedules.length > 0) {
          await run.scheduler.updateSchedule(schedule);
        } else {
          await run.scheduler.createSchedule(schedule);
        }
        return true;
      },
    });
    run.inventory = { ...run.inventory, schedules: [scheduleNameOf(run.leaseId)] };
  },

  close: disarm,
};
