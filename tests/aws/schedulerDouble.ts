import type { CreateScheduleInput } from "@aws-sdk/client-scheduler";
import { must, nameOf, type RawCall } from "./awsProtocol";
import type { Ec2Account } from "./ec2DoubleAccount";

/** A schedule which calls DeleteNatGateway or ReleaseAddress once. */
export interface Schedule {
  /** Such as `at(2026-11-20T12:00:00)`, in UTC. */
  expression: string;
  /** The NAT gateway that is deleted, or the address that is released. */
  target: string;
  roleArn: string;
  /** The queue which is told when that fails. */
  deadLetterArn?: string;
}

/** The schedule a request describes, and when it is due, in milliseconds since 1970. */
function parse({ ScheduleExpression: expression = "", Target }: CreateScheduleInput) {
  const { Input = "", RoleArn: roleArn = "", DeadLetterConfig: { Arn: deadLetterArn } = {} } = Target ?? {};
  const [target = ""] = Object.values(JSON.parse(Input) as Record<string, string>);
  const schedule: Schedule = { expression, target, roleArn, ...(deadLetterArn === undefined ? {} : { deadLetterArn }) };
  return { schedule, due: Date.parse(`${expression.slice("at(".length, -1)}Z`) };
}

/** Makes the schedule's call when it is due, and deletes it; unless it was replaced or deleted since. */
function arm(account: Ec2Account, name: string, { schedule, due }: ReturnType<typeof parse>): void {
  account.objects.schedules[name] = schedule;
  // The person's clock and the account's run at different speeds: what counts is the time that lies between.
  account.later((due - Date.now()) / 1000, () => {
    if (account.objects.schedules[name] !== schedule) return;
    delete account.objects.schedules[name];
    const { target, deadLetterArn: queue } = schedule;
    const gateway = account.objects.natGateways[target];
    if (gateway !== undefined && !["deleting", "deleted"].includes(gateway.state)) {
      account.endNatGateway(target, gateway);
    } else if (account.objects.addresses[target] !== undefined && !account.inUse.has(target)) {
      delete account.objects.addresses[target];
    } else if (queue !== undefined) {
      account.deadLetters.push({ queue, target });
    }
  });
}

/** EventBridge Scheduler's part of the account: what the call changes, and its answer. */
export function schedulerAnswer(account: Ec2Account, call: RawCall): object {
  const action = nameOf(call);
  const { pathname } = new URL(call.path, "http://double");
  const name = decodeURIComponent(pathname.slice("/schedules/".length));
  const { schedules } = account.objects;
  const existing = schedules[name];
  const ScheduleArn = `arn:aws:scheduler:eu-central-1:123456789012:schedule/default/${name}`;
  if (action === "CreateSchedule") {
    const input: CreateScheduleInput = JSON.parse(call.body);
    if (existing === undefined) {
      account.scheduleTokens.set(name, input.ClientToken ?? "");
      arm(account, name, parse(input));
    }
    const same = account.scheduleTokens.get(name) === input.ClientToken;
    must(same, "ConflictException", `Schedule ${name} already exists.`, 409);
    return { ScheduleArn };
  }
  must(existing !== undefined, "ResourceNotFoundException", `Schedule ${name} does not exist.`, 404);
  switch (action) {
    case "GetSchedule": {
      const parameter = existing.target.startsWith("nat-") ? "NatGatewayId" : "AllocationId";
      const Target = { RoleArn: existing.roleArn, Input: JSON.stringify({ [parameter]: existing.target }) };
      return { Arn: ScheduleArn, Name: name, ScheduleExpression: existing.expression, Target };
    }
    case "UpdateSchedule":
      arm(account, name, parse(JSON.parse(call.body)));
      return { ScheduleArn };
    case "DeleteSchedule":
      delete schedules[name];
      return {};
    default:
      throw new Error(`the double does not know ${action}`);
  }
}
