/** When a run is to end early. */
interface Interruption {
  /** Aborts when everything is to be stopped in order. */
  readonly interrupted: AbortSignal;
  /** Aborts when whatever still runs is to be killed. */
  readonly killed: AbortSignal;
  /** The signal that interrupted, if it was one. */
  readonly signal: () => NodeJS.Signals | undefined;
}

/**
 * Signals closer together than this, in milliseconds, are one: npm repeats the Ctrl-C that the terminal sends anyway.
 */
const sameSignalMs = 500;

/**
 * Watches for what ends a run: a signal, or the end of npm. A second signal kills.
 *
 * @param onSignal told of the first signal
 */
export function watchForInterruption(onSignal: (signal: NodeJS.Signals) => void): Interruption {
  const interrupted = new AbortController();
  const killed = new AbortController();
  let first: { readonly signal: NodeJS.Signals; readonly at: number } | undefined;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      if (first === undefined) {
        first = { signal, at: Date.now() };
        onSignal(signal);
        interrupted.abort();
      } else if (Date.now() - first.at > sameSignalMs) {
        killed.abort();
      }
    });
  }
  // npm passes SIGTERM on to no more than the shell between it and us, and we would stay behind.
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid !== parent) interrupted.abort();
  }, sameSignalMs);
  watch.unref();
  return { interrupted: interrupted.signal, killed: killed.signal, signal: () => first?.signal };
}
