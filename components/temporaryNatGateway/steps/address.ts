import type { FoundAddress } from "../inventory";
import { attempt, idIn, type Run, type Step, tagsFor, takeAway } from "../run";

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
        if (run.inventory.addresses[0] !== undefined) {
          return run.inventory.addresses[0];
        }
        const answer = await run.ec2.allocateAddress({ Domain: "vpc", TagSpecifications: tagsFor(run, "elastic-ip") });
        return { allocationId: idIn(answer.AllocationId), publicIp: answer.PublicIp ?? "" };
      },
    });
    const others = run.inventory.addresses.filter(({ allocationId }) => allocationId !== found.allocationId);
    run.inventory = { ...run.inventory, addresses: [found, ...others] };
  },

  async close(run) {
    for (const each of run.inventory.addresses) {
      await releaseAddress(run, each);
    }
    run.inventory = { ...run.inventory, addresses: [] };
  },
};
