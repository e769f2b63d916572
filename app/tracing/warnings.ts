/** The part of a logger that is needed here. */
export interface WarningLog {
  warn(fields: object, message: string): void;
}

/** Says that something about tracing does not work. The message is one of a few; what differs goes into the rest. */
export type Warn = (message: string, error?: unknown, fields?: object) => void;

const INTERVAL_MS = 60_000;

/**
 * Warns of each problem at most once a minute: without a daemon there is one with every segment and every poll, and
 * the service's log must not grow with its traffic.
 *
 * @param now clock in milliseconds
 */
export function limitWarnings(log: WarningLog, now: () => number = Date.now): Warn {
  const last = new Map<string, number>();
  return (message, error, fields = {}) => {
    if (now() - (last.get(message) ?? Number.NEGATIVE_INFINITY) >= INTERVAL_MS) {
      last.set(message, now());
      log.warn(error === undefined ? fields : { ...fields, err: error }, message);
    }
  };
}
