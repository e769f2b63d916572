import type { IncomingMessage } from "node:http";

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
  /** `X-Amzn-Trace-Id` for a call that is made from here: whoever is called continues this trace, below this place. */
  callHeader(): string;
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

/** Where traces go: AWS X-Ray today. */
export interface Tracer {
  /** Name of the tracer, as `TRACING` has it. */
  readonly kind: string;
  /** Called once, when the service listens: from here on requests are real traffic. */
  start(): void;
  /** Decides about sampling and, only for a sampled request, begins a trace. Never throws. */
  begin(request: IncomingMessage): RequestTrace;
  /** Begins a segment by hand. Nothing is decided here: it is sampled. */
  beginSegment(place: SegmentPlace, request: IncomingMessage): RequestTrace;
  /** Resolves when everything that ended has left this process, or can't. */
  flush(): Promise<void>;
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
  const header = root === undefined ? "Sampled=0" : `Root=${root};Sampled=0`;
  const scope: RequestTrace & Subsegment = {
    sampled: false,
    traceId: root,
    callHeader: () => header,
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
