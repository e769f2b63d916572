import type { IncomingMessage } from "node:http";
import { setTimeout as delay, setImmediate as nextTurn } from "node:timers/promises";
import type { TracingSettings } from "../settings";
import { decisionHeader, parseTraceHeader, TRACE_HEADER, type TraceHeader } from "../traceHeader";
import { pathOf, type RequestOutcome, type RequestTrace, type Tracer, UNSAMPLED } from "../tracer";
import { ecsSegmentOrigin, type SegmentOrigin } from "./ecsMetadata";
import { segmentCause } from "./exception";
import { httpRequestData, httpResponseData, outcomeFlags, type RawRequest, rawRequest } from "./httpData";
import { loadXraySdk, type XraySdk } from "./sdk";
import type { WarningLog } from "./sdkLogger";

type Segment = InstanceType<XraySdk["Segment"]>;
type XraySettings = Extract<TracingSettings, { tracer: "xray" }>;

/** Longest wait for the last segments to leave, in milliseconds: a name that DNS doesn't answer must not hold up a shutdown. */
const FLUSH_MS = 1000;
/**
 * How long finished traces wait to be written out and sent together, in milliseconds. One by one, between two requests, each costs
 * several times as much, because nothing of that code is in the processor's caches.
 */
const BATCH_MS = 50;

/**
 * A tracer that sends segments to the X-Ray daemon, with the official SDK in manual mode. The SDK's own middleware makes a
 * segment, with two random ids, for every request and throws most of them away; here sampling is decided first.
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

class XrayTracer implements Tracer {
  readonly kind = "xray";
  private readonly service: object;
  private readonly outbox: SegmentTrace[] = [];

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
      return header.sampled === "?" ? this.refusal(header) : UNSAMPLED;
    }
    return new SegmentTrace(this, rawRequest(request), header, rule);
  }

  /** Makes the segment of a sampled request. */
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

  /** Takes a finished trace, to be sent soon. */
  finished(trace: SegmentTrace): void {
    if (this.outbox.push(trace) === 1) {
      setTimeout(() => this.send(), BATCH_MS);
    }
  }

  async flush(): Promise<void> {
    // A trace ends with its response's "close" event, which may come a turn after the server has closed.
    await nextTurn();
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
    const root = header.root ?? new this.sdk.TraceID().toString();
    return { ...UNSAMPLED, responseHeader: decisionHeader(root, false) };
  }
}

/** The trace of a sampled request. It notes only what will be gone later; the segment is made when somebody asks for it. */
class SegmentTrace implements RequestTrace {
  readonly sampled = true;
  private readonly startTime = Date.now() / 1000;
  private segment: Segment | undefined;
  private failure: { readonly error: unknown } | undefined;
  private ending: { readonly time: number; readonly outcome: RequestOutcome } | undefined;

  constructor(
    private readonly tracer: XrayTracer,
    private readonly request: RawRequest,
    private readonly header: TraceHeader,
    private readonly rule: string | true,
  ) {}

  get traceId(): string {
    return this.getSegment().trace_id;
  }

  get responseHeader(): string | undefined {
    return this.header.sampled === "?" ? decisionHeader(this.traceId, true) : undefined;
  }

  fail(error: unknown): void {
    this.failure = { error };
  }

  end(outcome: RequestOutcome): void {
    this.ending = { time: Date.now() / 1000, outcome };
    this.tracer.finished(this);
  }

  send(): void {
    if (this.ending === undefined) {
      return;
    }
    const { time, outcome } = this.ending;
    const segment = this.getSegment();
    segment.end_time = time;
    Object.assign(segment, {
      http: { request: httpRequestData(this.request), response: httpResponseData(outcome) },
      ...outcomeFlags(outcome),
      ...(this.failure === undefined ? {} : { cause: segmentCause(this.failure.error) }),
    });
    segment.close();
  }

  private getSegment(): Segment {
    if (this.segment === undefined) {
      this.segment = this.tracer.makeSegment(this.header, this.rule);
      this.segment.start_time = this.startTime;
    }
    return this.segment;
  }
}
