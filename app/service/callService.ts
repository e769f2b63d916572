import { callHttp, type HttpAnswer, type TraceScope } from "@traced-fargate/tracing";
import type { Callee } from "./settings";

/** A service behind this one did not do its part, so this one cannot, either: 502. */
export class UpstreamError extends Error {
  override readonly name = "UpstreamError";
  readonly statusCode = 502;

  /** @param answered the headers of its answer, if there was one; `headers` Fastify would answer itself */
  constructor(
    service: string,
    problem: string,
    cause?: unknown,
    readonly answered: JsonAnswer["headers"] = {},
  ) {
    super(`${service}: ${problem}`, { cause });
  }
}

/** An answer in JSON. */
export interface JsonAnswer extends Pick<HttpAnswer, "headers"> {
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * Asks another service, as a part of the current trace.
 *
 * @param options.headers for the request
 * @param options.scope where the call belongs in the trace; the current trace unless given
 * @throws UpstreamError for anything but a JSON object with status 200 in time
 */
export async function callService(
  { name, url, timeoutMs }: Callee,
  options: { readonly headers?: Readonly<Record<string, string>>; readonly scope?: TraceScope } = {},
): Promise<JsonAnswer> {
  const answer = await callHttp({ name, url, timeoutMs, headers: options.headers }, options.scope).catch((error) => {
    throw new UpstreamError(name, problemOf(error), error);
  });
  if (answer.status !== 200) {
    throw new UpstreamError(name, `answered ${answer.status}`, undefined, answer.headers);
  }
  return { headers: answer.headers, body: parseObject(name, answer.body) };
}

function problemOf(error: NodeJS.ErrnoException): string {
  return error.message || error.code || "failed";
}

function parseObject(name: string, text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UpstreamError(name, "answered what is not JSON", error);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new UpstreamError(name, "answered what is not a JSON object");
  }
  return { ...value };
}
