import type { LeaseSettings } from "./leaseInputs";
import { plan } from "./plan";
import { make, withRun } from "./run";

/**
 * Takes away whatever carries the lease's tag or name, however far it was opened or released. When there is nothing, it
 * is one look at each kind of object.
 */
export async function sweep(leaseId: string, settings: LeaseSettings): Promise<void> {
  await withRun(settings, leaseId, (run) => make(run, plan.delete));
}
