import { setTimeout as sleep } from "node:timers/promises";

/** How often a condition is looked at, in milliseconds. */
const pollMs = 20;

/**
 * Waits until a condition holds; false when it does not within the time.
 *
 * @param signal ends the wait with an `AbortError`
 */
export async function holdsWithin(
  ms: number,
  condition: () => boolean | Promise<boolean>,
  signal?: AbortSignal,
): Promise<boolean> {
  const deadline = Date.now() + ms;
  while (!(await condition())) {
    if (Date.now() >= deadline) return false;
    await sleep(pollMs, undefined, { signal });
  }
  return true;
}
