import type { LeaseState } from "./changes";
import { liveNatGateway } from "./inventory";
import { type LeaseInputs, leaseIdOf, lookingWith } from "./leaseInputs";
import { connected, look } from "./run";

/**
 * Whether the NAT gateway of the latest opening was deleted behind our back, by its dead man's switch or by a person,
 * before the release has begun: whatever needs the way out might start into a dead route.
 *
 * Pulumi's state cannot tell, because it knows of no time and the lease knows nothing of its release. AWS can: the
 * release begins with deleting the private default routes, so a route that still leads to the NAT gateway says that the
 * way out is still needed. Mostly there is none, which is one call to find out.
 */
export async function hasLostNatGateway(old: LeaseState, news: LeaseInputs): Promise<boolean> {
  const { natGatewayId, network } = old;
  return connected(lookingWith(news, old), leaseIdOf(old), async (run) => {
    await look(run, ["defaultRoutes"]);
    const needed = run.inventory.defaultRoutes.some(
      ({ routeTableId, target }) => target === natGatewayId && network.privateRouteTableIds.includes(routeTableId),
    );
    if (!needed) {
      return false;
    }
    await look(run, ["natGateways"]);
    return liveNatGateway(run.inventory)?.id !== natGatewayId;
  });
}
