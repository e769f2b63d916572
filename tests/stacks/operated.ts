import { ComponentEvaluation } from "../pulumi/evaluateComponent";
import { evaluateVariant } from "./evaluateVariant";

/** The stack chain, which has all there is to watch, with alarms and dashboard. */
export async function operatedChain(): Promise<ComponentEvaluation> {
  const settings = { alarms: "on", alarmEmail: "on-call@example.com", dashboard: "on" };
  return new ComponentEvaluation(await evaluateVariant("chain", settings));
}

export const alarmType = "aws:cloudwatch/metricAlarm:MetricAlarm";

/** A metric as an alarm or a dashboard reads it. */
export interface ReadMetric {
  /** The alarm, or the title of the graph. */
  readonly by: string;
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly stat: string;
  readonly period: number;
}

interface Inputs {
  readonly namespace?: string;
  readonly metricName?: string;
  readonly dimensions?: Record<string, string>;
  readonly statistic?: string;
  readonly extendedStatistic?: string;
  readonly period?: number;
  readonly metricQueries?: { readonly metric?: Inputs & { readonly stat?: string } }[];
}

function metricOf(by: string, inputs: Inputs & { readonly stat?: string }): ReadMetric {
  const { namespace = "", metricName: name = "", dimensions = {}, period = 0 } = inputs;
  return {
    by,
    namespace,
    name,
    dimensions,
    stat: inputs.stat ?? inputs.statistic ?? inputs.extendedStatistic ?? "",
    period,
  };
}

/** What the alarms of a stack read. */
export function alarmMetrics(graph: ComponentEvaluation): ReadMetric[] {
  return graph.ofType(alarmType).flatMap(({ name, inputs }) => {
    const { metricQueries = [{ metric: inputs as Inputs }] } = inputs as Inputs;
    return metricQueries.flatMap(({ metric }) => (metric === undefined ? [] : [metricOf(name, metric)]));
  });
}

interface Widget {
  readonly properties: {
    readonly title: string;
    readonly period: number;
    readonly metrics?: readonly (readonly (string | { readonly stat: string })[])[];
  };
}

/** What the dashboard of a stack shows. */
export function dashboardMetrics(graph: ComponentEvaluation): ReadMetric[] {
  const { dashboardBody } = graph.one("aws:cloudwatch/dashboard:Dashboard").inputs;
  const { widgets } = JSON.parse(String(dashboardBody)) as { widgets: Widget[] };
  return widgets.flatMap(({ properties: { title: by, period, metrics = [] } }) =>
    metrics.map((metric) => {
      const [namespace = "", name = "", ...rest] = metric.filter((each) => typeof each === "string");
      const pairs = Array.from({ length: rest.length / 2 }, (_, index) => rest.slice(2 * index, 2 * index + 2));
      const [{ stat = "" } = {}] = metric.filter((each) => typeof each === "object");
      return { by, namespace, name, dimensions: Object.fromEntries(pairs), stat, period };
    }),
  );
}
