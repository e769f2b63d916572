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

/** The trace of one incoming request. None of its methods throws: tracing never fails a request. */
export interface RequestTrace {
  readonly sampled: boolean;
  /** The trace's id, for log lines; absent when the request isn't sampled. */
  readonly traceId?: string;
  /** `X-Amzn-Trace-Id` for the response; absent unless the caller asked for the decision. */
  readonly responseHeader?: string;
  /** Notes the error that the request ends with. */
  fail(error: unknown): void;
  /** Ends the trace, and sends it. */
  end(outcome: RequestOutcome): void;
}

/** Where traces go: AWS X-Ray today. */
export interface Tracer {
  /** Name of the tracer, as `TRACING` has it. */
  readonly kind: string;
  /** Called once, when the service listens: from here on requests are real traffic. */
  start(): void;
  /** Decides about sampling and, only for a sampled request, begins a trace. Never throws. */
  begin(request: IncomingMessage): RequestTrace;
  /** Resolves when everything that ended has left this process, or can't. */
  flush(): Promise<void>;
}

/** What most requests get, one object for all of them: nothing is allocated for a request that isn't sampled. */
export const UNSAMPLED: RequestTrace = Object.freeze({ sampled: false, fail: () => {}, end: () => {} });

/** Path of a request's target, without the query, which may hold secrets; empty when the target isn't a path (`*`, an absolute URL). */
export function pathOf(target: string | undefined): string {
  if (target?.startsWith("/") !== true) {
    return "";
  }
  const query = target.indexOf("?");
  return query === -1 ? target : target.slice(0, query);
}
