import { createHash } from "node:crypto";
import { type FoundNatGateway, liveNatGateway, undeleted } from "../inventory";
import { attempt, idIn, type Run, type Step, tagsFor } from "../run";
import { releaseAddress } from "./address";
import { deleted, note } from "./natGatewayStates";

/** Shorter than the hour for which AWS shows a deleted NAT gateway. */
const tokenLifetimeMs = 30 * 60_000;

/**
 * The token which makes AWS answer a repeated call with the gateway of the first, even if that call was made by a
 * process that was killed since. A gateway that died must not be answered again, so the dead ones which AWS still shows
 * are part of it, and so is the time, for those it no longer shows.
 * https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html
 */
export function clientToken(
  leaseId: string,
  allocationId: string,
  deadGatewayIds: readonly string[],
  now: number,
): string {
  return createHash("sha256")
    .update([leaseId, allocationId, Math.floor(now / tokenLifetimeMs), ...[...deadGatewayIds].sort()].join("\n"))
    .digest("hex");
}

async function create(run: Run): Promise<FoundNatGateway> {
  const allocationId = idIn(run.inventory.addresses[0]?.allocationId);
  const dead = run.inventory.natGateways.map(({ id }) => id);
  const token = clientToken(run.leaseId, allocationId, dead, Date.now());
  const answer = await attempt(run, "a NAT gateway to be made", {
    // Of things made a moment ago that are not visible everywhere yet, and of an address a dead gateway still holds.
    notYet: ["InvalidAllocationID.NotFound", "InvalidSubnetID.NotFound", "Resource.AlreadyAssociated"],
    act: () =>
      run.ec2.createNatGateway({
        SubnetId: run.settings.network.publicSubnetId,
        AllocationId: allocationId,
        ClientToken: token,
        TagSpecifications: tagsFor(run, "natgateway"),
      }),
  });
  return { id: idIn(answer.NatGateway?.NatGatewayId), state: "pending", allocationId };
}

/**
 * Makes sure that there is one NAT gateway of the lease, `available` or on its way there, and no other: what failed,
 * what is being deleted and what there is too much of holds addresses, and costs.
 */
export const newNatGateway: Step = {
  title: "NAT gateway",

  async open(run) {
    const kept = liveNatGateway(run.inventory);
    for (const gateway of undeleted(run.inventory).filter(({ id }) => id !== kept?.id)) {
      await deleted(run, gateway);
    }
    const gateway = kept ?? (await create(run));
    note(run, gateway);
    const held = ({ allocationId }: { allocationId: string }) => allocationId === gateway.allocationId;
    for (const address of run.inventory.addresses.filter((each) => !held(each))) {
      await releaseAddress(run, address);
    }
    run.inventory = { ...run.inventory, addresses: run.inventory.addresses.filter(held) };
  },

  /** Nothing: the gateway is taken away by the step that waits for it, before its dead man's switch. */
  async close() {},
};
