import { remedyFor } from "../../dynamicProvider/awsErrors";
import { type FoundNatGateway, liveNatGateway, undeleted } from "../inventory";
import type { Run, Step } from "../run";
import { disarm } from "./deadManSwitch";
import { deleted, note, settled } from "./natGatewayStates";
import { makeOne } from "./newNatGateway";

/** Failures that pass by themselves, so that a second gateway is worth the wait. */
const passingFailures: readonly string[] = ["InternalError", "Gateway.NotAttached", "Resource.AlreadyAssociated"];

/** The gateway which was made or found, once it is no longer `pending`. */
async function outcome(run: Run): Promise<FoundNatGateway> {
  await makeOne(run);
  const live = liveNatGateway(run.inventory);
  if (live === undefined) {
    throw new Error("there is none to wait for");
  }
  const gateway = live.state === "available" ? live : await settled(run, live);
  note(run, gateway);
  return gateway;
}

function failure({ id, failureCode, failureMessage, state }: FoundNatGateway): Error {
  const code = failureCode ?? state;
  const remedy = remedyFor(code) ?? "Run `pulumi up` again.";
  return new Error(`NAT gateway ${id} failed with ${code}: ${failureMessage ?? "no message"}. ${remedy}`);
}

/** The NAT gateway, and the schedule that deletes it. */
export const natGateway: Step = {
  title: "NAT gateway",

  async open(run) {
    const first = await outcome(run);
    if (first.state === "available") {
      return;
    }
    if (first.state === "failed" && !passingFailures.includes(first.failureCode ?? "")) {
      throw failure(first);
    }
    const second = await outcome(run);
    if (second.state !== "available") {
      throw failure(second);
    }
  },

  async close(run) {
    for (const gateway of undeleted(run.inventory)) {
      await deleted(run, gateway);
    }
    await disarm(run, "natGateway");
  },
};
