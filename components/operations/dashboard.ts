import type * as pulumi from "@pulumi/pulumi";
import { ecsMetric, type Metric, ownMetrics, runningTasks, type WatchedService } from "./metrics";

/** A line of a graph. */
type Line = readonly [label: string, metric: Metric];

interface Graph {
  readonly title: string;
  readonly lines: readonly Line[];
}

/** Graphs in a row, of which a dashboard is 24 units wide. */
const perRow = 3;
const width = 24 / perRow;
const height = 6;

/** The graphs of a stack, each with a line for each of its services. */
function graphs(project: string, services: readonly WatchedService[]): Graph[] {
  const ownMetric = ownMetrics(project);
  const lines = (metric: (service: WatchedService) => Metric, of = services): Line[] =>
    of.map((service) => [service.name, metric(service)]);
  const own = (name: Parameters<typeof ownMetric>[1], statistic: string) => (service: WatchedService) =>
    ownMetric(service, name, statistic);
  const traced = services.filter((service) => service.traced);
  const percentile = (statistic: string): Line[] =>
    services.map((service) => [`${service.name} ${statistic}`, ownMetric(service, "Latency", statistic)]);
  return [
    { title: "Requests a minute", lines: lines(own("Requests", "Sum")) },
    { title: "Latency (ms)", lines: [...percentile("p50"), ...percentile("p99")] },
    { title: "Faults (5xx) a minute", lines: lines(own("Faults", "Sum")) },
    { title: "Running tasks", lines: lines(runningTasks) },
    { title: "CPU (%)", lines: lines((service) => ecsMetric(service, "CPUUtilization", "Average")) },
    { title: "Memory (%)", lines: lines((service) => ecsMetric(service, "MemoryUtilization", "Average")) },
    { title: "Traces sent a minute", lines: lines(own("SampledRequests", "Sum"), traced) },
    { title: "Tracing errors", lines: lines(own("TracingErrors", "Maximum"), traced) },
  ];
}

/**
 * The body of a dashboard
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html).
 *
 * @param project the namespace of the services' own metrics
 * @param alarmArns shown with their states; left out when there are none
 */
export function dashboardBody(
  project: string,
  services: readonly WatchedService[],
  region: string,
  alarmArns: readonly pulumi.Input<string>[],
): object {
  const alarms = { type: "alarm", properties: { title: "Alarms", alarms: alarmArns } };
  const widgets = [
    ...graphs(project, services).map((graph) => graphWidget(graph, region)),
    ...(alarmArns.length > 0 ? [alarms] : []),
  ];
  return {
    widgets: widgets.map((widget, index) => ({
      ...widget,
      x: (index % perRow) * width,
      y: Math.floor(index / perRow) * height,
      width,
      height,
    })),
  };
}

/** With points a minute apart, as all of these metrics are. */
function graphWidget({ title, lines }: Graph, region: string) {
  const metrics = lines.map(([label, { namespace, name, dimensions, statistic: stat }]) => [
    namespace,
    name,
    ...Object.entries(dimensions).flat(),
    { label, stat },
  ]);
  return {
    type: "metric",
    properties: { title, region, period: 60, metrics, view: "timeSeries", yAxis: { left: { min: 0 } } },
  };
}
