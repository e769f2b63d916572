import { createHash } from "node:crypto";
import { type FoundAddress, type FoundNatGateway, liveNatGateway, undeleted } from "../inventory";
import { attempt, idIn, lookUntil, type Run, tagsFor } from "../run";
import { releaseAddress } from "./address";
import { arm } from "./deadManSwitch";
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

async function create(run: Run, allocationId: string): Promise<FoundNatGateway> {
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
 * Waits until nothing uses the address any more. It may still count as associated when its NAT gateway is gone, and the
 * next one would end as `failed` with the code Resource.AlreadyAssociated
 * (https://github.com/hashicorp/terraform-provider-aws/issues/709).
 */
async function waitUntilFree(run: Run, { allocationId, publicIp }: FoundAddress): Promise<void> {
  await lookUntil(run, `address ${publicIp} to be disassociated from what uses it`, {
    kinds: ["addresses"],
    isSo: ({ addresses }) => !addresses.some((each) => each.allocationId === allocationId && each.associated),
  });
}

/**
 * Makes sure that there is one NAT gateway of the lease, `available` or on its way there, and no other: what failed,
 * what is being deleted and what there is too much of holds addresses, and costs.
 */
export async function makeOne(run: Run): Promise<void> {
  const kept = liveNatGateway(run.inventory);
  const surplus = undeleted(run.inventory).filter(({ id }) => id !== kept?.id);
  for (const gateway of surplus) {
    await deleted(run, gateway);
  }
  const [address] = run.inventory.addresses;
  if (kept === undefined && address !== undefined && (address.associated || surplus.length > 0)) {
    await waitUntilFree(run, address);
  }
  const gateway = kept ?? (await create(run, idIn(address?.allocationId)));
  note(run, gateway);
  await arm(run, "natGateway", gateway.id);
  const held = ({ allocationId }: FoundAddress) => allocationId === gateway.allocationId;
  for (const each of run.inventory.addresses.filter((other) => !held(other))) {
    await releaseAddress(run, each);
  }
  run.inventory = { ...run.inventory, addresses: run.inventory.addresses.filter(held) };
}
