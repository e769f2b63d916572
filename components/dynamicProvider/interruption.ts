/** Where signals come from: the process, or a stand-in under test. */
export interface SignalSource {
  on(event: "SIGINT", listener: () => void): unknown;
  off(event: "SIGINT", listener: () => void): unknown;
}

/** Tells whether somebody asked the provider to stop. */
export interface Interruption {
  /** True from the first SIGINT on. */
  requested(): boolean;
  /** Waits the given number of milliseconds, or until SIGINT if that is sooner. */
  sleep(milliseconds: number): Promise<void>;
  /** Stops listening. Without this the process would never again end on SIGINT. */
  stop(): void;
}

/**
 * Listens for SIGINT until stopped. Pulumi's `Cancel` call does nothing in the dynamic-provider host and no deadline
 * reaches a provider's method; the signal which the CLI sends about five seconds before it kills is all there is
 * (https://github.com/pulumi/pulumi/blob/master/sdk/nodejs/cmd/dynamic-provider/index.ts).
 */
export function watchInterruption(signals: SignalSource = process): Interruption {
  let requested = false;
  const sleepers = new Map<() => void, NodeJS.Timeout>();
  const listener = () => {
    requested = true;
    for (const [wake, timer] of sleepers) {
      clearTimeout(timer);
      wake();
    }
    sleepers.clear();
  };
  signals.on("SIGINT", listener);
  return {
    requested: () => requested,
    sleep: (milliseconds) =>
      new Promise((resolve) => {
        if (requested) {
          resolve();
          return;
        }
        const timer = setTimeout(() => {
          sleepers.delete(resolve);
          resolve();
        }, milliseconds);
        sleepers.set(resolve, timer);
      }),
    stop: () => {
      signals.off("SIGINT", listener);
    },
  };
}

/** The error of work which SIGINT ended early; `doing` says what was in hand. */
export function interruptedError(doing: string): Error {
  return Object.assign(new Error(`interrupted while ${doing}`), { code: "Interrupted" });
}
