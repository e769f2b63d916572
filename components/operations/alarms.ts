import type * as pulumi from "@pulumi/pulumi";
import { type Metric, ownMetrics, runningTasks, type WatchedService } from "./metrics";

/** An alarm of CloudWatch, without its actions. */
export interface PlannedAlarm {
  /** What its name is made of, after project and stack. */
  readonly name: readonly string[];
  /** What is wrong when it fires, and what to type; the notification has it. */
  readonly description: string;
  /** What it reads, by the names that the expression uses. */
  readonly metrics: Readonly<Record<string, Metric>>;
  /** Computes what is compared. @default the only metric is */
  readonly expression?: string;
  readonly periodSeconds: number;
  /** How many periods in a row must breach the threshold. */
  readonly periods: number;
  readonly comparison: "LessThanThreshold" | "GreaterThanThreshold" | "GreaterThanOrEqualToThreshold";
  readonly threshold: number;
  /** What a period without data means. */
  readonly treatMissingData: "breaching" | "notBreaching";
}

/** What is watched of a stack. */
export interface WatchedStack {
  /** Name of the project, which is the namespace of the services' own metrics. */
  readonly project: string;
  readonly stack: string;
  readonly services: readonly WatchedService[];
  /** The temporary NAT gateway. @default there is none */
  readonly natGateway?: {
    readonly id: pulumi.Input<string>;
    /** Minutes after which schedules delete it; 0 when there are none. */
    readonly deadlineMinutes: number;
  };
  /** Name of the DynamoDB table. @default there is none */
  readonly tableName?: pulumi.Input<string>;
}

/** The alarms of a stack: each is about something that does not mend itself, and that somebody has to look at. */
export function planAlarms(watched: WatchedStack): PlannedAlarm[] {
  const { project, stack, services, natGateway, tableName } = watched;
  const look = (command: string, options = "") => `Type: npm run ${command} -- --stack ${stack}${options}`;
  return [
    ...services.flatMap((service) => serviceAlarms(project, service, look)),
    ...(natGateway === undefined ? [] : [natGatewayAlarm(natGateway, look), ...scheduleAlarms(natGateway, look)]),
    ...(tableName === undefined ? [] : [tableAlarm(tableName, look)]),
  ];
}

/** Says with which command to look further. */
type Look = (command: "logs" | "status" | "traces", options?: string) => string;

function serviceAlarms(project: string, service: WatchedService, look: Look): PlannedAlarm[] {
  const ownMetric = ownMetrics(project);
  const { name, minTaskCount, traced } = service;
  const logs = look("logs", ` --service ${name}`);
  const tasks: PlannedAlarm = {
    name: [name, "tasks"],
    description: `${name}: fewer tasks than ${minTaskCount} have run for 5 minutes. ${look("status")}`,
    metrics: { running: runningTasks(service) },
    periodSeconds: 60,
    periods: 5,
    comparison: "LessThanThreshold",
    threshold: minTaskCount,
    // A service without a running task sends nothing.
    treatMissingData: "breaching",
  };
  const faults: PlannedAlarm = {
    name: [name, "faults"],
    description: `${name}: in 5 minutes, 5 requests or more and 5 % of all were answered with 5xx. ${logs}`,
    metrics: { requests: ownMetric(service, "Requests", "Sum"), faults: ownMetric(service, "Faults", "Sum") },
    // One failure of two requests at night wakes nobody.
    expression: "IF(faults >= 5, 100 * faults / requests, 0)",
    periodSeconds: 300,
    periods: 1,
    comparison: "GreaterThanOrEqualToThreshold",
    threshold: 5,
    // A service that runs writes every minute; when none does, the alarm about tasks says so.
    treatMissingData: "notBreaching",
  };
  const latency: PlannedAlarm = {
    name: [name, "latency"],
    description: `${name}: for 15 minutes, one request of 100 took longer than 1 s. ${look("traces")}`,
    metrics: { latency: ownMetric(service, "Latency", "p99") },
    periodSeconds: 300,
    periods: 3,
    comparison: "GreaterThanThreshold",
    threshold: 1000,
    // There are no latencies without requests.
    treatMissingData: "notBreaching",
  };
  // Not a state of the container: one that does not end but answers nothing, or is denied, has none. What the app asks
  // the collector for, at least every 5 minutes and every 10 s once that fails, goes the whole way to X-Ray. A problem
  // is counted once a minute at most, so that two minutes have one of a collector that is gone.
  const tracing: PlannedAlarm = {
    name: [name, "tracing"],
    description: `${name}: for 10 minutes, a task has not reached X-Ray through its collector. ${logs}`,
    metrics: { errors: ownMetric(service, "TracingErrors", "Maximum") },
    periodSeconds: 120,
    periods: 5,
    comparison: "GreaterThanOrEqualToThreshold",
    threshold: 1,
    treatMissingData: "notBreaching",
  };
  return [tasks, faults, latency, ...(traced ? [tracing] : [])];
}

