import type { IncomingMessage } from "node:http";
import { setTimeout as delay, setImmediate as nextTurn } from "node:timers/promises";
import type { FastifyBaseLogger } from "fastify";
import type { TracingSettings } from "../settings";
import { decisionHeader, parseTraceHeader, TRACE_HEADER, type TraceHeader } from "../traceHeader";
import { pathOf, type RequestOutcome, type RequestTrace, type Tracer, UNSAMPLED } from "../tracer";
import { ecsSegmentOrigin, type SegmentOrigin } from "./ecsMetadata";
import { segmentCause } from "./exception";
import { type HttpRequestData, httpRequestData, httpResponseData, outcomeFlags } from "./httpData";
import { loadXraySdk, type XraySdk } from "./sdk";

type XraySettings = Extract<TracingSettings, { tracer: "xray" }>;

/** Longest wait for the last segments to leave, in milliseconds: a name that DNS doesn't answer must not hold up a shutdown. */
const FLUSH_MS = 1000;

/**
 * A tracer that sends segments to the X-Ray daemon, with the official SDK in manual mode. The SDK's own middleware makes a
 * segment, with two random ids, for every request and throws most of them away; here sampling is decided first.
 */
export async function createXrayTracer(
  settings: XraySettings,
  serviceVersion: string,
  log: FastifyBaseLogger,
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
    const decision = this.decide(request, header);
    if (!decision) {
      return header.sampled === "?" ? this.refusal(header) : UNSAMPLED;
    }
    const segment = new this.sdk.Segment(this.name, header.root, header.parent);
    if (typeof decision === "string") {
      segment.setMatchedSamplingRule(decision);
    }
    segment.setServiceData(this.service);
    segment.addPluginData(this.origin.aws);
    if (this.origin.origin !== undefined) {
      segment.origin = this.origin.origin;
    }
    return new SegmentTrace(
      segment,
      httpRequestData(request),
      header.sampled === "?" ? decisionHeader(segment.trace_id, true) : undefined,
    );
  }

  async flush(): Promise<void> {
    // A segment ends with its response's "close" event, which may come a turn after the server has closed.
    await nextTurn();
    const cancel = new AbortController();
    await Promise.race([this.sdk.socket.drained(), delay(FLUSH_MS, undefined, { signal: cancel.signal })]);
    cancel.abort();
  }

  private decide(request: IncomingMessage, header: TraceHeader): string | boolean | undefined {
    if (header.sampled === "1" || header.sampled === "0") {
      return header.sampled === "1";
    }
    return this.sdk.sampler.shouldSample({
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

class SegmentTrace implements RequestTrace {
  readonly sampled = true;
  private failure: { readonly error: unknown } | undefined;

  constructor(
    private readonly segment: InstanceType<XraySdk["Segment"]>,
    private readonly request: HttpRequestData,
    readonly responseHeader: string | undefined,
  ) {}

  get traceId(): string {
    return this.segment.trace_id;
  }

  fail(error: unknown): void {
    this.failure = { error };
  }

  end(outcome: RequestOutcome): void {
    const cause = this.failure === undefined ? undefined : segmentCause(this.failure.error);
    Object.assign(this.segment, {
      http: { request: this.request, response: httpResponseData(outcome) },
      ...outcomeFlags(outcome),
      ...(cause === undefined ? {} : { cause }),
    });
    this.segment.close();
  }
}
