import type { Run, Step } from "./run";
import { privateRoutes, publicRoute } from "./steps/defaultRoutes";
import { egressRules } from "./steps/egressRules";
import { internetGateway } from "./steps/internetGateway";
import { address, natGateway } from "./steps/natGateway";

/** What has to be there before anybody can reach the internet, in the order of making it: each needs the one before. */
export const gateway: readonly Step[] = [internetGateway, publicRoute, address, natGateway];

/** What lets the private subnets use it. */
export const reach: readonly Step[] = [privateRoutes, egressRules];

export const allSteps: readonly Step[] = [...gateway, ...reach];

/** Deletes what AWS still shows of the lease, until it shows nothing. */
export async function closeUntilReleased(run: Run): Promise<void> {
  await run.lookUntil("AWS to show nothing of the lease any more", {
    isSo: (inventory) => inventory.isReleased,
    otherwise: () => run.close(allSteps),
  });
}
