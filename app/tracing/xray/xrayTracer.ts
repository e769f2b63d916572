import type { IncomingMessage } from "node:http";
import { setTimeout as delay, setImmediate as nextTurn } from "node:timers/promises";
import type { TracingSettings } from "../settings";
import { decisionHeader, parseTraceHeader, TRACE_HEADER, type TraceHeader } from "../traceHeader";
import { pathOf, type RequestTrace, type SegmentPlace, type Tracer, UNSAMPLED, unsampled } from "../tracer";
import { limitWarnings, type Warn, type WarningLog } from "../warnings";
import { fetchSegmentOrigin, type SegmentOrigin } from "./ecsMetadata";
import { rawRequest } from "./httpData";
import { Sampler } from "./sampler";
import { SamplingPoller } from "./samplingPoller";
import { SegmentSocket } from "./segmentSocket";
import { newTraceId, type SegmentMaker, SegmentTrace } from "./segmentTrace";

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
 * How many finished traces do not wait any longer: a datagram of a batch that follows at once finds the daemon still
 * busy with those before it, and its socket takes about 90.
 */
const BATCH_SIZE = 32;

/** A tracer that sends segments to the X-Ray daemon. Sampling is decided before anything is made for a request. */
export async function createXrayTracer(
  settings: XraySettings,
  serviceVersion: string,
  log: WarningLog,
): Promise<Tracer> {
  const warn = limitWarnings(log);
  const origin = await fetchSegmentOrigin(settings.metadataUri, settings.fargate, (error) =>
    warn("the task metadata endpoint did not answer; segments will not say which task they come from", error),
  );
  return new XrayTracer(settings, serviceVersion, origin, warn);
}

class XrayTracer implements Tracer, SegmentMaker {
  readonly kind = "xray";
  private readonly service: object;
  private readonly outbox: SegmentTrace[] = [];
  private timer: NodeJS.Timeout | undefined;
  /**
   * Traces whose request has ended and which wait for a subsegment: the caller hung up while something was under way.
   */
  private readonly waiting = new Set<SegmentTrace>();

  private readonly sampler = new Sampler();
  private readonly poller: SamplingPoller;
  private readonly socket: SegmentSocket;

  constructor(
    private readonly settings: XraySettings,
    version: string,
    private readonly origin: SegmentOrigin,
    private readonly warn: Warn,
  ) {
    const { daemon, serviceName } = settings;
    this.service = { version, runtime: process.release.name, runtime_version: process.version };
    this.poller = new SamplingPoller(this.sampler, { name: serviceName, type: origin.origin }, daemon.tcp, warn);
    this.socket = new SegmentSocket(daemon.udp, (error) => warn("a segment could not be sent", error));
  }

  start(): void {
    this.poller.start();
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

  describeService(rule: string | true): object {
    const { aws, origin } = this.origin;
    const xray = { sdk: "traced-fargate", ...(rule === true ? {} : { sampling_rule_name: rule }) };
    return {
      name: this.settings.serviceName,
      service: this.service,
      ...(origin === undefined ? {} : { origin }),
      aws: { ...aws, xray },
    };
  }

  unfinished(trace: SegmentTrace): void {
    this.waiting.add(trace);
  }

  /** Takes a finished trace, to be sent soon. */
  finished(trace: SegmentTrace): void {
    this.waiting.delete(trace);
    const waiting = this.outbox.push(trace);
    if (waiting >= BATCH_SIZE) {
      this.send();
    } else if (waiting === 1) {
      this.timer = setTimeout(() => this.send(), BATCH_MS);
    }
  }

  async flush(): Promise<void> {
    this.poller.stop();
    // A trace ends with its response's "close" event, which may come a turn after the server has closed.
    await nextTurn();
    this.outbox.push(...this.waiting);
    this.waiting.clear();
    this.send();
    const cancel = new AbortController();
    await Promise.race([this.socket.waitUntilDrained(), delay(FLUSH_MS, undefined, { signal: cancel.signal })]);
    cancel.abort();
  }

  private send(): void {
    clearTimeout(this.timer);
    for (const trace of this.outbox.splice(0)) {
      this.sendOne(trace);
    }
  }

  /** Sends a trace. Never throws: nobody is there to catch it, and a process must not end for a segment. */
  private sendOne(trace: SegmentTrace): void {
    try {
      const written = trace.write();
      if (written === undefined) {
        return;
      }
      this.socket.send(written.text);
      if (written.leftOut !== undefined) {
        const { traceId } = trace;
        this.warn("a segment was too large, and says what it lacks", undefined, { traceId, leftOut: written.leftOut });
      }
    } catch (error) {
      this.warn("a segment could not be written", error);
    }
  }

  private decide(request: IncomingMessage, header: TraceHeader): string | boolean {
    if (header.sampled === "1" || header.sampled === "0") {
      return header.sampled === "1";
    }
    return this.sampler.decide({
      host: request.headers.host,
      httpMethod: request.method,
      urlPath: pathOf(request.url),
    });
  }

  private refusal(header: TraceHeader): RequestTrace {
    if (header.sampled !== "?") {
      return header.root === undefined ? UNSAMPLED : unsampled(header.root);
    }
    const root = header.root ?? newTraceId(Date.now() / 1000);
    return { ...unsampled(root), responseHeader: decisionHeader(root, false) };
  }
}
