import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { SegmentOrigin } from "./ecsMetadata";
import type { TracingSettings } from "./settings";
import { TRACE_HEADER, type TraceHeader } from "./traceHeader";

/** How a request ended. */
export interface RequestOutcome {
  /** Status of the response; absent when the caller hung up before there was one. */
  readonly status: number | undefined;
  /** Length of the response's body in bytes; absent when it isn't known beforehand. */
  readonly contentLength: number | undefined;
  /** Whether the whole response was sent. */
  readonly complete: boolean;
}

/** What a subsegment says of the work it stands for; the fields are those of X-Ray's subsegment documents. */
export interface SubsegmentData {
  /** `remote` for a call to another service, `aws` for one to AWS; absent for work of the service's own. */
  readonly namespace?: "remote" | "aws";
  readonly http?: {
    readonly request?: { readonly method: string; readonly url: string; readonly traced?: true };
    readonly response?: { readonly status?: number; readonly content_length?: number };
  };
  /** https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html#api-segmentdocuments-aws */
  readonly aws?: Readonly<Record<string, string | number>>;
  /** Values that traces can be searched by. */
  readonly annotations?: Readonly<Record<string, string | number | boolean>>;
}

/**
 * A place in a trace: a request's segment, or a subsegment of it. None of its methods throws: tracing never fails a
 * request.
 */
export interface TraceScope {
  readonly sampled: boolean;
  /** The trace's id, for log lines; absent when the request isn't sampled and its caller named no trace. */
  readonly traceId?: string;
  /** Headers for a call that is made from here: whoever is called continues this trace, below this place. */
  callHeaders(): Readonly<Record<string, string>>;
  /** Begins a subsegment here, which must be ended. */
  begin(name: string, data?: SubsegmentData): Subsegment;
  /** Notes the error that the work here ends with. */
  fail(error: unknown): void;
}

/** A piece of work within a request. */
export interface Subsegment extends TraceScope {
  /** Ends it, and adds what is known only now. A status of 400 or more makes it an error, a throttle or a fault. */
  end(data?: SubsegmentData): void;
}

/** The trace of one incoming request. */
export interface RequestTrace extends TraceScope {
  /** `X-Amzn-Trace-Id` for the response; absent unless the caller asked for the decision. */
  readonly responseHeader?: string;
  /** Ends the trace, and sends it as soon as its subsegments have ended, too. */
  end(outcome: RequestOutcome): void;
}

/** What a segment made by hand continues. */
export interface SegmentPlace {
  /** The trace's id; absent for a trace that begins here. */
  readonly traceId?: string;
  /** Id of the subsegment that called. */
  readonly parentId?: string;
}

/** What services see of tracing. */
export interface Tracer {
  /** Called once, when the service listens: from here on requests are real traffic. */
  start(): void;
  /** Decides about sampling and, only for a sampled request, begins a trace. Never throws. */
  begin(request: IncomingMessage): RequestTrace;
  /** Begins a segment by hand. Nothing is decided here: it is sampled. */
  beginSegment(place: SegmentPlace, request: IncomingMessage): RequestTrace;
  /** Resolves when everything that ended has left this process, or can't. */
  flush(): Promise<void>;
}

/** The service whose requests are traced. */
export interface TracedService extends TracingSettings {
  readonly version: string;
  /** Which task it runs in. */
  readonly origin: SegmentOrigin;
}

/** Where traces go: the part in which tracers differ. */
export interface Recorder {
  /** What the caller says of its trace. Never throws. */
  readCaller(headers: IncomingHttpHeaders): TraceHeader;
  /**
   * Begins the trace of a request that is sampled. Never throws.
   *
   * @param rule the name of the account's rule that sampled it; `true` when none did
   */
  record(request: IncomingMessage, caller: TraceHeader, rule: string | true): RequestTrace;
  /** Resolves when everything that ended has left this process, or can't. */
  flush(): Promise<void>;
}

/** What a trace lacks, because it would have been too large. */
export interface LeftOut {
  readonly stack_frames: number;
  readonly subsegments: number;
}

/** What is warned of together with what was left out. */
export const TOO_LARGE = "a trace was too large, and says what it lacks";

/**
 * A segment document may have 64 KiB, so a trace takes this many subsegments of a service; further ones are left out.
 * Where there is no such limit, this one keeps a handler that loops from filling the queue.
 */
export const MOST_SUBSEGMENTS = 100;

/** A subsegment too many: whoever is called from it continues the trace below the last place that was recorded. */
export function leftOut(parent: TraceScope): Subsegment {
  const scope: Subsegment = {
    ...unsampled(),
    sampled: true,
    traceId: parent.traceId,
    callHeaders: () => parent.callHeaders(),
    begin: () => scope,
  };
  return scope;
}

/** What most requests get, one object for all of them: nothing is allocated for a request that isn't sampled. */
export const UNSAMPLED: RequestTrace & Subsegment = Object.freeze(unsampled());

/**
 * The trace of a request which isn't sampled. Those it calls are told, or each would decide for itself, and send pieces
 * of traces.
 *
 * @param root the trace's id, if the caller named one
 */
export function unsampled(root?: string): RequestTrace & Subsegment {
  const headers = { [TRACE_HEADER]: root === undefined ? "Sampled=0" : `Root=${root};Sampled=0` };
  const scope: RequestTrace & Subsegment = {
    sampled: false,
    traceId: root,
    callHeaders: () => headers,
    begin: () => scope,
    fail: () => {},
    end: () => {},
  };
  return scope;
}

/**
 * Path of a request's target, without the query, which may hold secrets; empty when the target isn't a path (`*`, an
 * absolute URL).
 */
export function pathOf(target: string | undefined): string {
  if (target?.startsWith("/") !== true) {
    return "";
  }
  const query = target.indexOf("?");
  return query === -1 ? target : target.slice(0, query);
}
