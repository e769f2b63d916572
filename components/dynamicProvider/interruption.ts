/** Where signals come from: the process, or a stand-in under test. */
export interface SignalSource {
  on(event: "SIGINT", listener: () => void): unknown;
  off(event: "SIGINT", listener: () => void): unknown;
}

/** The way to the engine: the provider's stderr, which breaks when nobody is there to read it. */
export interface EngineLink {
  on(event: "error", listener: () => void): unknown;
  off(event: "error", listener: () => void): unknown;
}

/** Tells whether somebody asked the provider to stop. */
export interface Interruption {
  /** True from the first SIGINT on, or since the engine is known to be gone. */
  requested(): boolean;
  /** Waits the given number of milliseconds, or until there is a reason to stop if that is sooner. */
  sleep(milliseconds: number): Promise<void>;
  /** Stops listening. Without this the process would never again end on SIGINT. */
  stop(): void;
}

/**
 * Listens for SIGINT until stopped. Pulumi's `Cancel` call does nothing in the dynamic-provider host and no deadline
 * reaches a provider's method; the signal which the CLI sends about five seconds before it kills is all there is
 * (https://github.com/pulumi/pulumi/blob/master/sdk/nodejs/cmd/dynamic-provider/index.ts).
 *
 * @param engine for work that must not go on without an engine which hears of its result. That it is gone shows at the
 * next progress line of a wait, so within some twenty seconds. @default such work goes on
 */
export function watchInterruption(signals: SignalSource = process, engine?: EngineLink): Interruption {
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
  engine?.on("error", listener);
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
      engine?.off("error", listener);
    },
  };
}

/** The error of work which SIGINT ended early; `doing` says what was in hand. */
export function interruptedError(doing: string): Error {
  return Object.assign(new Error(`interrupted while ${doing}`), { code: "Interrupted" });
}
