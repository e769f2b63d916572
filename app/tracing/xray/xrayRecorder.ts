import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { setImmediate as nextTurn } from "node:timers/promises";
import { rawRequest } from "../httpData";
import { parseTraceHeader, TRACE_HEADER, type TraceHeader } from "../traceHeader";
import { type Recorder, type RequestTrace, TOO_LARGE, type TracedService } from "../tracer";
import { waitAtMost } from "../waitAtMost";
import type { Warn } from "../warnings";
import { SegmentSocket } from "./segmentSocket";
import { type SegmentMaker, SegmentTrace } from "./segmentTrace";

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

/** Sends segments to the X-Ray daemon. */
export class XrayRecorder implements Recorder, SegmentMaker {
  private readonly about: object;
  private readonly outbox: SegmentTrace[] = [];
  private timer: NodeJS.Timeout | undefined;
  /**
   * Traces whose request has ended and which wait for a subsegment: the caller hung up while something was under way.
   */
  private readonly waiting = new Set<SegmentTrace>();
  private readonly socket: SegmentSocket;

  constructor(
    private readonly service: TracedService,
    private readonly warn: Warn,
  ) {
    const { version, daemon } = service;
    this.about = { version, runtime: process.release.name, runtime_version: process.version };
    this.socket = new SegmentSocket(daemon.udp, (error) => warn("a segment could not be sent", error));
  }

  readCaller(headers: IncomingHttpHeaders): TraceHeader {
    return parseTraceHeader(headers[TRACE_HEADER]);
  }

  record(request: IncomingMessage, caller: TraceHeader, rule: string | true): RequestTrace {
    return new SegmentTrace(this, rawRequest(request), caller, rule);
  }

  describeService(rule: string | true): object {
    const { aws, origin } = this.service.origin;
    const xray = { sdk: "traced-fargate", ...(rule === true ? {} : { sampling_rule_name: rule }) };
    return {
      name: this.service.name,
      service: this.about,
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
    // A trace ends with its response's "close" event, which may come a turn after the server has closed.
    await nextTurn();
    this.outbox.push(...this.waiting);
    this.waiting.clear();
    this.send();
    await waitAtMost(FLUSH_MS, this.socket.waitUntilDrained());
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
        this.warn(TOO_LARGE, undefined, { traceId, leftOut: written.leftOut });
      }
    } catch (error) {
      this.warn("a segment could not be written", error);
    }
  }
}
