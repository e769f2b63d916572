import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { mock } from "node:test";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import type { RequestOutcome } from "../../../app/tracing/tracer";
import { createTracer } from "../../../app/tracing/tracers";

/** The spans which tracers send from here on, instead of being sent; until mocks are restored. */
export function catchSpans(): ReadableSpan[] {
  const spans: ReadableSpan[] = [];
  mock.method(OTLPTraceExporter.prototype, "export", (sent: ReadableSpan[], done: (result: object) => void) => {
    spans.push(...sent);
    done({ code: 0 });
  });
  return spans;
}

/** A tracer `otlp`, and what it has warned of. */
export async function startOtlp(environment: NodeJS.ProcessEnv = {}) {
  const warnings: [message: string, fields: Record<string, unknown>][] = [];
  const log = { warn: (fields: object, message: string) => warnings.push([message, { ...fields }]) };
  const service = { name: "hello", version: "1.0.0" };
  const tracer = (await createTracer({ TRACING: "otlp", ...environment }, service, log)) ?? assert.fail();
  return { tracer, warnings };
}

/** A request as a tracer takes it. */
export function requestWith(headers: object): IncomingMessage {
  return { headers, socket: {}, method: "GET", url: "/" } as unknown as IncomingMessage;
}

/** How a request ended well. */
export const DONE: RequestOutcome = { status: 200, contentLength: 12, complete: true };
