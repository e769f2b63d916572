import type { SegmentDocument } from "../../../tools/localRun/standIns/daemon/segmentDocument";
import type { Segment } from "./daemon";

/** A segment, or a subsegment that came by itself, as the collector makes one of each span. */
export interface Part {
  readonly id: string;
  readonly start_time: number;
  readonly type?: "subsegment";
  readonly trace_id?: string;
  readonly parent_id?: string;
  readonly subsegments?: readonly Part[];
}

/** The segments among documents, with those subsegments in them that came by themselves, as the X-Ray tracer sends. */
export function assemble(documents: readonly SegmentDocument[]): readonly Segment[] {
  return nest((documents as readonly Part[]).map(comparable)) as unknown as readonly Segment[];
}

/** The segments among parts of traces, with those subsegments in them that came by themselves. */
export function nest(parts: readonly Part[]): readonly Part[] {
  const inOrder = parts.toSorted((a, b) => a.start_time - b.start_time);
  const withParts = (whole: Part): Part => {
    const below = inOrder.filter(({ type, parent_id }) => type !== undefined && parent_id === whole.id);
    if (below.length === 0) return whole;
    const nested = below.map(({ type, trace_id, parent_id, ...part }) => withParts(part));
    return { ...whole, subsegments: [...(whole.subsegments ?? []), ...nested] };
  };
  return inOrder.filter(({ type }) => type === undefined).map(withParts);
}

/**
 * Takes away what the collector's exporter says and the X-Ray tracer does not: flags that are not set, who made it in
 * each part of a trace, and the attributes for which segments have no place.
 */
function comparable(document: Part): Part {
  const { metadata, aws = {}, service, http, error, fault, throttle, ...rest } = document as Part & ExporterFields;
  // The X-Ray tracer sets flags, or leaves them out.
  if (error !== false && fault !== false) return document;
  const { default: _, ...own } = metadata ?? {};
  const { xray: { sdk } = {}, ...call } = aws;
  const isPart = document.type !== undefined;
  const kept = isPart ? call : { ...call, xray: { sdk } };
  return {
    ...rest,
    ...(isPart ? {} : { service }),
    ...(http === undefined ? {} : { http: isPart ? httpOfCall(http) : http }),
    ...(Object.keys(kept).length === 0 ? {} : { aws: kept }),
    ...(Object.keys(own).length === 0 ? {} : { metadata: own }),
    ...Object.fromEntries(Object.entries({ error, fault, throttle }).filter(([, set]) => set)),
  };
}

/** A call whose answer has no known length has one of 0, and one whose request is not known an empty one. */
function httpOfCall({ request = {}, response: { content_length, ...response } = {} }: HttpFields): HttpFields {
  return {
    ...(Object.keys(request).length === 0 ? {} : { request }),
    response: { ...response, ...(content_length === 0 ? {} : { content_length }) },
  };
}

interface HttpFields {
  readonly request?: object;
  readonly response?: { readonly content_length?: number };
}

interface ExporterFields {
  readonly http?: HttpFields;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly aws?: { readonly xray?: { readonly sdk?: string } };
  readonly service?: object;
  readonly error?: boolean;
  readonly fault?: boolean;
  readonly throttle?: boolean;
}
