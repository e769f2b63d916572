import { type FoundAddress, liveNatGateway } from "../inventory";
import { attempt, idIn, type Run, type Step, tagsFor, takeAway } from "../run";
import { arm, disarm } from "./deadManSwitch";

/** The address to use of those that carry the lease's tag: the one which the NAT gateway holds, else the first. */
function chosen(run: Run): FoundAddress | undefined {
  const { addresses } = run.inventory;
  const held = liveNatGateway(run.inventory)?.allocationId;
  return addresses.find(({ allocationId }) => allocationId === held) ?? addresses[0];
}

export async function releaseAddress(run: Run, { allocationId, publicIp }: FoundAddress): Promise<void> {
  await takeAway(run, `address ${publicIp} to be released`, {
    act: () => run.ec2.releaseAddress({ AllocationId: allocationId }),
    gone: ["InvalidAllocationID.NotFound"],
    // For a while after its NAT gateway is `deleted`, an address may still count as in use.
    notYet: ["InvalidIPAddress.InUse", "AuthFailure"],
  });
}

export const address: Step = {
  title: "Elastic IP address",

  async open(run) {
    const found = await attempt(run, "an Elastic IP address to be allocated", {
      lookFirst: "addresses",
      act: async () => {
        const found = chosen(run);
        if (found !== undefined) {
          return found;
        }
        const answer = await run.ec2.allocateAddress({ Domain: "vpc", TagSpecifications: tagsFor(run, "elastic-ip") });
        const { AllocationId, PublicIp: publicIp = "" } = answer;
        return { allocationId: idIn(AllocationId), publicIp, associated: false };
      },
    });
    const others = run.inventory.addresses.filter(({ allocationId }) => allocationId !== found.allocationId);
    run.inventory = { ...run.inventory, addresses: [found, ...others] };
    await arm(run, "address", found.allocationId);
  },

  async close(run) {
    for (const each of run.inventory.addresses) {
      await releaseAddress(run, each);
    }
    run.inventory = { ...run.inventory, addresses: [] };
    await disarm(run, "address");
  },
};
