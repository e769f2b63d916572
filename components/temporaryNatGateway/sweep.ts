import { isReleased } from "./inventory";
import type { LeaseSettings } from "./leaseInputs";
import { plan } from "./plan";
import { allKinds, lookUntil, make, type Run, withRun } from "./run";

/** Deletes what AWS still shows of the lease, until it shows nothing. */
export async function finish(run: Run): Promise<void> {
  await lookUntil(run, "AWS to show nothing of the lease any more", {
    kinds: allKinds,
    isSo: isReleased,
    moves: plan.delete,
  });
}

/**
 * Takes away whatever carries the lease's tag or name, however far it was opened or released. When there is nothing, it
 * is one look at each kind of object.
 */
export async function sweep(leaseId: string, settings: LeaseSettings): Promise<void> {
  await withRun(settings, leaseId, async (run) => {
    if (!isReleased(run.inventory)) {
      await make(run, plan.delete);
      await finish(run);
    }
  });
}
