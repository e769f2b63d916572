import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";

/** What an observer of a running program can see. */
export interface Progress {
  /** A number which changes whenever something happens. */
  readonly activity: () => number;
  /** True while something that began has not ended. */
  readonly pending: () => boolean;
}

/** How long everything must be still before what is pending counts as stuck; covers work the process doesn't list. */
const stuckAfterMs = 150;

/**
 * Waits until nothing of the program is under way, or until nothing of what is pending can ever end: when the process
 * holds no timer, file or socket more than it held before. Waiting for the resources' requests alone would miss one made
 * after a delay, and would wait for ever for an input that never resolves.
 *
 * @param heldBefore `heldResources()` from before the program began
 * @param deadlineMs gives up after this time, in milliseconds
 */
export async function drain(
  progress: Progress,
  heldBefore: ReadonlyMap<string, number>,
  deadlineMs: number,
): Promise<void> {
  const deadline = Date.now() + deadlineMs;
  let stillSince = Date.now();
  let lastActivity = progress.activity();
  let stillTurns = 0;
  while (Date.now() < deadline) {
    await (stillTurns < 10 ? nextTurn() : sleep(2));
    const holdsMore = holdsMoreThan(heldBefore);
    if (progress.activity() !== lastActivity || holdsMore) {
      lastActivity = progress.activity();
      stillSince = Date.now();
      stillTurns = holdsMore ? 10 : 0;
      continue;
    }
    stillTurns++;
    if (progress.pending() ? Date.now() - stillSince > stuckAfterMs : stillTurns > 3) {
      return;
    }
  }
}

/** How many of each kind of timer, file and socket keep the process alive. */
export function heldResources(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) {
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

function holdsMoreThan(before: ReadonlyMap<string, number>): boolean {
  return [...heldResources()].some(([kind, count]) => kind !== "Immediate" && count > (before.get(kind) ?? 0));
}