type NatGateway = NonNullable<WatchedStack["natGateway"]>;

/** Minutes which the deletion of a NAT gateway may take beyond its deadline. */
const graceMinutes = 15;

/**
 * The longest time which an alarm of periods below an hour may look back
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html).
 */
const longestMinutes = 24 * 60;

/**
 * A NAT gateway sends data every minute for as long as it is there, zeros as well
 * (https://docs.aws.amazon.com/vpc/latest/userguide/metrics-dimensions-nat-gateway.html): so its age is the number of
 * periods with data. Without schedules it should be gone as early as by those of the default.
 */
function natGatewayAlarm({ id, deadlineMinutes }: NatGateway, look: Look): PlannedAlarm {
  const minutes = Math.min((deadlineMinutes || 120) + graceMinutes, longestMinutes);
  return {
    name: ["natgateway"],
    description: `The temporary NAT gateway is older than ${minutes} minutes, and billed. ${look("status")}`,
    metrics: {
      samples: {
        namespace: "AWS/NATGateway",
        name: "ActiveConnectionCount",
        dimensions: { NatGatewayId: id },
        statistic: "SampleCount",
      },
    },
    periodSeconds: 300,
    periods: Math.ceil(minutes / 5),
    comparison: "GreaterThanOrEqualToThreshold",
    threshold: 1,
    // It is gone, as it should be.
    treatMissingData: "notBreaching",
  };
}

/**
 * The schedules that delete the NAT gateway are in the group `default`, as are those of others, and metrics know
 * nothing smaller than a group (https://docs.aws.amazon.com/scheduler/latest/UserGuide/monitoring-cloudwatch.html). An
 * error is seen at once; what was dropped, EventBridge Scheduler has not even been able to try, or has given up.
 */
function scheduleAlarms({ deadlineMinutes }: NatGateway, look: Look): PlannedAlarm[] {
  const alarm = (name: string, metric: string, what: string): PlannedAlarm => ({
    name: ["schedule", name],
    description: `${what}: maybe one that deletes a NAT gateway or its address. ${look("status")}`,
    metrics: {
      failures: {
        namespace: "AWS/Scheduler",
        name: metric,
        dimensions: { ScheduleGroup: "default" },
        statistic: "Sum",
      },
    },
    periodSeconds: 300,
    periods: 1,
    comparison: "GreaterThanOrEqualToThreshold",
    threshold: 1,
    // Sent only when something has failed.
    treatMissingData: "notBreaching",
  });
  return deadlineMinutes === 0
    ? []
    : [
        alarm("errors", "TargetErrorCount", "The call of a schedule in the group default has failed"),
        alarm("dropped", "InvocationDroppedCount", "A schedule in the group default was given up"),
      ];
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html#ThrottledRequests */
function tableAlarm(tableName: pulumi.Input<string>, look: Look): PlannedAlarm {
  return {
    name: ["table", "throttles"],
    description: `DynamoDB has throttled writes to the table for 10 minutes. ${look("logs")}`,
    metrics: {
      throttled: {
        namespace: "AWS/DynamoDB",
        name: "ThrottledRequests",
        dimensions: { TableName: tableName, Operation: "PutItem" },
        statistic: "Sum",
      },
    },
    periodSeconds: 300,
    periods: 2,
    comparison: "GreaterThanOrEqualToThreshold",
    threshold: 1,
    // Sent only when something is throttled.
    treatMissingData: "notBreaching",
  };
}
