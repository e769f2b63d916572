import { errorCode } from "../../dynamicProvider/awsErrors";
import { pollUntil } from "../../dynamicProvider/pollUntil";
import type { FoundNatGateway } from "../inventory";
import { type Run, takeAway } from "../run";

/** Notes a NAT gateway in the place of what was known of it. */
export function note(run: Run, gateway: FoundNatGateway): void {
  const others = run.inventory.natGateways.filter(({ id }) => id !== gateway.id);
  run.inventory = { ...run.inventory, natGateways: [...others, gateway] };
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

/**
 * Waits until the gateway is no longer `pending`. One that does not show for `settleSeconds` counts as deleted.
 *
 * @throws when somebody deletes it meanwhile. It is not for us to make another: whoever deletes it may be a `pulumi
 * destroy`, run because the deployment we belong to was killed, which would know nothing of a later one.
 */
export async function settled(run: Run, { id, allocationId }: FoundNatGateway): Promise<FoundNatGateway> {
  const { availableSeconds, pollSeconds, settleSeconds } = run.settings.waits;
  const visibleUntil = Date.now() + settleSeconds * 1000;
  return pollUntil<FoundNatGateway>({
    what: `NAT gateway ${id} to become available`,
    intervalMs: pollSeconds * 1000,
    maxIntervalMs: pollSeconds * 1500,
    deadlineMs: availableSeconds * 1000,
    signal: run.signal,
    check: async (report) => {
      const gateway = await describeNatGateway(run, id);
      report(gateway?.State ?? "not visible yet");
      if (gateway?.State === undefined) {
        return Date.now() >= visibleUntil && { id, state: "deleted" };
      }
      const { State: state, FailureCode: failureCode, FailureMessage: failureMessage } = gateway;
      if (state === "deleting" || state === "deleted") {
        throw new Error(`${id} was deleted by somebody else while it was waited for. Run \`pulumi up\` again`);
      }
      return state !== "pending" && { id, state, allocationId, failureCode, failureMessage };
    },
  });
}

/** Deletes the gateway if nobody has yet, and waits until it is gone. */
export async function deleted(run: Run, gateway: FoundNatGateway): Promise<void> {
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
    signal: run.signal,
    check: async (report) => {
      const state = (await describeNatGateway(run, id))?.State ?? "deleted";
      report(state);
      return state === "deleted" || undefined;
    },
  });
  note(run, { id, state: "deleted" });
}
