import type { EventEmitter } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { errorCode, errorMessage } from "./awsErrors";

/** Notes what the last look saw, such as the state `pending`, for progress lines and for the error at the deadline. */
export type Report = (seen: string) => void;

interface PollOptions<T> {
  /** What is awaited, to follow "waiting for": `NAT gateway nat-0123 to become available`. */
  readonly what: string;
  /** Milliseconds between the first two looks; each later pause is half as long again, up to `maxIntervalMs`. */
  readonly intervalMs: number;
  /**
   * The longest pause between two looks, in milliseconds.
   * @default four times `intervalMs`
   */
  readonly maxIntervalMs?: number;
  /** Milliseconds after which the wait fails; the last look happens at the deadline. */
  readonly deadlineMs: number;
  /**
   * Looks once: answers the value awaited, or `undefined` or `false` for "not yet". What it throws ends the wait, save
   * throttling and broken connections, which are tried again until the deadline.
   */
  readonly check: (report: Report) => Promise<T | undefined | false>;
  /** Ends the wait, after one more look. */
  readonly signal: AbortSignal;
}

/** Milliseconds a wait may last before it is mentioned on stderr, and from one mention to the next. */
const progressMs = { first: 2_000, next: 10_000 };

/**
 * Looks again and again until `check` answers, with growing pauses.
 *
 * @throws what `check` throws; an error with code `DeadlineExceeded` that says what was seen last; an error with code
 * `Interrupted` when the signal aborts.
 */
export async function pollUntil<T>(options: PollOptions<T>): Promise<T> {
  const { what, intervalMs, maxIntervalMs = intervalMs * 4, deadlineMs, check, signal } = options;
  const started = Date.now();
  let seen = "";
  let pause = intervalMs;
  let nextLineAfter = progressMs.first;
  for (;;) {
    const answer = await look(check, (state) => {
      seen = state;
    });
    if (answer.value !== undefined && answer.value !== false) {
      return answer.value;
    }
    seen = answer.problem ?? seen;
    pause = answer.throttled ? pause * 2 : pause;
    const waited = Date.now() - started;
    const suffix = seen === "" ? "" : ` (${seen})`;
    if (waited >= deadlineMs) {
      throw Object.assign(new Error(`gave up after ${seconds(waited)} of waiting for ${what}${suffix}`), {
        code: "DeadlineExceeded",
      });
    }
    if (signal.aborted) {
      throw interruptedError(`waiting for ${what}${suffix}`);
    }
    if (waited >= nextLineAfter) {
      say(`waiting for ${what}${suffix}, ${seconds(waited)} of at most ${seconds(deadlineMs)}`);
      nextLineAfter = waited + progressMs.next;
    }
    // Rejects when the signal aborts; that is not an error before the last look.
    await sleep(Math.min(pause, deadlineMs - waited), undefined, { signal }).catch(() => {});
    pause = Math.min(pause * 1.5, maxIntervalMs);
  }
}

/** One look, in which throttling and broken connections count as "not yet". */
async function look<T>(
  check: PollOptions<T>["check"],
  report: Report,
): Promise<{ value?: T | false; problem?: string; throttled?: boolean }> {
  try {
    return { value: await check(report) };
  } catch (error) {
    if (isThrottling(error) || isTransient(error)) {
      return { problem: errorMessage(error), throttled: isThrottling(error) };
    }
    throw error;
  }
}

/**
 * True when AWS turned a call away because there were too many of them. Such a call changed nothing, so even one that
 * creates may be sent again (https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html).
 */
function isThrottling(error: unknown): boolean {
  const codes = ["RequestLimitExceeded", "Throttling", "ThrottlingException", "ThrottledException"];
  return [...codes, "TooManyRequestsException", "RequestThrottled", "SlowDown", "EC2ThrottledException"].includes(
    errorCode(error),
  );
}

/**
 * True when nobody can tell whether the call was carried out: the connection broke, or AWS failed inside. Reading may
 * be repeated; before creating again, one has to look.
 */
function isTransient(error: unknown): boolean {
  const names = ["TimeoutError", "RequestTimeout", "NetworkingError", "ServiceUnavailable", "Unavailable"];
  const internal = ["InternalError", "InternalFailure", "InternalServerError"];
  const connection = ["ECONNRESET", "ECONNREFUSED", "EPIPE", "ETIMEDOUT", "ENOTFOUND", "EAI_AGAIN"];
  const { code, $metadata } = (typeof error === "object" && error !== null ? error : {}) as {
    code?: unknown;
    $metadata?: { httpStatusCode?: number };
  };
  return (
    [...names, ...internal, ...connection].includes(errorCode(error)) ||
    (typeof code === "string" && connection.includes(code)) ||
    ($metadata?.httpStatusCode ?? 0) >= 500
  );
}

function seconds(milliseconds: number): string {
  return `${Math.round(milliseconds / 100) / 10} s`;
}

/**
 * Works with a signal that aborts on SIGINT, and does not keep SIGINT from ending the process afterwards. Pulumi's
 * `Cancel` call does nothing in the dynamic-provider host and no deadline reaches a provider's method; the signal which
 * the CLI sends about five seconds before it kills is all there is
 * (https://github.com/pulumi/pulumi/blob/master/sdk/nodejs/cmd/dynamic-provider/index.ts).
 *
 * @param engine the provider's stderr, for work that must not go on without an engine which hears of its result: it
 * breaks when nobody reads it. That shows at the next progress line of a wait, so within some twenty seconds.
 * @default such work goes on
 */
export async function withInterruption<T>(
  work: (signal: AbortSignal) => Promise<T>,
  engine?: EventEmitter,
): Promise<T> {
  const controller = new AbortController();
  const abort = () => controller.abort();
  process.on("SIGINT", abort);
  engine?.on("error", abort);
  try {
    return await work(controller.signal);
  } finally {
    process.off("SIGINT", abort);
    engine?.off("error", abort);
  }
}

/** The error of work which a signal ended early; `doing` says what was in hand. */
export function interruptedError(doing: string): Error {
  return Object.assign(new Error(`interrupted while ${doing}`), { code: "Interrupted" });
}

/**
 * Writes a line for the person at the terminal. The host has no connection to the engine's log; what it writes on
 * stderr the CLI shows. When the CLI was killed the line is lost, and no more than that: the host would report the
 * failed write on stderr, that report's failure again, and do nothing else any more
 * (https://github.com/pulumi/pulumi/blob/master/sdk/nodejs/cmd/dynamic-provider/index.ts).
 */
export function say(line: string): void {
  const unheard = () => {};
  process.stderr.on("error", unheard);
  // The error is announced after this callback, in the same turn.
  process.stderr.write(`${line}\n`, () => setImmediate(() => process.stderr.off("error", unheard)));
}
