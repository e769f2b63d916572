import { randomBytes } from "node:crypto";

/** What an `X-Amzn-Trace-Id` header says; a field is absent when the header doesn't hold it. */
export interface TraceHeader {
  /** Trace id, as in `1-5759e988-bd862e3fe1be46a994272793`. */
  readonly root?: string;
  /** Id of the segment that called. */
  readonly parent?: string;
  /** The caller's decision, or `?` when it asks to be told ours. */
  readonly sampled?: "0" | "1" | "?";
}

/** Name of the header, as Node.js and Fastify spell it. */
export const TRACE_HEADER = "x-amzn-trace-id";

const NOTHING: TraceHeader = Object.freeze({});
const FIELD = /^\s*([A-Za-z][\w-]*)\s*=\s*([\x21-\x2b\x2d-\x3a\x3c-\x7e]+)\s*$/;
const VALID: Readonly<Record<string, RegExp>> = {
  root: /^1-[0-9a-f]{8}-[0-9a-f]{24}$/,
  parent: /^[0-9a-f]{16}$/,
  sampled: /^[01?]$/,
};

/**
 * Reads an `X-Amzn-Trace-Id` header. Anyone can send one, and its ids end up in segments, in log lines and in the
 * response, so one malformed or repeated field makes the whole header count as absent. Fields that aren't ours (`Self`,
 * `Lineage`, an application's own) are left alone. A load balancer sends `Root` without `Parent`, which is complete;
 * `Parent` without `Root` points into an unknown trace and is dropped.
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-request-tracing.html
 */
export function parseTraceHeader(value: unknown): TraceHeader {
  if (typeof value !== "string") {
    return NOTHING;
  }
  const found: Record<string, string> = {};
  for (const part of value.split(";")) {
    if (part.trim() === "") {
      continue;
    }
    const [, name, content] = FIELD.exec(part) ?? [];
    if (name === undefined || content === undefined) {
      return NOTHING;
    }
    const key = name.toLowerCase();
    const valid = Object.hasOwn(VALID, key) ? VALID[key] : undefined;
    if (valid === undefined) {
      continue;
    }
    if (found[key] !== undefined || !valid.test(content)) {
      return NOTHING;
    }
    found[key] = content;
  }
  if (found.root === undefined) {
    delete found.parent;
  }
  return found;
}

/** An id as in `1-5759e988-bd862e3fe1be46a994272793`: the time in hexadecimal Unix seconds, and 96 random bits. */
export function newTraceId(seconds: number): string {
  return `1-${Math.floor(seconds).toString(16).padStart(8, "0")}-${randomBytes(12).toString("hex")}`;
}

/**
 * The header with which a sampled request's service calls another: `parent` is the id of the subsegment that stands for
 * the call.
 */
export function callHeader(root: string, parent: string): string {
  return `Root=${root};Parent=${parent};Sampled=1`;
}

/** The header with which a service answers a caller that asked for the decision with `Sampled=?`. */
export function decisionHeader(root: string, sampled: boolean): string {
  return `Root=${root};Sampled=${sampled ? "1" : "0"}`;
}
