import { z } from "zod";
import { parseJson } from "../values";

/** What is read of a segment and of a subsegment alike. */
export interface Part {
  readonly id: string;
  readonly name: string;
  /** Seconds since 1970; the end is absent while the work goes on. */
  readonly start_time: number;
  readonly end_time?: number | undefined;
  readonly in_progress?: boolean | undefined;
  readonly namespace?: string | undefined;
  readonly http?:
    | {
        readonly request?: { readonly method?: string | undefined; readonly url?: string | undefined } | undefined;
        readonly response?: { readonly status?: number | undefined } | undefined;
      }
    | undefined;
  readonly aws?: Readonly<Record<string, unknown>> | undefined;
  readonly error?: boolean | undefined;
  readonly throttle?: boolean | undefined;
  readonly fault?: boolean | undefined;
  readonly annotations?: Readonly<Record<string, string | number | boolean>> | undefined;
  readonly subsegments?: readonly Part[] | undefined;
}

/** A segment, or a subsegment that was sent on its own, as far as it is read here. */
export interface Segment extends Part {
  readonly trace_id: string;
  readonly parent_id?: string | undefined;
  /** `subsegment` for one that was sent on its own. */
  readonly type?: string | undefined;
  readonly origin?: string | undefined;
  /** True for what X-Ray itself has made of a subsegment, to stand for the service that was called. */
  readonly inferred?: boolean | undefined;
}

/** Seconds since 1970, no more than a `Date` holds. */
const time = z.number().min(0).max(8.64e12);

const part = {
  id: z.string(),
  name: z.string(),
  start_time: time,
  end_time: time.optional(),
  in_progress: z.boolean().optional(),
  namespace: z.string().optional(),
  http: z
    .object({
      request: z.object({ method: z.string().optional(), url: z.string().optional() }).optional(),
      response: z.object({ status: z.number().optional() }).optional(),
    })
    .optional(),
  aws: z.record(z.string(), z.unknown()).optional(),
  error: z.boolean().optional(),
  throttle: z.boolean().optional(),
  fault: z.boolean().optional(),
  annotations: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
};

const subsegment: z.ZodType<Part> = z.object({
  ...part,
  subsegments: z.array(z.lazy((): z.ZodType<Part> => subsegment)).optional(),
});

const segment = z.object({
  ...part,
  trace_id: z.string(),
  parent_id: z.string().optional(),
  type: z.string().optional(),
  origin: z.string().optional(),
  inferred: z.boolean().optional(),
  subsegments: z.array(subsegment).optional(),
});

/**
 * Reads a segment document (https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html).
 *
 * @returns nothing for a text that is not one, such as a line that is still being written
 */
export function readSegment(text: string): Segment | undefined {
  return segment.safeParse(parseJson(text)).data;
}

/** Segments by the trace they belong to. */
export function byTrace<S extends { readonly trace_id: string }>(segments: readonly S[]): Map<string, S[]> {
  const traces = new Map<string, S[]>();
  for (const one of segments) {
    const others = traces.get(one.trace_id);
    if (others === undefined) traces.set(one.trace_id, [one]);
    else others.push(one);
  }
  return traces;
}

/**
 * The segments of one trace, each once and without those that X-Ray has inferred. A segment may be sent in progress,
 * and again when it is complete; a subsegment within it, and again on its own.
 */
export function distinctSegments(segments: readonly Segment[]): Segment[] {
  const latest = new Map<string, Segment>();
  for (const one of segments) {
    const before = latest.get(one.id);
    if (one.inferred !== true && (before === undefined || before.end_time === undefined)) latest.set(one.id, one);
  }
  const without = (parts: readonly Part[]): Part[] =>
    parts.flatMap((one) => (latest.has(one.id) ? [] : [{ ...one, subsegments: without(one.subsegments ?? []) }]));
  return [...latest.values()].map((one) => ({ ...one, subsegments: without(one.subsegments ?? []) }));
}

/** What went wrong with a request, as flags and as an HTTP status say it. */
export interface Outcome {
  /** 4xx, 429 among them. */
  readonly error: boolean;
  /** 429. */
  readonly throttle: boolean;
  /** 5xx, or an exception. */
  readonly fault: boolean;
}

/** https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html#api-segmentdocuments-errors */
export function outcomeOf({ error, throttle, fault, http }: Part): Outcome {
  const status = http?.response?.status ?? 0;
  const throttled = throttle === true || status === 429;
  return {
    error: error === true || throttled || (status >= 400 && status < 500),
    throttle: throttled,
    fault: fault === true || status >= 500,
  };
}
