import assert from "node:assert/strict";
import type { ProgramInputs, ResourceName, StackState } from "./stack";
import { type CarriedOut, TestAccount } from "./testAccount";
import type { Command, Fault, Worker } from "./worker";

/** A moment in the life of a stack, from which any number of scenarios can start. */
export interface Snapshot {
  /** What AWS has carried out up to then. */
  readonly log: readonly CarriedOut[];
  readonly state: StackState;
  readonly inputs: ProgramInputs;
}

/** A command at a moment, and its calls when nothing goes wrong. */
export interface Phase {
  readonly name: (typeof phaseNames)[number];
  readonly command: Command;
  readonly start: Snapshot;
  /** The calls which faults are to befall. */
  readonly calls: readonly string[];
}

export const phaseNames = [
  "first opening",
  "closing",
  "opening again",
  "closing again",
  "destroy, half open",
  "destroy, open",
  "destroy, cut off",
  "destroy, half closed",
  "destroy, released",
] as const;

const empty: Snapshot = { log: [], state: {}, inputs: { collectorImage: "daemon:3.6.7" } };

/** Runs a command and answers its calls, and what there was before its release's turn, and at the end. */
async function watch(worker: Worker, command: Command, start: Snapshot, fault?: Fault) {
  const { inputs } = start;
  const account = await TestAccount.replay(start.log);
  const now = (state: StackState): Snapshot => ({ log: [...account.log], state, inputs });
  let opened: Snapshot | undefined;
  const turn = (name: ResourceName, state: StackState) => {
    if (name === "release") opened = now(state);
  };
  const { calls, state, error } = await worker.run({ ...start, command, account, fault, turn });
  assert.deepEqual(account.violations, []);
  assert.equal(error === undefined, fault === undefined, error);
  await account.stop();
  return { calls, opened: opened ?? start, after: now(state) };
}

/** A stack whose lease is open, and whose release is to be created. */
export async function openStack(worker: Worker): Promise<Snapshot> {
  return (await watch(worker, "up", empty)).opened;
}

/** Goes through the life of a stack with nothing going wrong, and notes the calls of each part of it. */
export async function recordPhases(worker: Worker): Promise<Phase[]> {
  const { opened, after } = await watch(worker, "up", empty);
  const changed = { ...after, inputs: { collectorImage: "daemon:3.6.8" } };
  const again = await watch(worker, "up", changed);
  const stopped = async (at: Snapshot, call: string) => (await watch(worker, "up", at, { call, kind: "error" })).after;
  const starts: { readonly [name in Phase["name"]]: Snapshot } = {
    "first opening": empty,
    closing: opened,
    "opening again": changed,
    "closing again": again.opened,
    "destroy, half open": await stopped(empty, "AuthorizeSecurityGroupEgress 1"),
    "destroy, open": opened,
    "destroy, cut off": await stopped(opened, "DeleteNatGateway 1"),
    "destroy, half closed": await stopped(opened, "ReleaseAddress 1"),
    "destroy, released": after,
  };
  const phases: Phase[] = [];
  for (const name of phaseNames) {
    const start = starts[name];
    const command = name.startsWith("destroy") ? "destroy" : "up";
    const watched = await watch(worker, command, start);
    const isOpening = name.includes("opening");
    const calls = isOpening ? watched.calls.slice(0, watched.opened.log.length - start.log.length) : watched.calls;
    phases.push({ name, command, start, calls });
  }
  return phases;
}
