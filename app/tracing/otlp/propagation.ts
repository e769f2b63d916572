import type { IncomingHttpHeaders } from "node:http";
import {
  defaultTextMapGetter,
  defaultTextMapSetter,
  ROOT_CONTEXT,
  type SpanContext,
  type TraceState,
  trace,
} from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { callHeader, parseTraceHeader, TRACE_HEADER, type TraceHeader } from "../traceHeader";

/** What a caller says of its trace. */
export interface Caller extends TraceHeader {
  /** What other systems say of the trace, to be handed on (https://www.w3.org/TR/trace-context/#tracestate-header). */
  readonly state?: TraceState;
}

const w3c = new W3CTraceContextPropagator();

/**
 * Reads `X-Amzn-Trace-Id`, or `traceparent` where that says nothing of a caller: a load balancer adds a `Root` to every
 * request. OpenTelemetry's own propagator for X-Ray would not take a `Root` without `Parent`.
 */
export function readCaller(headers: IncomingHttpHeaders): Caller {
  const header = parseTraceHeader(headers[TRACE_HEADER]);
  if (header.parent !== undefined || header.sampled !== undefined || headers.traceparent === undefined) {
    return header;
  }
  const context = trace.getSpanContext(w3c.extract(ROOT_CONTEXT, headers, defaultTextMapGetter));
  if (context === undefined) {
    return header;
  }
  const { traceId, spanId, traceFlags, traceState } = context;
  return { root: toXray(traceId), parent: spanId, sampled: (traceFlags & 1) === 1 ? "1" : "0", state: traceState };
}

/** The headers for a call that a span stands for: those of X-Ray and of the W3C say the same. */
export function callHeaders(span: SpanContext): Record<string, string> {
  const headers = { [TRACE_HEADER]: callHeader(toXray(span.traceId), span.spanId) };
  w3c.inject(trace.setSpanContext(ROOT_CONTEXT, span), headers, defaultTextMapSetter);
  return headers;
}

/** A trace id as X-Ray writes it. */
export function toXray(traceId: string): string {
  return `1-${traceId.slice(0, 8)}-${traceId.slice(8)}`;
}

/** The same as OpenTelemetry writes it. */
export function fromXray(traceId: string): string {
  return traceId.slice(2).replace("-", "");
}
