/** The part of Fastify's logger that is needed here. */
export interface WarningLog {
  warn(fields: object, message: string): void;
}

const INTERVAL_MS = 60_000;

/**
 * What the SDK has to say, as a warning at most once a minute: without a daemon it would complain with every segment
 * and every poll, and the service's log must not grow with its traffic. Debug and info lines are about single requests,
 * and dropped.
 *
 * @param now clock in milliseconds
 */
export function sdkLogger(log: WarningLog, now: () => number = Date.now) {
  let last = Number.NEGATIVE_INFINITY;
  const warn = (message: string, error?: unknown) => {
    if (now() - last >= INTERVAL_MS) {
      last = now();
      log.warn(error === undefined ? {} : { err: error }, `X-Ray SDK: ${message}`);
    }
  };
  return { debug: () => {}, info: () => {}, warn, error: warn };
}
