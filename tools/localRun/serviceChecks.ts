import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { SegmentDocument } from "./daemonStandIn/segmentDocument";
import { type Expectation, percentile, type RequestSeries, sendRequests } from "./requests";
import { matchingRule, type SamplingRule } from "./samplingRules";
import { allowedShare } from "./samplingShare";
import { holdsWithin, type TraceStore } from "./traceStore";

/** Something that was looked at, and what came of it. */
export interface Check {
  readonly passed: boolean;
  /** What was seen, in one line. */
  readonly text: string;
}

/** A service to check: where it listens, what it is to answer and what its traces are to say. */
export interface CheckedService {
  readonly origin: string;
  readonly expectation: Expectation;
  /** Name its segments are to carry. */
  readonly tracingName: string;
  /** Sampling rules of the account, the default one among them. */
  readonly rules: readonly SamplingRule[];
}

/** Requests of the series. */
const seriesLength = 100;
/** How long nothing must arrive before a series counts as delivered, in milliseconds; the stand-in waits 100. */
const quietMs = 300;

/** What the checks look at. */
export interface CheckContext {
  readonly service: CheckedService;
  readonly store: TraceStore;
  /** How long a segment or a question for sampling rules may take to arrive, in milliseconds. */
  readonly patienceMs: number;
  /** Ends the checks with an `AbortError`. */
  readonly signal: AbortSignal;
}

/**
 * What the load client does with a traced service: one request whose trace must arrive, then a hundred, none of which
 * may fail, of which the sampled share must arrive.
 */
export async function* checkService(context: CheckContext): AsyncGenerator<Check> {
  const { service, store, patienceMs, signal } = context;
  yield* checkOneRequest(context);
  const asked = await holdsWithin(patienceMs, () => store.rulesAskedAt !== undefined, signal);
  yield { passed: asked, text: `${asked ? "asked" : "did not ask"} the daemon for its sampling rules` };
  // The first request of a second takes from the reservoir, so the series begins with one.
  await sleep(1005 - (Date.now() % 1000), undefined, { signal });
  const before = store.segments.length;
  const series = await sendRequests(service.origin, service.expectation, seriesLength, signal);
  yield describeSeries(series);
  await quiet(context);
  yield checkShare(service, series, store.segments.slice(before), asked);
  const again = againstTheRules(service, store);
  if (again.length > 0) yield { passed: false, text: `segments were sent of requests no rule samples: ${again[0]}` };
  const [refused] = store.refused;
  if (refused !== undefined) {
    const example = `${refused.problems.join("; ")} (${refused.start})`;
    yield { passed: false, text: `X-Ray would refuse segments, ${store.refused.length} of them, such as: ${example}` };
  }
}

async function* checkOneRequest(context: CheckContext): AsyncGenerator<Check> {
  const { service, store, patienceMs, signal } = context;
  const { origin, expectation, tracingName } = service;
  const seconds = Math.floor(Date.now() / 1000).toString(16);
  const traceId = `1-${seconds}-${randomBytes(12).toString("hex")}`;
  // A decision to sample which comes with the request holds whatever the rules say.
  const headers = { "x-amzn-trace-id": `Root=${traceId};Sampled=1` };
  const { failures } = await sendRequests(origin, expectation, 1, signal, headers);
  const url = `GET ${new URL(expectation.path, origin)}`;
  yield failures.length > 0
    ? { passed: false, text: `${url} ${failures.join("; ")}, expected 200 ${JSON.stringify(expectation.body)}` }
    : { passed: true, text: `${url} answered 200 ${expectation.body}` };
  const ofTrace = (): SegmentDocument[] => store.segments.filter(({ trace_id }) => trace_id === traceId);
  await holdsWithin(patienceMs, () => ofTrace().length > 0 || store.refused.length > 0, signal);
  await quiet(context);
  const segments = ofTrace();
  const [segment] = segments;
  if (segment === undefined || segments.length > 1) {
    yield { passed: false, text: `${segments.length} segments of trace ${traceId} were delivered, expected 1` };
  } else if (segment.name !== tracingName) {
    yield { passed: false, text: `its segment is named ${segment.name}, expected ${tracingName}` };
  } else {
    yield { passed: true, text: `1 segment delivered: ${segment.id} of trace ${traceId}, ${segment.name}` };
  }
}

function describeSeries(series: RequestSeries): Check {
  const [first] = series.failures;
  const ms = (share: number) => `${percentile(series, share).toFixed(2)} ms`;
  const text =
    `${series.sent} requests, ${series.failures.length} failed${first === undefined ? "" : ` (${first})`}: ` +
    `${Math.round(series.requestsPerSecond)} requests/s, ` +
    `latency p50 ${ms(0.5)}, p90 ${ms(0.9)}, p99 ${ms(0.99)}, longest ${ms(1)}`;
  return { passed: first === undefined, text };
}

function checkShare(
  { rules, tracingName, origin, expectation }: CheckedService,
  series: RequestSeries,
  arrived: readonly SegmentDocument[],
  rulesAsked: boolean,
): Check {
  const { host } = new URL(origin);
  const request = { serviceName: tracingName, host, httpMethod: "GET", urlPath: expectation.path };
  const rule = matchingRule(rules, request);
  const delivered = arrived.filter((segment) => pathOf(segment) === expectation.path).length;
  const allowed = allowedShare({
    requests: series.sent,
    from: series.from,
    to: series.to,
    fixedRate: rule.FixedRate,
    reservoirSize: rule.ReservoirSize,
    freshReservoir: rulesAsked,
  });
  return {
    passed: delivered >= allowed.atLeast && delivered <= allowed.atMost,
    text:
      `${delivered} of ${series.sent} requests sampled and delivered; the rule ${rule.RuleName} ` +
      `(${rule.ReservoirSize}/s + ${rule.FixedRate * 100} %) allows ${allowed.atLeast} to ${allowed.atMost}`,
  };
}

/** The app may have decided by the SDK's own rule for this long after it asked for the account's, in milliseconds. */
const rulesSettleMs = 500;

/** Requests which were sampled although the rule that matches them samples none, such as health checks. */
function againstTheRules({ rules, tracingName, origin }: CheckedService, store: TraceStore): string[] {
  const settled = (store.rulesAskedAt ?? Number.POSITIVE_INFINITY) + rulesSettleMs;
  const { host } = new URL(origin);
  return store.segments.flatMap((segment) => {
    const urlPath = pathOf(segment);
    if (urlPath === undefined || segment.start_time * 1000 < settled) return [];
    const httpMethod = segment.http?.request?.method ?? "GET";
    const rule = matchingRule(rules, { serviceName: tracingName, host, httpMethod, urlPath });
    return rule.FixedRate === 0 && rule.ReservoirSize === 0 ? [`${httpMethod} ${urlPath} (rule ${rule.RuleName})`] : [];
  });
}

function pathOf({ http }: SegmentDocument): string | undefined {
  const url = http?.request?.url;
  return url !== undefined && URL.canParse(url) ? new URL(url).pathname : undefined;
}

/** Waits until nothing more arrives. */
async function quiet({ store, signal }: CheckContext): Promise<void> {
  let count: number;
  do {
    count = store.segments.length;
    await sleep(quietMs, undefined, { signal });
  } while (store.segments.length > count);
}
