import type { IncomingMessage } from "node:http";
import { setTimeout as delay, setImmediate as nextTurn } from "node:timers/promises";
import type { TracingSettings } from "../settings";
import { decisionHeader, parseTraceHeader, TRACE_HEADER, type TraceHeader } from "../traceHeader";
import { pathOf, type RequestTrace, type SegmentPlace, type Tracer, UNSAMPLED, unsampled } from "../tracer";
import { ecsSegmentOrigin, type SegmentOrigin } from "./ecsMetadata";
import { rawRequest } from "./httpData";
import { loadXraySdk, type XraySdk } from "./sdk";
import type { WarningLog } from "./sdkLogger";
import { type Segment, type SegmentMaker, SegmentTrace } from "./segmentTrace";

type XraySettings = Extract<TracingSettings, { tracer: "xray" }>;

/**
 * Longest wait for the last segments to leave, in milliseconds: a name that DNS doesn't answer must not hold up a
 * shutdown.
 */
const FLUSH_MS = 1000;
/**
 * How long finished traces wait to be written out and sent together, in milliseconds. One by one, between two requests,
 * each costs several times as much, because nothing of that code is in the processor's caches.
 */
const BATCH_MS = 50;

/**
 * A tracer that sends segments to the X-Ray daemon, with the official SDK in manual mode. The SDK's own middleware
 * makes a segment, with two random ids, for every request and throws most of them away; here sampling is decided first.
 */
export async function createXrayTracer(
  settings: XraySettings,
  serviceVersion: string,
  log: WarningLog,
): Promise<Tracer> {
  const [sdk, origin] = await Promise.all([
    loadXraySdk(settings.daemon, log),
    ecsSegmentOrigin(settings.metadataUri, settings.fargate, (err) =>
      log.warn({ err }, "the task metadata endpoint did not answer; segments will not say which task they come from"),
    ),
  ]);
  return new XrayTracer(sdk, settings.serviceName, serviceVersion, origin);
}

class XrayTracer implements Tracer, SegmentMaker {
  readonly kind = "xray";
  private readonly service: object;
  private readonly outbox: SegmentTrace[] = [];
  /**
   * Traces whose request has ended and which wait for a subsegment: the caller hung up while something was under way.
   */
  private readonly waiting = new Set<SegmentTrace>();

  constructor(
    private readonly sdk: XraySdk,
    private readonly name: string,
    version: string,
    private readonly origin: SegmentOrigin,
  ) {
    this.service = { version, runtime: process.release.name, runtime_version: process.version };
  }

  start(): void {
    this.sdk.sampler.start();
  }

  begin(request: IncomingMessage): RequestTrace {
    const header = parseTraceHeader(request.headers[TRACE_HEADER]);
    const rule = this.decide(request, header);
    if (!rule) {
      return this.refusal(header);
    }
    return new SegmentTrace(this, rawRequest(request), header, rule);
  }

  beginSegment({ traceId, parentId }: SegmentPlace, request: IncomingMessage): RequestTrace {
    return new SegmentTrace(this, rawRequest(request), { root: traceId, parent: parentId }, true);
  }

  makeSegment(header: TraceHeader, rule: string | true): Segment {
    const segment = new this.sdk.Segment(this.name, header.root, header.parent);
    if (rule !== true) {
      segment.setMatchedSamplingRule(rule);
    }
    segment.setServiceData(this.service);
    segment.addPluginData(this.origin.aws);
    if (this.origin.origin !== undefined) {
      segment.origin = this.origin.origin;
    }
    return segment;
  }

  unfinished(trace: SegmentTrace): void {
    this.waiting.add(trace);
  }

  /** Takes a finished trace, to be sent soon. */
  finished(trace: SegmentTrace): void {
    this.waiting.delete(trace);
    if (this.outbox.push(trace) === 1) {
      setTimeout(() => this.send(), BATCH_MS);
    }
  }

  async flush(): Promise<void> {
    // A trace ends with its response's "close" event, which may come a turn after the server has closed.
    await nextTurn();
    this.outbox.push(...this.waiting);
    this.waiting.clear();
    this.send();
    const cancel = new AbortController();
    await Promise.race([this.sdk.socket.drained(), delay(FLUSH_MS, undefined, { signal: cancel.signal })]);
    cancel.abort();
  }

  private send(): void {
    for (const trace of this.outbox.splice(0)) {
      trace.send();
    }
  }

  private decide(request: IncomingMessage, header: TraceHeader): string | boolean {
    if (header.sampled === "1" || header.sampled === "0") {
      return header.sampled === "1";
    }
    return this.sdk.sampler.decide({
      host: request.headers.host,
      httpMethod: request.method,
      urlPath: pathOf(request.url),
      serviceName: this.name,
      serviceType: this.origin.origin,
    });
  }

  private refusal(header: TraceHeader): RequestTrace {
    if (header.sampled !== "?") {
      return header.root === undefined ? UNSAMPLED : unsampled(header.root);
    }
    const root = header.root ?? new this.sdk.TraceID().toString();
    return { ...unsampled(root), responseHeader: decisionHeader(root, false) };
  }
}
