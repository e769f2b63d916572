import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";

/** What an observer of a running program can see. */
interface Progress {
  /** A number which changes whenever something happens. */
  readonly activity: () => number;
  /** True while something that began has not ended. */
  readonly pending: () => boolean;
}

/** So many turns must pass without a sign of life before what is pending counts as stuck, each of them this long. */
const stuckAfterTurns = 75;
const turnMs = 2;
/** A program without anything pending is done after so many turns, which need not be long. */
const doneAfterTurns = 3;

/**
 * Waits until nothing of the program is under way, or until nothing of what is pending can ever end: when the process
 * holds no timer, file or socket more than it held before. Waiting for the resources' requests alone would miss one
 * made after a delay, and would never end if an input never resolves.
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
  let lastActivity = progress.activity();
  // Turns are counted, not time: serialising a dynamic provider can take longer than any wait, within a few turns.
  let stillTurns = 0;
  while (Date.now() < deadline && stillTurns <= (progress.pending() ? stuckAfterTurns : doneAfterTurns)) {
    const holdsMore = holdsMoreThan(heldBefore);
    await (holdsMore || stillTurns > doneAfterTurns ? sleep(turnMs) : nextTurn());
    const isStill = progress.activity() === lastActivity && !holdsMore;
    lastActivity = progress.activity();
    stillTurns = isStill ? stillTurns + 1 : 0;
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
