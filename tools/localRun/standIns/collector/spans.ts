import { parse } from "protobufjs";

/**
 * What is read of the body of a request to `/v1/traces`; what the messages hold besides is skipped
 * (https://github.com/open-telemetry/opentelemetry-proto/blob/v1.9.0/opentelemetry/proto/trace/v1/trace.proto, and
 * common.proto and resource.proto beside it).
 */
const { root } = parse(`
  syntax = "proto3";
  message ExportTraceServiceRequest { repeated ResourceSpans resource_spans = 1; }
  message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
  message Resource { repeated KeyValue attributes = 1; }
  message ScopeSpans { repeated Span spans = 2; }
  message Span {
    bytes trace_id = 1;
    bytes span_id = 2;
    bytes parent_span_id = 4;
    string name = 5;
    int32 kind = 6;
    fixed64 start_time_unix_nano = 7;
    fixed64 end_time_unix_nano = 8;
    repeated KeyValue attributes = 9;
    uint32 dropped_attributes_count = 10;
    repeated Event events = 11;
    uint32 dropped_events_count = 12;
    Status status = 15;
    fixed32 flags = 16;
  }
  message Event { fixed64 time_unix_nano = 1; string name = 2; repeated KeyValue attributes = 3; }
  message Status { string message = 2; int32 code = 3; }
  message KeyValue { string key = 1; AnyValue value = 2; }
  message AnyValue {
    oneof value {
      string string_value = 1;
      bool bool_value = 2;
      int64 int_value = 3;
      double double_value = 4;
      ArrayValue array_value = 5;
      KeyValueList kvlist_value = 6;
      bytes bytes_value = 7;
    }
  }
  message ArrayValue { repeated AnyValue values = 1; }
  message KeyValueList { repeated KeyValue values = 1; }
`);
const requestType = root.lookupType("ExportTraceServiceRequest");

export const spanKinds = ["unspecified", "internal", "server", "client", "producer", "consumer"] as const;
export type SpanKind = (typeof spanKinds)[number];

export type AttributeValue =
  | string
  | boolean
  | number
  | null
  | readonly AttributeValue[]
  | { readonly [key: string]: AttributeValue };

export type Attributes = Readonly<Record<string, AttributeValue>>;

export interface SpanEvent {
  readonly name: string;
  readonly attributes: Attributes;
}

/** A span as it came, with the attributes of its resource. */
export interface Span {
  /** In hexadecimal digits; the parent's id is empty for a span without one. */
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  /** Absent for a number that stands for none. */
  readonly kind: SpanKind | undefined;
  /** Nanoseconds since 1970. */
  readonly start: bigint;
  readonly end: bigint;
  readonly attributes: Attributes;
  readonly events: readonly SpanEvent[];
  readonly status: { readonly isError: boolean; readonly message: string };
  /** Whether the parent is in another process; absent where the sender does not say so. */
  readonly parentIsRemote: boolean | undefined;
  /** How many attributes and events the sender has left out. */
  readonly dropped: number;
  readonly resource: Attributes;
}

interface ProtoValue {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly intValue?: string;
  readonly doubleValue?: number;
  readonly arrayValue?: { readonly values: readonly ProtoValue[] };
  readonly kvlistValue?: { readonly values: readonly ProtoKeyValue[] };
  readonly bytesValue?: string;
}

interface ProtoKeyValue {
  readonly key: string;
  readonly value: ProtoValue | null;
}

interface ProtoSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly ProtoKeyValue[];
  readonly droppedAttributesCount: number;
  readonly events: readonly { readonly name: string; readonly attributes: readonly ProtoKeyValue[] }[];
  readonly droppedEventsCount: number;
  readonly status: { readonly code: number; readonly message: string } | null;
  readonly flags: number;
}

interface ProtoRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly ProtoKeyValue[] } | null;
    readonly scopeSpans: readonly { readonly spans: readonly ProtoSpan[] }[];
  }[];
}

/**
 * Reads the spans of a request to `/v1/traces` (https://opentelemetry.io/docs/specs/otlp/#binary-protobuf-encoding).
 *
 * @throws Error when the body is not such a message
 */
export function readSpans(body: Uint8Array): Span[] {
  const message = requestType.decode(body);
  const request = requestType.toObject(message, { defaults: true, longs: String, bytes: String }) as ProtoRequest;
  return request.resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const ofResource = readAttributes(resource?.attributes ?? []);
    return scopeSpans.flatMap(({ spans }) => spans.map((span) => readSpan(span, ofResource)));
  });
}

/** Whether the flags say where the parent is, and whether that is another process: bits 8 and 9. */
const saysRemote = 0x100;
const isRemote = 0x200;
const errorCode = 2;

function readSpan(span: ProtoSpan, resource: Attributes): Span {
  return {
    traceId: hexadecimal(span.traceId),
    spanId: hexadecimal(span.spanId),
    parentSpanId: hexadecimal(span.parentSpanId),
    name: span.name,
    kind: spanKinds[span.kind],
    start: BigInt(span.startTimeUnixNano),
    end: BigInt(span.endTimeUnixNano),
    attributes: readAttributes(span.attributes),
    events: span.events.map(({ name, attributes }) => ({ name, attributes: readAttributes(attributes) })),
    status: { isError: span.status?.code === errorCode, message: span.status?.message ?? "" },
    parentIsRemote: (span.flags & saysRemote) === 0 ? undefined : (span.flags & isRemote) !== 0,
    dropped: span.droppedAttributesCount + span.droppedEventsCount,
    resource,
  };
}

function readAttributes(attributes: readonly ProtoKeyValue[]): Attributes {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, value === null ? null : readValue(value)]));
}

function readValue(value: ProtoValue): AttributeValue {
  const { arrayValue, kvlistValue, intValue } = value;
  if (arrayValue !== undefined) return arrayValue.values.map(readValue);
  if (kvlistValue !== undefined) return readAttributes(kvlistValue.values);
  if (intValue !== undefined) return Number(intValue);
  return value.stringValue ?? value.boolValue ?? value.doubleValue ?? value.bytesValue ?? null;
}

function hexadecimal(base64: string): string {
  return Buffer.from(base64, "base64").toString("hex");
}
