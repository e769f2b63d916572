import type { CreateScheduleInput } from "@aws-sdk/client-scheduler";
import { AwsError } from "./awsProtocol";
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

/** The member of the input in which each call finds what it is for. */
const targets = {
  "arn:aws:scheduler:::aws-sdk:ec2:deleteNatGateway": "NatGatewayId",
  "arn:aws:scheduler:::aws-sdk:ec2:releaseAddress": "AllocationId",
} as const;

/** The parts of a call, with `name` for the schedule's. */
export interface SchedulerCall {
  readonly action: "CreateSchedule" | "GetSchedule" | "UpdateSchedule" | "DeleteSchedule";
  readonly name: string;
  readonly query: URLSearchParams;
  readonly body: string;
}

const actions: Readonly<Record<string, SchedulerCall["action"]>> = {
  POST: "CreateSchedule",
  GET: "GetSchedule",
  PUT: "UpdateSchedule",
  DELETE: "DeleteSchedule",
};

/** The call behind a request, if it is one of EventBridge Scheduler's. */
export function schedulerCall(method: string, url: string, body: string): SchedulerCall | undefined {
  const { pathname, searchParams } = new URL(url, "http://double");
  const [, name] = /^\/schedules\/([^/]+)$/.exec(pathname) ?? [];
  const action = actions[method];
  return name === undefined || action === undefined
    ? undefined
    : { action, name: decodeURIComponent(name), query: searchParams, body };
}

function refused(message: string): AwsError {
  return new AwsError("ValidationException", message);
}

/**
 * The schedule a request describes, and when it is due, in milliseconds since 1970. Refuses all that the lease has no
 * use for.
 */
function parse(body: string): { schedule: Schedule; token: string; due: number } {
  const given = JSON.parse(body) as CreateScheduleInput;
  const { Arn = "", Input = "{}", RoleArn = "", DeadLetterConfig } = given.Target ?? {};
  const deadLetterArn = DeadLetterConfig?.Arn;
  const { [targets[Arn as keyof typeof targets] ?? ""]: id } = JSON.parse(Input) as Record<string, unknown>;
  const [, time] = /^at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)$/.exec(given.ScheduleExpression ?? "") ?? [];
  const sound =
    typeof id === "string" &&
    time !== undefined &&
    given.ScheduleExpressionTimezone === "UTC" &&
    given.FlexibleTimeWindow?.Mode === "OFF" &&
    given.ActionAfterCompletion === "DELETE" &&
    (given.State ?? "ENABLED") === "ENABLED" &&
    (given.Description ?? "").length <= 512 &&
    /^[a-zA-Z0-9-_]{1,64}$/.test(given.ClientToken ?? "") &&
    // https://docs.aws.amazon.com/scheduler/latest/APIReference/API_DeadLetterConfig.html
    (deadLetterArn === undefined || /^arn:aws(-[a-z]+)?:sqs:[a-z0-9-]+:\d{12}:[a-zA-Z0-9\-_]+$/.test(deadLetterArn)) &&
    /^arn:aws:iam::\d{12}:role\/[\w+=,.@/-]+$/.test(RoleArn);
  if (!sound) {
    throw refused(`Invalid schedule: ${body}`);
  }
  const schedule = { expression: `at(${time})`, target: id, roleArn: RoleArn };
  return {
    schedule: deadLetterArn === undefined ? schedule : { ...schedule, deadLetterArn },
    token: given.ClientToken ?? "",
    due: Date.parse(`${time}Z`),
  };
}

/** Makes the schedule's call when it is due, and deletes it; unless it was replaced or deleted since. */
function arm(account: Ec2Account, name: string, schedule: Schedule, due: number): void {
  account.objects.schedules[name] = schedule;
  // The person's clock and the account's run at different speeds: what counts is the time that lies between.
  account.later((due - Date.now()) / 1000, () => {
    if (account.objects.schedules[name] !== schedule) {
      return;
    }
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
export function schedulerAnswer(account: Ec2Account, call: SchedulerCall): object {
  const { action, name, query, body } = call;
  const { schedules } = account.objects;
  const existing = schedules[name];
  const allowed = action === "DeleteSchedule" ? ["clientToken"] : [];
  if (!/^[0-9a-zA-Z-_.]{1,64}$/.test(name) || [...query.keys()].some((key) => !allowed.includes(key))) {
    throw refused(`Invalid request for schedule ${name}`);
  }
  if (action !== "CreateSchedule" && existing === undefined) {
    throw new AwsError("ResourceNotFoundException", `Schedule ${name} does not exist.`, 404);
  }
  const ScheduleArn = `arn:aws:scheduler:eu-central-1:123456789012:schedule/default/${name}`;
  switch (action) {
    case "GetSchedule": {
      const { expression, target = "", roleArn } = existing ?? {};
      const [Arn = "", parameter = ""] =
        Object.entries(targets).find(([, each]) => target.startsWith("nat-") === (each === "NatGatewayId")) ?? [];
      const Target = { Arn, RoleArn: roleArn, Input: JSON.stringify({ [parameter]: target }) };
      return { Arn: ScheduleArn, Name: name, GroupName: "default", ScheduleExpression: expression, Target };
    }
    case "DeleteSchedule":
      delete schedules[name];
      return {};
    case "CreateSchedule": {
      const { schedule, token, due } = parse(body);
      if (existing === undefined) {
        account.scheduleTokens.set(name, token);
        arm(account, name, schedule, due);
      } else if (account.scheduleTokens.get(name) !== token) {
        throw new AwsError("ConflictException", `Schedule ${name} already exists.`, 409);
      }
      return { ScheduleArn };
    }
    case "UpdateSchedule": {
      const { schedule, due } = parse(body);
      arm(account, name, schedule, due);
      return { ScheduleArn };
    }
  }
}
