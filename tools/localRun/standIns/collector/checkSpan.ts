import type { AttributeValue, Span } from "./spans";

/** X-Ray keeps traces for 30 days, and the exporter drops spans of older ones, and of those that lie ahead. */
const oldestTraceSeconds = 28 * 24 * 3600;
const maxClockSkewSeconds = 300;

/**
 * What is wrong with a span, one line a reason: by OTLP's rules
 * (https://github.com/open-telemetry/opentelemetry-proto/blob/v1.9.0/opentelemetry/proto/trace/v1/trace.proto), by those
 * of the exporter for X-Ray, and by the semantic conventions, which say what a span of its kind must say.
 *
 * @param now seconds since 1970
 */
export function checkSpan(span: Span, now: number): string[] {
  return [
    ...checkIds(span, now),
    ...checkTimes(span, now),
    ...(span.name === "" ? ["name: must not be empty"] : []),
    ...(span.kind === undefined || span.kind === "unspecified" ? ["kind: must be one of 1 to 5"] : []),
    ...(span.dropped > 0 ? [`attributes: ${span.dropped} of the span's attributes and events were left out`] : []),
    ...checkParent(span),
    ...checkConventions(span),
    ...checkNames(span),
  ];
}

function checkIds({ traceId, spanId, parentSpanId }: Span, now: number): string[] {
  const isId = (id: string, length: number): boolean => id.length === length && /[^0]/.test(id);
  if (!isId(traceId, 32)) return ["trace_id: must be 16 bytes, not all of them 0"];
  const age = now - Number.parseInt(traceId.slice(0, 8), 16);
  const isOfNow = age <= oldestTraceSeconds && age >= -maxClockSkewSeconds;
  return [
    ...(isOfNow ? [] : ["trace_id: must begin with its time in seconds since 1970, at most 28 days ago"]),
    ...(isId(spanId, 16) ? [] : ["span_id: must be 8 bytes, not all of them 0"]),
    ...(parentSpanId === "" || isId(parentSpanId, 16) ? [] : ["parent_span_id: must be 8 bytes, not all of them 0"]),
    ...(parentSpanId !== "" && parentSpanId === spanId ? ["parent_span_id: must not be the span's own id"] : []),
  ];
}

function checkTimes({ start, end }: Span, now: number): string[] {
  const latest = BigInt(Math.ceil(now + maxClockSkewSeconds)) * 1_000_000_000n;
  return [
    ...(start === 0n || end === 0n ? ["start_time_unix_nano, end_time_unix_nano: must be there"] : []),
    ...(end < start ? ["end_time_unix_nano: lies before the start"] : []),
    ...(end > latest ? ["end_time_unix_nano: lies in the future"] : []),
  ];
}

/** A request that comes in has its caller elsewhere, if it has one; all else belongs to something in this process. */
function checkParent({ kind, parentSpanId, parentIsRemote }: Span): string[] {
  const isEntry = kind === "server" || kind === "consumer";
  if (parentSpanId === "") {
    return isEntry ? [] : [`parent_span_id: must be there, or a span of the kind ${kind} becomes a service of its own`];
  }
  if (parentIsRemote === undefined || parentIsRemote === isEntry) return [];
  return [`flags: say that the parent is in ${isEntry ? "this" : "another"} process, which a ${kind} span's is not`];
}

/** https://opentelemetry.io/docs/specs/semconv/resource/service/ and .../resource/#telemetry-sdk */
const ofResource = {
  ...{ "service.name": "string", "telemetry.sdk.name": "string" },
  ...{ "telemetry.sdk.language": "string", "telemetry.sdk.version": "string" },
};
/** https://opentelemetry.io/docs/specs/semconv/http/http-spans/ */
const ofHttpServers = { "http.request.method": "string", "url.path": "string", "url.scheme": "string" };
const ofHttpClients = {
  ...{ "http.request.method": "string", "url.full": "string" },
  ...{ "server.address": "string", "server.port": "number" },
};
/** https://opentelemetry.io/docs/specs/semconv/cloud-providers/aws-sdk/ */
const ofAwsClients = { "rpc.system": "string", "rpc.service": "string", "rpc.method": "string" };

/** Attributes that must be there, with the type of their values. */
function checkConventions({ kind, attributes, resource }: Span): string[] {
  const required =
    kind === "server"
      ? ofHttpServers
      : kind !== "client"
        ? {}
        : "rpc.system" in attributes
          ? ofAwsClients
          : ofHttpClients;
  return [...lacking(required, attributes, ""), ...lacking(ofResource, resource, "resource.")];
}

function lacking(
  required: Readonly<Record<string, string>>,
  attributes: Readonly<Record<string, AttributeValue>>,
  prefix: string,
): string[] {
  return Object.entries(required).flatMap(([key, type]) => {
    const value = attributes[key];
    return typeof value === type && value !== "" ? [] : [`${prefix}${key}: must be a ${type}`];
  });
}

/** A span is named after what is done, so that there are few names: a name with ids or a query in it is one of many. */
function checkNames({ name, kind, attributes }: Span): string[] {
  const method = attributes["http.request.method"];
  if (kind !== "server" || method === undefined) return [];
  const [first] = name.split(" ");
  return first === method && !name.includes("?") ? [] : [`name: must be ${String(method)}, or that and the route`];
}
