import { randomBytes } from "node:crypto";
import type { Attributes, Span, SpanEvent } from "./spans";

/**
 * Why the work of a span failed: the exceptions among its events, or else the message of its status
 * (https://github.com/open-telemetry/opentelemetry-collector-contrib/blob/v0.156.0/exporter/awsxrayexporter/internal/translator/cause.go).
 */
export function causeOf({ events, kind, resource, status }: Span): { cause?: { exceptions: object[] } } {
  const exceptions = events.filter(({ name }) => name === "exception");
  if (exceptions.length > 0) {
    const remote = kind === "client" || kind === "producer";
    return { cause: { exceptions: exceptions.map((event) => exceptionOf(event, remote, resource)) } };
  }
  if (!status.isError || status.message === "") return {};
  return { cause: { exceptions: [{ id: newId(), message: status.message }] } };
}

function newId(): string {
  return randomBytes(8).toString("hex");
}

function exceptionOf({ attributes }: SpanEvent, remote: boolean, resource: Attributes): object {
  const text = (key: string) => String(attributes[`exception.${key}`] ?? "");
  // It does not take those of the language "nodejs" apart.
  const stack = resource["telemetry.sdk.language"] === "javascript" ? stackFrames(text("stacktrace")) : [];
  return {
    ...{ id: newId(), type: text("type"), message: text("message"), remote },
    ...(stack.length === 0 ? {} : { stack }),
  };
}

/** The frames of a stack as V8 writes it (https://v8.dev/docs/stack-trace-api). */
function stackFrames(stack: string): object[] {
  return stack
    .split(/\r?\n/)
    .slice(1)
    .flatMap((line) => {
      if (!line.startsWith("    at ")) return [];
      const [, label = "", inside] = /^ {4}at ([^(]*)\((.*)\)$/.exec(line) ?? [];
      const place = inside ?? (line.includes("(") ? "" : line.slice(7));
      const [path = "", number, column] = place.split(":");
      if (number !== undefined && column !== undefined) {
        return [{ path, line: /^\d+$/.test(number) ? Number(number) : 0, label }];
      }
      const whole = number === undefined && path.includes("native") ? "native" : place;
      return whole === "" && label === "" ? [] : [{ path: whole, line: 0, label }];
    });
}
