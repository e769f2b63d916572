import { mock } from "node:test";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";

/** The spans which tracers send from here on, instead of being sent; until mocks are restored. */
export function catchSpans(): ReadableSpan[] {
  const spans: ReadableSpan[] = [];
  mock.method(OTLPTraceExporter.prototype, "export", (sent: ReadableSpan[], done: (result: object) => void) => {
    spans.push(...sent);
    done({ code: 0 });
  });
  return spans;
}
