import {
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import { ATTR_HTTP_RESPONSE_STATUS_CODE } from "@opentelemetry/semantic-conventions";
import type { RawRequest } from "../httpData";
import { decisionHeader } from "../traceHeader";
import {
  type LeftOut,
  leftOut,
  MOST_SUBSEGMENTS,
  type RequestOutcome,
  type RequestTrace,
  type Subsegment,
  type SubsegmentData,
  type TraceScope,
} from "../tracer";
import {
  describeData,
  describeError,
  describeException,
  describeLength,
  describeRequest,
  describeSubsegment,
  statusOf,
} from "./attributes";
import { type Caller, callHeaders, toXray } from "./propagation";

/** What a trace needs of its recorder. */
export interface SpanMaker {
  readonly tracer: Tracer;
  /** Told when the request has ended before a subsegment. */
  unfinished(trace: SpanTrace): void;
  /** Told when the last of these subsegments has ended. */
  finished(trace: SpanTrace): void;
  tooLarge(trace: SpanTrace, leftOut: LeftOut): void;
}

/** What was thrown, whatever it is. */
type Failure = { readonly error: unknown } | undefined;

/** The trace of a sampled request: a span for the request, and one for each subsegment, each sent when it has ended. */
export class SpanTrace implements RequestTrace {
  readonly sampled = true;
  readonly traceId: string;
  private readonly span: Span;
  /** The clock at the beginning: times of a trace are told apart by microseconds, and never run backwards. */
  private readonly began = Date.now() - performance.now();
  private readonly open = new Set<OpenSpan>();
  private failure: Failure;
  private ended = false;
  private begun = 0;
  private leftOut = 0;

  /** @param parent the caller's span, if it has one */
  constructor(
    readonly maker: SpanMaker,
    request: RawRequest,
    private readonly caller: Caller,
    rule: string | true,
    parent: Context,
  ) {
    const attributes = describeRequest(request, rule);
    const options = { kind: SpanKind.SERVER, attributes, startTime: this.now() };
    this.span = maker.tracer.startSpan(request.method || "HTTP", options, parent);
    this.traceId = toXray(this.span.spanContext().traceId);
  }

  get responseHeader(): string | undefined {
    return this.caller.sampled === "?" ? decisionHeader(this.traceId, true) : undefined;
  }

  /** The time, in Unix milliseconds. */
  now(): number {
    return this.began + performance.now();
  }

  callHeaders(): Record<string, string> {
    return callHeaders(this.span.spanContext());
  }

  begin(name: string, data?: SubsegmentData): Subsegment {
    return this.beginBelow(this, this.span, name, data);
  }

  /** Begins a subsegment below the request's span or another subsegment's. */
  beginBelow(scope: TraceScope, parent: Span, name: string, data: SubsegmentData = {}): Subsegment {
    if (this.begun >= MOST_SUBSEGMENTS) {
      this.leftOut++;
      return leftOut(scope);
    }
    this.begun++;
    const { name: spanName, ...start } = describeSubsegment(name, data);
    const options = { ...start, startTime: this.now() };
    const span = this.maker.tracer.startSpan(spanName, options, trace.setSpan(ROOT_CONTEXT, parent));
    const subsegment = new OpenSpan(this, span, data);
    this.open.add(subsegment);
    return subsegment;
  }

  subsegmentEnded(subsegment: OpenSpan): void {
    this.open.delete(subsegment);
    if (this.open.size === 0 && this.ended) {
      this.maker.finished(this);
    }
  }

  fail(error: unknown): void {
    this.failure = { error };
  }

  end(outcome: RequestOutcome): void {
    if (this.ended) {
      return;
    }
    this.ended = true;
    const status = statusOf(outcome);
    this.span.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, status);
    if (this.leftOut > 0) {
      const lacks = { stack_frames: 0, subsegments: this.leftOut };
      // By this name the exporter writes it into the metadata that the X-Ray tracer writes, too.
      this.span.setAttribute("aws.xray.metadata.tracing", JSON.stringify({ left_out: lacks }));
      this.maker.tooLarge(this, lacks);
    }
    const { failure } = this;
    endSpan(this.span, this.now(), { failure, status, failed: status >= 500, length: outcome.contentLength });
    if (this.open.size > 0) {
      this.maker.unfinished(this);
    }
  }

  /** Ends what is still under way when the service ends: a span is sent only when it has ended. */
  endUnfinished(): void {
    for (const subsegment of this.open) {
      subsegment.endUnfinished();
    }
  }
}

class OpenSpan implements Subsegment {
  readonly sampled = true;
  private failure: Failure;
  private status: number | undefined;

  constructor(
    private readonly trace: SpanTrace,
    private readonly span: Span,
    { http }: SubsegmentData,
  ) {
    this.status = http?.response?.status;
  }

  get traceId(): string {
    return this.trace.traceId;
  }

  callHeaders(): Record<string, string> {
    return callHeaders(this.span.spanContext());
  }

  begin(name: string, data?: SubsegmentData): Subsegment {
    return this.trace.beginBelow(this, this.span, name, data);
  }

  fail(error: unknown): void {
    this.failure = { error };
  }

  end(data: SubsegmentData = {}): void {
    if (!this.span.isRecording()) {
      return;
    }
    this.span.setAttributes(describeData(data));
    const { status = this.status, content_length: length } = data.http?.response ?? {};
    const { failure } = this;
    const failed = failure !== undefined || (status ?? 0) >= 400;
    endSpan(this.span, this.trace.now(), { failure, status, failed, length });
    this.trace.subsegmentEnded(this);
  }

  endUnfinished(): void {
    this.span.setAttribute("aws.xray.inprogress", true);
    this.end();
  }
}

/** How a span ends. */
interface SpanEnd {
  readonly failure: Failure;
  readonly status: number | undefined;
  /** Whether the span's own status is an error: of a request, only the service's own. */
  readonly failed: boolean;
  /** Length of the response's body, if it is known. */
  readonly length: number | undefined;
}

function endSpan(span: Span, time: number, { failure, status, failed, length }: SpanEnd): void {
  if (failure !== undefined) {
    span.addEvent("exception", describeException(failure.error), time);
  }
  if (length !== undefined) {
    span.addEvent("message", describeLength(length), time);
  }
  if (failed) {
    span.setStatus({ code: SpanStatusCode.ERROR });
    span.setAttributes(describeError(failure, status));
  }
  span.end(time);
}
