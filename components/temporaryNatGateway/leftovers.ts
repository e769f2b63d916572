import type { ReleaseState } from "./changes";
import { lookingWith, type ReleaseInputs } from "./leaseInputs";
import { connected, look } from "./run";

/**
 * Whether there is something of the lease though the state says that it was released: what a re-opening left that was
 * killed, when nobody asks for that re-opening any more. Pulumi's state knows nothing of it.
 *
 * The internet gateway is made first and taken away last, so it is there whenever anything is, and one call finds out.
 */
export async function hasLeftovers(old: ReleaseState, news: ReleaseInputs): Promise<boolean> {
  return connected(lookingWith(news, old), old.leaseId, async (run) => {
    await look(run, ["internetGateways"]);
    return run.inventory.internetGateways.length > 0;
  });
}
