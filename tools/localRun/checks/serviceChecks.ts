import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { byTrace } from "../../traces/segments";
import { formatTrace, formatTraceWithTimes, traceTrees } from "../../traces/traceTree";
import { holdsWithin } from "../holdsWithin";
import type { SentRequests } from "../record";
import type { SegmentDocument } from "../standIns/daemon/segmentDocument";
import type { Expectation, ServiceExpectation } from "./expectations";
import { type Answerer, percentile, type RequestSeries, sendRequests } from "./requests";
import { allowedShare, matchingRule, type SamplingRule } from "./sampling";
import type { TraceStore } from "./traceStore";

/** What a check of a local run found. */
export interface CheckResult {
  readonly passed: boolean;
  /** What was seen, in one line. */
  readonly text: string;
  /** More of it, for a person. @default nothing */
  readonly details?: readonly string[];
}

/** A service to check: where it listens, what it is to answer and what its traces are to say. */
export interface CheckedService extends Answerer {
  readonly expectation: ServiceExpectation;
  /** Family of its task. */
  readonly family: string;
  /** Name its segments are to carry. */
  readonly tracingName: string;
  /** Name of the container whose segments carry a name. */
  readonly containerOf: (tracingName: string) => string;
  /** Sampling rules of the account, the default one among them. */
  readonly rules: readonly SamplingRule[];
  /** How long nothing must arrive before a series counts as delivered, in milliseconds. */
  readonly quietMs: number;
}

/** Requests of the series. */
const seriesLength = 100;

/** What the checks look at. */
interface CheckContext {
  readonly service: CheckedService;
  readonly store: TraceStore;
  /** How long a segment or a question for sampling rules may take to arrive, in milliseconds. */
  readonly patienceMs: number;
  /** Ends the checks with an `AbortError`. */
  readonly signal: AbortSignal;
  /** Takes what is sent with no decision to sample or not. */
  readonly onRequests?: ((sent: SentRequests) => void) | undefined;
}

/**
 * What the load client does with a service: every answer once, and for a traced one one request whose trace must arrive
 * whole, then a hundred, none of which may fail, of which the sampled share must arrive, whole as well.
 */
export async function* checkService(context: CheckContext): AsyncGenerator<CheckResult> {
  const { service, store, patienceMs, signal } = context;
  const { answers, trace } = service.expectation;
  if (trace === undefined) {
    for (const answer of answers) yield await checkAnswer(context, answer);
    return;
  }
  const [answer] = answers;
  yield* checkOneRequest(context, answer, trace);
  const asked = await holdsWithin(patienceMs, () => store.rulesAskedAt(service.family) !== undefined, signal);
  yield { passed: asked, text: `${asked ? "asked" : "did not ask"} for X-Ray's sampling rules` };
  // The first request of a second takes from the reservoir, so the series begins with one.
  await sleep(1005 - (Date.now() % 1000), undefined, { signal });
  const before = store.segments.length;
  const series = await sendRequests(service, answer, seriesLength, signal);
  const { from, to } = series;
  const sent = { service: service.tracingName, method: "GET", path: answer.path, requests: series.sent, from, to };
  context.onRequests?.(sent);
  yield describeSeries(series);
  await store.waitUntilNothingArrives(service.quietMs, signal);
  const arrived = store.segments.slice(before);
  yield checkShare(service, answer, series, arrived, asked);
  if (trace.length > 1) yield checkWhole(service, trace, arrived);
  const again = sampledAgainstRules(service, store);
  if (again.length > 0) yield { passed: false, text: `segments were sent of requests no rule samples: ${again[0]}` };
  const [refused] = store.refused;
  if (refused !== undefined) {
    const example = `${refused.problems.join("; ")} (${refused.start})`;
    yield { passed: false, text: `X-Ray would refuse segments, ${store.refused.length} of them, such as: ${example}` };
  }
}

/** Characters of a request and its answer that are shown: a line. */
const excerptLength = 70;

async function checkAnswer(
  { service, signal }: CheckContext,
  answer: Expectation,
  headers?: Record<string, string>,
): Promise<CheckResult> {
  const { failures, body } = await sendRequests(service, answer, 1, signal, headers);
  const url = `GET ${new URL(answer.path, service.origin)}`;
  const expected = typeof answer.body === "string" ? JSON.stringify(answer.body) : String(answer.body);
  return failures.length > 0
    ? { passed: false, text: `${url} ${failures.join("; ")}, expected 200 ${expected}` }
    : { passed: true, text: excerpt(`${url} answered 200 ${body.trim().split("\n")[0]}`) };
}

const excerpt = (text: string): string =>
  text.length <= excerptLength ? text : `${text.slice(0, excerptLength - 1)}…`;

