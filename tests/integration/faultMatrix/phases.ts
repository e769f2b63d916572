import assert from "node:assert/strict";
import type { CallName, Fault } from "./faultGate";
import type { ProgramInputs, ResourceName, StackState } from "./stack";
import { type CarriedOut, TestAccount } from "./testAccount";
import type { Command, CommandEnd, Worker } from "./worker";

/** A moment in the life of a stack, from which any number of scenarios can start. */
export interface Snapshot {
  /** What AWS has carried out up to then. */
  readonly log: readonly CarriedOut[];
  readonly state: StackState;
  readonly inputs: ProgramInputs;
}

/** A command at a moment, and its calls when nothing goes wrong. */
export interface Phase {
  readonly name: PhaseName;
  readonly command: Command;
  readonly start: Snapshot;
  /** The calls which faults are to befall. */
  readonly calls: readonly CallName[];
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
export type PhaseName = (typeof phaseNames)[number];

const first: ProgramInputs = { collectorImage: "daemon:3.6.7" };
const second: ProgramInputs = { collectorImage: "daemon:3.6.8" };

/** A command that was watched: how it ended, and what there was before each resource's turn, and at the end. */
interface Watched extends CommandEnd {
  readonly before: { readonly [name in ResourceName]?: Snapshot };
  readonly after: Snapshot;
  /** The calls made before the release's turn. */
  readonly callsBeforeRelease: readonly CallName[];
}

async function watch(
  worker: Worker,
  command: Command,
  { log, state }: Pick<Snapshot, "log" | "state">,
  inputs: ProgramInputs,
  fault?: Fault,
): Promise<Watched> {
  const account = await TestAccount.replay(log);
  const before: { [name in ResourceName]?: Snapshot } = {};
  const turn = (name: ResourceName, stateNow: StackState) => {
    before[name] = { log: [...account.log], state: stateNow, inputs };
  };
  const end = await worker.run({ command, account, state, inputs, fault, turn });
  assert.deepEqual(account.violations, []);
  assert.equal(end.error === undefined, fault === undefined, end.error);
  const after = { log: [...account.log], state: end.state, inputs };
  await account.stop();
  const opened = before.release?.log.length ?? after.log.length;
  return { ...end, before, after, callsBeforeRelease: end.calls.slice(0, opened - log.length) };
}

function existing(snapshot: Snapshot | undefined): Snapshot {
  assert.ok(snapshot !== undefined);
  return snapshot;
}

/**
 * Goes through the life of a stack with nothing going wrong, and notes the calls of each part of it that is asked for.
 */
export async function recordPhases(worker: Worker, wanted: readonly PhaseName[]): Promise<Phase[]> {
  const empty: Snapshot = { log: [], state: {}, inputs: first };
  const up = await watch(worker, "up", empty, first);
  const opened = existing(up.before.release);
  const again = () => watch(worker, "up", up.after, second);
  const stopped = async (at: Snapshot, call: CallName) =>
    (await watch(worker, "up", at, first, { call, kind: "error" })).after;
  const phase = async (name: PhaseName, command: Command, start: Snapshot): Promise<Phase> => {
    const { calls } = await watch(worker, command, start, start.inputs);
    return { name, command, start, calls };
  };
  const opening = (name: PhaseName, start: Snapshot, { callsBeforeRelease }: Watched): Phase => ({
    ...{ name, command: "up", start, calls: callsBeforeRelease },
  });
  const phases: { readonly [name in PhaseName]: () => Phase | Promise<Phase> } = {
    "first opening": () => opening("first opening", empty, up),
    closing: () => phase("closing", "up", opened),
    "opening again": async () => opening("opening again", { ...up.after, inputs: second }, await again()),
    "closing again": async () => phase("closing again", "up", existing((await again()).before.release)),
    "destroy, half open": async () =>
      phase("destroy, half open", "destroy", await stopped(empty, "AuthorizeSecurityGroupEgress 1")),
    "destroy, open": () => phase("destroy, open", "destroy", opened),
    "destroy, cut off": async () => phase("destroy, cut off", "destroy", await stopped(opened, "DeleteNatGateway 1")),
    "destroy, half closed": async () =>
      phase("destroy, half closed", "destroy", await stopped(opened, "ReleaseAddress 1")),
    "destroy, released": () => phase("destroy, released", "destroy", up.after),
  };
  const recorded: Phase[] = [];
  for (const name of wanted) {
    recorded.push(await phases[name]());
  }
  return recorded;
}
