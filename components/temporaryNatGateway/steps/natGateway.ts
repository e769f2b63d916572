import { createHash } from "node:crypto";
import type { Address, NatGateway } from "@aws-sdk/client-ec2";
import { errorCode, explain } from "../../dynamicProvider/awsErrors";
import { pollUntil, type Report } from "../../dynamicProvider/pollUntil";
import { idIn, type Run, type Step } from "../run";
import { arm, disarm } from "./deadManSwitch";

/** The address which a NAT gateway holds. */
function allocationOf(gateway: NatGateway | undefined): string | undefined {
  return gateway?.NatGatewayAddresses?.[0]?.AllocationId;
}

async function releaseAddress(run: Run, { AllocationId, PublicIp }: Address): Promise<void> {
  await run.delete(`address ${PublicIp} to be released`, {
    act: () => run.ec2.releaseAddress({ AllocationId }),
    gone: ["InvalidAllocationID.NotFound"],
    // For a while after its NAT gateway is `deleted`, an address may still count as in use
    // (https://github.com/eformat/sno-for-100/issues/9).
    notYet: ["InvalidIPAddress.InUse", "AuthFailure"],
  });
}

/** The Elastic IP address, and the schedule that releases it. */
export const address: Step = {
  title: "Elastic IP address",

  async open(run) {
    const used = await run.attempt("an Elastic IP address to be allocated", {
      lookFirst: "addresses",
      act: async (): Promise<Address> => {
        const { addresses } = run.inventory;
        const held = allocationOf(run.inventory.liveNatGateway);
        const found = addresses.find(({ AllocationId }) => AllocationId === held) ?? addresses[0];
        return found ?? run.ec2.allocateAddress({ Domain: "vpc", TagSpecifications: run.tagsFor("elastic-ip") });
      },
    });
    const others = run.inventory.addresses.filter(({ AllocationId }) => AllocationId !== used.AllocationId);
    run.note({ addresses: [used, ...others] });
    await arm(run, "address", idIn(used.AllocationId));
  },

  async close(run) {
    for (const each of run.inventory.addresses) {
      await releaseAddress(run, each);
    }
    run.note({ addresses: [] });
    await disarm(run, "address");
  },
};

/** Failures that pass by themselves, so that a second gateway is worth the wait. */
const passingFailures: readonly string[] = ["InternalError", "Gateway.NotAttached", "Resource.AlreadyAssociated"];

/** The NAT gateway, and the schedule that deletes it. */
export const natGateway: Step = {
  title: "NAT gateway",

  async open(run) {
    for (const isLast of [false, true]) {
      const gateway = await makeOrAdopt(run);
      const { State, FailureCode: code = State } = gateway;
      if (State === "available") {
        return;
      }
      if (isLast || (State === "failed" && !passingFailures.includes(code ?? ""))) {
        const said = `NAT gateway ${gateway.NatGatewayId} failed with ${code}: ${gateway.FailureMessage ?? "no message"}`;
        const failure = Object.assign(new Error(said), { code });
        throw explain(failure, `making the ${natGateway.title}`, "Run `pulumi up` again.");
      }
    }
  },

  async close(run) {
    for (const gateway of run.inventory.undeletedNatGateways) {
      await deleteAndWait(run, gateway);
    }
    await disarm(run, "natGateway");
  },
};

/**
 * Makes sure that there is one NAT gateway of the lease, which is no longer `pending`, and no other: what failed, what
 * is being deleted and what there is too much of holds addresses, and costs.
 */
async function makeOrAdopt(run: Run): Promise<NatGateway> {
  const kept = run.inventory.liveNatGateway;
  const surplus = run.inventory.undeletedNatGateways.filter((gateway) => gateway !== kept);
  for (const gateway of surplus) {
    await deleteAndWait(run, gateway);
  }
  const [free] = run.inventory.addresses;
  if (kept === undefined && free !== undefined && (free.AssociationId !== undefined || surplus.length > 0)) {
    await waitUntilFree(run, free);
  }
  const gateway = kept ?? (await create(run, idIn(free?.AllocationId)));
  note(run, gateway);
  await arm(run, "natGateway", idIn(gateway.NatGatewayId));
  const isHeld = ({ AllocationId }: Address) => AllocationId === allocationOf(gateway);
  for (const each of run.inventory.addresses.filter((other) => !isHeld(other))) {
    await releaseAddress(run, each);
  }
  run.note({ addresses: run.inventory.addresses.filter(isHeld) });
  return gateway.State === "available" ? gateway : waitWhilePending(run, gateway);
}

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

