import { errorMessage, isThrottling, isTransient } from "./awsErrors";
import { type Interruption, interruptedError, watchInterruption } from "./interruption";

/** Notes what the last look saw, such as the state `pending`, for progress lines and for the error at the deadline. */
export type Report = (seen: string) => void;

export interface PollOptions<T> {
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
  /**
   * The interruption to obey.
   * @default one of its own, for as long as the wait lasts
   */
  readonly interruption?: Interruption;
  /**
   * Milliseconds a wait may last before it is mentioned on stderr.
   * @default 2000
   */
  readonly progressAfterMs?: number;
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

function seconds(milliseconds: number): string {
  return `${Math.round(milliseconds / 100) / 10} s`;
}

/**
 * Looks again and again until `check` answers, with growing pauses.
 *
 * @throws what `check` throws; an error with code `DeadlineExceeded` that says what was seen last; an error with code
 * `Interrupted` after SIGINT.
 */
export async function pollUntil<T>(options: PollOptions<T>): Promise<T> {
  const { what, intervalMs, deadlineMs, check } = options;
  const interruption = options.interruption ?? watchInterruption();
  const started = Date.now();
  let seen = "";
  let pause = intervalMs;
  let nextLineAfter = options.progressAfterMs ?? 2000;
  try {
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
      if (interruption.requested()) {
        throw interruptedError(`waiting for ${what}${suffix}`);
      }
      if (waited >= nextLineAfter) {
        say(`waiting for ${what}${suffix}, ${seconds(waited)} of at most ${seconds(deadlineMs)}`);
        nextLineAfter = waited + 10_000;
      }
      await interruption.sleep(Math.min(pause, deadlineMs - waited));
      pause = Math.min(pause * 1.5, options.maxIntervalMs ?? intervalMs * 4);
    }
  } finally {
    if (options.interruption === undefined) {
      interruption.stop();
    }
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
