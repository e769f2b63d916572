import { createHash } from "node:crypto";
import { errorCode } from "../../dynamicProvider/awsErrors";
import { pollUntil } from "../../dynamicProvider/poll";
import { type FoundNatGateway, liveNatGateway, undeleted } from "../inventory";
import { remedyFor } from "../remedies";
import { attempt, idIn, type Run, type Step, tagsFor, takeAway } from "../run";

/** Failures that pass by themselves, so that a second gateway is worth the wait. */
const passingFailures: readonly string[] = ["InternalError", "Gateway.NotAttached"];

/**
 * The token which makes AWS answer a repeated call with the gateway of the first, even if that call was made by a process
 * that was killed since. A gateway that died must not be answered again, so the dead ones are part of it.
 * https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html
 */
export function clientToken(leaseId: string, allocationId: string, deadGatewayIds: readonly string[]): string {
  return createHash("sha256")
    .update([leaseId, allocationId, ...[...deadGatewayIds].sort()].join("\n"))
    .digest("hex");
}

async function create(run: Run): Promise<FoundNatGateway> {
  const allocationId = idIn(run.inventory.addresses[0]?.allocationId);
  const dead = run.inventory.natGateways.map(({ id }) => id);
  const answer = await attempt(run, "a NAT gateway to be made", {
    // Of things made a moment ago that are not visible everywhere yet, and of an address a dead gateway still holds.
    notYet: ["InvalidAllocationID.NotFound", "InvalidSubnetID.NotFound", "Resource.AlreadyAssociated"],
    act: () =>
      run.ec2.createNatGateway({
        SubnetId: run.settings.network.publicSubnetId,
        AllocationId: allocationId,
        ClientToken: clientToken(run.leaseId, allocationId, dead),
        TagSpecifications: tagsFor(run, "natgateway"),
      }),
  });
  return { id: idIn(answer.NatGateway?.NatGatewayId), state: "pending" };
}

/** Waits until the gateway is no longer `pending`. */
async function settled(run: Run, id: string): Promise<FoundNatGateway> {
  const { availableSeconds, pollSeconds } = run.settings.waits;
  return pollUntil<FoundNatGateway>({
    what: `NAT gateway ${id} to become available`,
    intervalMs: pollSeconds * 1000,
    maxIntervalMs: pollSeconds * 1500,
    deadlineMs: availableSeconds * 1000,
    interruption: run.interruption,
    check: async (report) => {
      const gateway = await describeNatGateway(run, id);
      report(gateway?.State ?? "not visible yet");
      return gateway?.State === undefined || gateway.State === "pending"
        ? undefined
        : { id, state: gateway.State, failureCode: gateway.FailureCode, failureMessage: gateway.FailureMessage };
    },
  });
}

/** The gateway as AWS shows it; nothing while it is not visible yet, or no longer. */
async function describeNatGateway(run: Run, id: string) {
  try {
    return (await run.ec2.describeNatGateways({ NatGatewayIds: [id] })).NatGateways?.[0];
  } catch (error) {
    if (errorCode(error) === "NatGatewayNotFound") {
      return undefined;
    }
    throw error;
  }
}

async function deleteAndWait(run: Run, gateway: FoundNatGateway): Promise<void> {
  const { id } = gateway;
  const { deletedSeconds, pollSeconds } = run.settings.waits;
  if (gateway.state !== "deleting") {
    await takeAway(run, `NAT gateway ${id} to be deleted`, {
      act: () => run.ec2.deleteNatGateway({ NatGatewayId: id }),
      gone: ["NatGatewayNotFound"],
      notYet: ["IncorrectState"],
    });
  }
  note(run, { id, state: "deleting" });
  await pollUntil<true>({
    what: `NAT gateway ${id} to be deleted`,
    intervalMs: pollSeconds * 1000,
    maxIntervalMs: pollSeconds * 1500,
    deadlineMs: deletedSeconds * 1000,
    interruption: run.interruption,
    check: async (report) => {
      const state = (await describeNatGateway(run, id))?.State ?? "deleted";
      report(state);
      return state === "deleted" || undefined;
    },
  });
  note(run, { id, state: "deleted" });
}

function note(run: Run, gateway: FoundNatGateway): void {
  const others = run.inventory.natGateways.filter(({ id }) => id !== gateway.id);
  run.inventory = { ...run.inventory, natGateways: [...others, gateway] };
}

function failure({ id, failureCode, failureMessage, state }: FoundNatGateway): Error {
  const code = failureCode ?? state;
  const remedy = remedyFor(code) ?? "Run `pulumi up` again.";
  return new Error(`NAT gateway ${id} failed with ${code}: ${failureMessage ?? "no message"}. ${remedy}`);
}

export const natGateway: Step = {
  title: "NAT gateway",

  async open(run) {
    for (let attempts = 1; ; attempts += 1) {
      // What failed or is on its way out holds the address.
      for (const gateway of undeleted(run.inventory).filter(
        ({ state }) => state === "failed" || state === "deleting",
      )) {
        await deleteAndWait(run, gateway);
      }
      const made = liveNatGateway(run.inventory) ?? (await create(run));
      note(run, made);
      const gateway = made.state === "available" ? made : await settled(run, made.id);
      note(run, gateway);
      if (gateway.state === "available") {
        return;
      }
      const passing = gateway.state !== "failed" || passingFailures.includes(gateway.failureCode ?? "");
      if (!passing || attempts === 2) {
        throw failure(gateway);
      }
    }
  },

  async close(run) {
    for (const gateway of undeleted(run.inventory)) {
      await deleteAndWait(run, gateway);
    }
  },
};
