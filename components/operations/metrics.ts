import type * as pulumi from "@pulumi/pulumi";

/** A CloudWatch metric, as one statistic of it is read. */
export interface Metric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, pulumi.Input<string>>>;
  /** `Sum`, `Average`, `Maximum`, `SampleCount`, or a percentile such as `p99`. */
  readonly statistic: string;
}

/** What is watched of a service. */
export interface WatchedService {
  readonly name: string;
  readonly traced: boolean;
  /** Name and ARN of its ECS service, and the name of the cluster. */
  readonly ecsServiceName: pulumi.Input<string>;
  readonly ecsServiceArn: pulumi.Input<string>;
  readonly clusterName: pulumi.Input<string>;
  /** Its name in its traces, and in the metrics that it writes itself. */
  readonly tracingName: string;
  readonly minTaskCount: number;
}

/** Metrics which a service writes to its log; see app/service/metrics.ts. */
type OwnMetric = "Requests" | "Faults" | "Latency" | "SampledRequests" | "TracingErrors";

/** How many metrics a service writes: CloudWatch bills each. */
export const ownMetricCount = ({ traced }: Pick<WatchedService, "traced">): number => (traced ? 5 : 3);

/** @param namespace that of all services of the project */
export const ownMetrics =
  (namespace: string) =>
  ({ tracingName }: WatchedService, name: OwnMetric, statistic: string): Metric => ({
    namespace,
    name,
    dimensions: { Service: tracingName },
    statistic,
  });

/**
 * ECS's metrics of a service, which cost nothing and take no setting
 * (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/available-metrics.html).
 */
export function ecsMetric(
  { clusterName, ecsServiceName }: WatchedService,
  name: "CPUUtilization" | "MemoryUtilization",
  statistic: string,
): Metric {
  const dimensions = { ClusterName: clusterName, ServiceName: ecsServiceName };
  return { namespace: "AWS/ECS", name, dimensions, statistic };
}

/**
 * How many of a service's tasks run, in periods of one minute: each sends one sample a minute. Without Container
 * Insights there is no other metric that says so
 * (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cloudwatch-metrics.html#cw_running_task_count).
 */
export const runningTasks = (service: WatchedService): Metric => ecsMetric(service, "CPUUtilization", "SampleCount");