async function* checkOneRequest(
  context: CheckContext,
  answer: Expectation,
  expected: readonly string[],
): AsyncGenerator<CheckResult> {
  const { service, store, patienceMs, signal } = context;
  const { tracingName, containerOf } = service;
  const seconds = Math.floor(Date.now() / 1000).toString(16);
  const traceId = `1-${seconds}-${randomBytes(12).toString("hex")}`;
  // A decision to sample which comes with the request holds whatever the rules say.
  yield await checkAnswer(context, answer, { "x-amzn-trace-id": `Root=${traceId};Sampled=1` });
  const ofTrace = (): readonly SegmentDocument[] => store.traces.get(traceId) ?? [];
  const whole = (): boolean => isWhole(ofTrace(), containerOf, expected);
  await holdsWithin(patienceMs, () => whole() || store.refused.length > 0, signal);
  await store.waitUntilNothingArrives(service.quietMs, signal);
  const segments = ofTrace();
  const trees = traceTrees(segments, containerOf);
  const [first] = segments;
  if (first === undefined) {
    yield { passed: false, text: `no segment of trace ${traceId} was delivered` };
  } else if (!segments.some(({ name }) => name === tracingName)) {
    yield { passed: false, text: `its segment is named ${first.name}, expected ${tracingName}` };
  } else if (!whole()) {
    const seen = [...trees.flatMap(formatTraceWithTimes), "expected:", ...expected];
    yield { passed: false, text: `trace ${traceId} is not what was expected, but:`, details: seen };
  } else if (expected.length === 1) {
    yield { passed: true, text: `1 segment delivered: ${first.id} of trace ${traceId}, ${first.name}` };
  } else {
    const text = `${segments.length} segments delivered, one trace: ${traceId}`;
    yield { passed: true, text, details: trees.flatMap(formatTraceWithTimes) };
  }
}

/** Whether segments are all there is of one trace, as it was expected. */
export function isWhole(
  segments: readonly SegmentDocument[],
  nameOf: (tracingName: string) => string,
  expected: readonly string[],
): boolean {
  return traceTrees(segments, nameOf).flatMap(formatTrace).join("\n") === expected.join("\n");
}

/** Every trace of the series is there from its first segment to its last. */
function checkWhole(
  { containerOf }: CheckedService,
  expected: readonly string[],
  arrived: readonly SegmentDocument[],
): CheckResult {
  const traces = [...byTrace(arrived)];
  const broken = traces.filter(([, segments]) => !isWhole(segments, containerOf, expected));
  const [example] = broken;
  return {
    passed: broken.length === 0,
    text: `${traces.length - broken.length} of ${traces.length} sampled traces are whole`,
    details: example && traceTrees(example[1], containerOf).flatMap(formatTraceWithTimes),
  };
}

function describeSeries(series: RequestSeries): CheckResult {
  const [first] = series.failures;
  const ms = (share: number) => percentile(series, share).toFixed(2);
  const text =
    `${series.sent} requests, ${series.failures.length} failed${first === undefined ? "" : ` (${first})`}: ` +
    `${Math.round(series.requestsPerSecond)} requests/s, ` +
    `latency p50 ${ms(0.5)}, p90 ${ms(0.9)}, p99 ${ms(0.99)}, longest ${ms(1)} ms`;
  return { passed: first === undefined, text };
}

function checkShare(
  { rules, tracingName, origin }: CheckedService,
  { path }: Expectation,
  series: RequestSeries,
  arrived: readonly SegmentDocument[],
  rulesAsked: boolean,
): CheckResult {
  const { host } = new URL(origin);
  const request = { serviceName: tracingName, host, httpMethod: "GET", urlPath: path };
  const rule = matchingRule(rules, request);
  const delivered = arrived.filter((segment) => pathOf(segment) === path && isFirst(segment)).length;
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
      `${delivered} of ${series.sent} traced; the rule ${rule.RuleName} ` +
      `(${rule.ReservoirSize}/s + ${rule.FixedRate * 100} %) allows ${allowed.atLeast} to ${allowed.atMost}`,
  };
}

/** The app may have decided by its own rule for this long after it asked for the account's, in milliseconds. */
const rulesSettleMs = 500;

/** Requests which were sampled although the rule that matches them samples none, such as health checks. */
function sampledAgainstRules({ rules, tracingName, origin, family }: CheckedService, store: TraceStore): string[] {
  const settled = (store.rulesAskedAt(family) ?? Number.POSITIVE_INFINITY) + rulesSettleMs;
  const { host } = new URL(origin);
  return store.segments.flatMap((segment) => {
    const urlPath = pathOf(segment);
    if (urlPath === undefined || segment.start_time * 1000 < settled) return [];
    const httpMethod = segment.http?.request?.method ?? "GET";
    const rule = matchingRule(rules, { serviceName: tracingName, host, httpMethod, urlPath });
    return rule.FixedRate === 0 && rule.ReservoirSize === 0 ? [`${httpMethod} ${urlPath} (rule ${rule.RuleName})`] : [];
  });
}

/** Whether its service decided by itself to sample, and not by what it was told. */
function isFirst(segment: SegmentDocument): boolean {
  return segment.parent_id === undefined;
}

function pathOf({ http }: SegmentDocument): string | undefined {
  const url = http?.request?.url;
  return url !== undefined && URL.canParse(url) ? new URL(url).pathname : undefined;
}
