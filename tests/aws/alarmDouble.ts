import { asRecord } from "../../tools/checks/check";

/** A value of a metric, and how often it came. */
export interface Sample {
  readonly value: number;
  readonly count: number;
}

/** The samples of a metric, a minute after the other. */
export type Minutes = readonly (readonly Sample[])[];

/** What an alarm reads: each metric's samples by its name in CloudWatch. */
type Samples = Readonly<Record<string, Minutes>>;

export type AlarmState = "OK" | "ALARM";

/**
 * The state which CloudWatch gives an alarm when it evaluates it at the end of these minutes.
 *
 * @param inputs of the resource; `missing` and `ignore` are not known here, because they depend on the state before
 */
export function alarmState(inputs: Readonly<Record<string, unknown>>, samples: Samples): AlarmState {
  return stateOf(
    inputs,
    values(inputs, samples).map((value) => value && breaches(inputs, value.result)),
  );
}

/**
 * From AWS's page on how an alarm is evaluated when data is missing: CloudWatch reads more periods than are evaluated,
 * as many as it sees fit (its examples have two more), takes the newest that have data, and fills up what they lack.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 *
 * @param periods whether each breaches, the newest last; `undefined` where there is no data
 */
export function stateOf(
  inputs: Readonly<Record<string, unknown>>,
  periods: readonly (boolean | undefined)[],
): AlarmState {
  const count = Number(inputs.evaluationPeriods);
  const existing = periods.slice(-count - 2).filter((breaching) => breaching !== undefined);
  const missing = Math.max(count - existing.length, 0);
  const evaluated = [
    ...existing.slice(-count),
    ...Array<boolean>(missing).fill(inputs.treatMissingData === "breaching"),
  ];
  const breaching = evaluated.filter(Boolean).length;
  return breaching >= Number(inputs.datapointsToAlarm) ? "ALARM" : "OK";
}

/** What is compared, period by period; `undefined` where a metric has no data. */
function values(inputs: Readonly<Record<string, unknown>>, samples: Samples): ({ result: number } | undefined)[] {
  const queries = (inputs.metricQueries as Record<string, unknown>[] | undefined) ?? [];
  const { expression } = queries.find((query) => query.expression !== undefined) ?? {};
  const single = { ...inputs, stat: inputs.statistic ?? inputs.extendedStatistic };
  const read =
    expression === undefined
      ? [["m", single] as const]
      : queries
          .filter(({ metric }) => metric !== undefined)
          .map(({ id, metric }) => [String(id), asRecord(metric)] as const);
  const series = read.map(([id, metric]) => [id, statistics(metric, samples)] as const);
  const periods = Math.max(...series.map(([, { length }]) => length));
  return Array.from({ length: periods }, (_, index) => {
    const known = series.map(([id, all]) => [id, all[index]] as const);
    if (known.some(([, value]) => value === undefined)) return undefined;
    return { result: compute(expression === undefined ? "m" : String(expression), Object.fromEntries(known)) };
  });
}

/** A metric's statistic, period by period. */
function statistics({ metricName, stat, period }: Readonly<Record<string, unknown>>, samples: Samples) {
  const minutes = samples[String(metricName)] ?? [];
  const perPeriod = Number(period) / 60;
  return Array.from({ length: Math.ceil(minutes.length / perPeriod) }, (_, index) =>
    statistic(String(stat), minutes.slice(index * perPeriod, (index + 1) * perPeriod).flat()),
  );
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html */
function statistic(name: string, samples: readonly Sample[]): number | undefined {
  if (samples.length === 0) return undefined;
  const count = samples.reduce((sum, each) => sum + each.count, 0);
  const percentile = /^p(\d+)$/.exec(name)?.[1];
  if (percentile !== undefined) {
    const sorted = [...samples].sort((a, b) => a.value - b.value);
    const below = (index: number) => sorted.slice(0, index + 1).reduce((sum, each) => sum + each.count, 0);
    return sorted.find((_, index) => below(index) >= (count * Number(percentile)) / 100)?.value;
  }
  switch (name) {
    case "SampleCount":
      return count;
    case "Sum":
      return samples.reduce((sum, each) => sum + each.value * each.count, 0);
    case "Maximum":
      return Math.max(...samples.map(({ value }) => value));
    default:
      throw new Error(`this double does not know the statistic ${name}`);
  }
}

/**
 * The arithmetic of metric math, and its function IF
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html).
 */
function compute(expression: string, metrics: Readonly<Record<string, number | undefined>>): number {
  const translated = expression.replace(/\bIF\(([^,()]*),([^,()]*),([^,()]*)\)/g, "(($1) ? ($2) : ($3))");
  return Number(new Function(...Object.keys(metrics), `return ${translated}`)(...Object.values(metrics)));
}

function breaches({ comparisonOperator, threshold }: Readonly<Record<string, unknown>>, value: number): boolean {
  switch (comparisonOperator) {
    case "LessThanThreshold":
      return value < Number(threshold);
    case "GreaterThanThreshold":
      return value > Number(threshold);
    case "GreaterThanOrEqualToThreshold":
      return value >= Number(threshold);
    default:
      throw new Error(`this double does not know ${comparisonOperator}`);
  }
}
