import type { AllowedShare } from "../localRun/checks/sampling";
import { type Outcome, outcomeOf, type Segment } from "./segments";
import type { ServiceMap } from "./serviceMap";

/** One trace, as a table has it. */
export interface TraceSummary extends Outcome {
  readonly id: string;
  /** Seconds since 1970 at which its first segment began. */
  readonly start: number;
  /** Seconds from there to the end of its last segment. */
  readonly duration: number;
  /** The service that was called first. */
  readonly service?: string | undefined;
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly status?: number | undefined;
}

/** What became of the requests that a sampling rule decides about. */
export interface RuleResult {
  /** Name of the rule. */
  readonly rule: string;
  readonly reservoirSize: number;
  /** 0 to 1. */
  readonly fixedRate: number;
  readonly sampled: number;
  /** Requests that matched the rule; absent when nobody counted them. */
  readonly requests?: number | undefined;
  /** How many of them the rule lets through; absent when nobody counted them. */
  readonly allowed?: AllowedShare | undefined;
}

/** Everything about some time but the segments. */
export interface TraceOverview {
  /** First and last moment, in seconds since 1970. */
  readonly from: number;
  readonly to: number;
  readonly serviceMap: ServiceMap;
  readonly traces: readonly TraceSummary[];
  readonly sampling: readonly RuleResult[];
}

/** Where traces come from: X-Ray, or the record of a local run. */
export interface TraceSource {
  /** Such as `stack dev in eu-central-1`. */
  readonly description: string;
  /** What all names of services begin with; it need not be shown. */
  readonly namePrefix: string;
  read(): Promise<TraceOverview>;
  /** The segments of traces, by the traces' ids; a trace that is not there any more is left out. */
  readSegments(traceIds: readonly string[]): Promise<ReadonlyMap<string, readonly Segment[]>>;
}

/**
 * The summary of a trace, as GetTraceSummaries has it
 * (https://docs.aws.amazon.com/xray/latest/api/API_TraceSummary.html).
 *
 * @param segments all of one trace; at least one
 */
export function summaryOf(id: string, segments: readonly Segment[]): TraceSummary {
  const start = Math.min(...segments.map(({ start_time }) => start_time));
  const end = Math.max(...segments.map(({ start_time, end_time }) => end_time ?? start_time));
  const own = segments.filter(({ type }) => type !== "subsegment");
  const first =
    own.find(({ parent_id }) => parent_id === undefined) ??
    own.reduce<Segment | undefined>((a, b) => (a === undefined || b.start_time < a.start_time ? b : a), undefined);
  const outcomes = segments.map(outcomeOf);
  const some = (flag: keyof Outcome): boolean => outcomes.some((outcome) => outcome[flag]);
  return {
    ...{ id, start, duration: Math.max(0, end - start), service: first?.name },
    ...{ method: first?.http?.request?.method, url: first?.http?.request?.url, status: first?.http?.response?.status },
    ...{ error: some("error"), throttle: some("throttle"), fault: some("fault") },
  };
}

/** The slowest traces first. */
export function slowestFirst(traces: readonly TraceSummary[]): TraceSummary[] {
  return [...traces].sort((a, b) => b.duration - a.duration || b.start - a.start);
}

/** The path of a URL, which says more than its host here; the whole text of what is not a URL. */
export function pathOf(url: string): string {
  return URL.canParse(url) ? new URL(url).pathname : url;
}