async function create(run: Run, allocationId: string): Promise<NatGateway> {
  const dead = run.inventory.natGateways.map(({ NatGatewayId: id = "" }) => id);
  const token = clientToken(run.leaseId, allocationId, dead, Date.now());
  const answer = await run.attempt("a NAT gateway to be made", {
    // Of things made a moment ago that are not visible everywhere yet, and of an address a dead gateway still holds.
    notYet: ["InvalidAllocationID.NotFound", "InvalidSubnetID.NotFound", "Resource.AlreadyAssociated"],
    act: () =>
      run.ec2.createNatGateway({
        SubnetId: run.settings.network.publicSubnetId,
        AllocationId: allocationId,
        ClientToken: token,
        TagSpecifications: run.tagsFor("natgateway"),
      }),
  });
  const NatGatewayId = idIn(answer.NatGateway?.NatGatewayId);
  return { NatGatewayId, State: "pending", NatGatewayAddresses: [{ AllocationId: allocationId }] };
}

/**
 * Waits until nothing uses the address any more. It may still count as associated when its NAT gateway is gone, and the
 * next one would end as `failed` with the code Resource.AlreadyAssociated
 * (https://github.com/hashicorp/terraform-provider-aws/issues/709).
 */
async function waitUntilFree(run: Run, { AllocationId, PublicIp }: Address): Promise<void> {
  await run.lookUntil(`address ${PublicIp} to be disassociated from what uses it`, {
    kinds: ["addresses"],
    isSo: ({ addresses }) =>
      !addresses.some((each) => each.AllocationId === AllocationId && each.AssociationId !== undefined),
  });
}

/** Notes a NAT gateway in the place of what was known of it. */
function note(run: Run, gateway: NatGateway): void {
  const others = run.inventory.natGateways.filter(({ NatGatewayId }) => NatGatewayId !== gateway.NatGatewayId);
  run.note({ natGateways: [...others, gateway] });
}

/**
 * Waits until the gateway is no longer `pending`. One that does not show for `settleSeconds` counts as deleted.
 *
 * @throws when somebody deletes it meanwhile. It is not for us to make another: whoever deletes it may be a `pulumi
 * destroy`, run because the deployment we belong to was killed, which would know nothing of a later one.
 */
async function waitWhilePending(run: Run, gateway: NatGateway): Promise<NatGateway> {
  const { NatGatewayId: id } = gateway;
  const { availableSeconds, settleSeconds } = run.settings.waits;
  const visibleUntil = Date.now() + settleSeconds * 1000;
  const waited = await pollState(run, `NAT gateway ${id} to become available`, availableSeconds, async (report) => {
    const seen = await describeNatGateway(run, id);
    report(seen?.State ?? "not visible yet");
    if (seen?.State === undefined) {
      return Date.now() >= visibleUntil && { State: "deleted" as const };
    }
    if (seen.State === "deleting" || seen.State === "deleted") {
      throw new Error(`${id} was deleted by somebody else while it was waited for. Run \`pulumi up\` again`);
    }
    return seen.State !== "pending" && seen;
  });
  const known = { ...gateway, ...waited };
  note(run, known);
  return known;
}

/** Deletes the gateway if nobody has yet, and waits until it is gone. */
async function deleteAndWait(run: Run, gateway: NatGateway): Promise<void> {
  const { NatGatewayId } = gateway;
  const what = `NAT gateway ${NatGatewayId} to be deleted`;
  if (gateway.State !== "deleting") {
    await run.delete(what, {
      act: () => run.ec2.deleteNatGateway({ NatGatewayId }),
      gone: ["NatGatewayNotFound"],
      notYet: ["IncorrectState"],
    });
  }
  note(run, { ...gateway, State: "deleting" });
  await pollState(run, what, run.settings.waits.deletedSeconds, async (report) => {
    const state = (await describeNatGateway(run, NatGatewayId))?.State ?? "deleted";
    report(state);
    return state === "deleted";
  });
  note(run, { ...gateway, State: "deleted" });
}

/** The gateway as AWS shows it; nothing while it is not visible yet, or no longer. */
async function describeNatGateway(run: Run, id: string | undefined): Promise<NatGateway | undefined> {
  try {
    return (await run.ec2.describeNatGateways({ NatGatewayIds: [idIn(id)] })).NatGateways?.[0];
  } catch (error) {
    if (errorCode(error) === "NatGatewayNotFound") {
      return undefined;
    }
    throw error;
  }
}

function pollState<T>(run: Run, what: string, seconds: number, check: (report: Report) => Promise<T | false>) {
  const pollMs = run.settings.waits.pollSeconds * 1000;
  return pollUntil<T>({
    what,
    intervalMs: pollMs,
    maxIntervalMs: pollMs * 1.5,
    deadlineMs: seconds * 1000,
    signal: run.signal,
    check,
  });
}
