import assert from "node:assert/strict";
import type { Fault } from "./faultGate";
import type { Phase, PhaseName, Snapshot } from "./phases";
import { TestAccount } from "./testAccount";
import type { Command, CommandEnd, Worker } from "./worker";

/** What a user does after the command which the fault befell: the same or another command, and at the very end `destroy`. */
export type Ending = "none" | Command;

/** How a scenario ended. */
export interface Outcome {
  readonly phase: PhaseName;
  readonly fault: Fault;
  readonly ending: Ending;
  /** Whether the command went on in spite of the fault. */
  readonly rodeThrough: boolean;
  /** Whether all was as it should be after the ending, or would have been but for the leaks. */
  readonly recovered: boolean;
  /** What was left over at the end, or is gone. */
  readonly leaks: readonly string[];
  /** What else was wrong. */
  readonly problems: readonly string[];
  /** What the command said. */
  readonly error?: string;
}

/** What is wrong with what a command says to the person who ran it. */
export function messageProblems(message: string): string[] {
  return [
    ...(/\n\s*at |\.js:\d|\.ts:\d/.test(message) ? [`holds a stack: ${message}`] : []),
    ...(/^failed at \S+/.test(message) ? [] : [`does not name the step: ${message}`]),
    ...(/not authorized|Unauthorized|AccessDenied/.test(message) ? [] : [`does not say what AWS said: ${message}`]),
  ];
}

/** Runs the phase's command with the fault, and each ending after it. */
export async function play(worker: Worker, phase: Phase, fault: Fault): Promise<Outcome[]> {
  const { start, command } = phase;
  const account = await TestAccount.replay(start.log);
  const end = await worker.run({ ...start, command, account, fault });
  const problems = [...account.violations, ...firstProblems(end, fault)];
  const outcome = {
    ...{ phase: phase.name, fault, rodeThrough: end.error === undefined },
    ...(end.error === undefined ? {} : { error: end.error }),
  };
  const between: Snapshot = { log: [...account.log], state: end.state, inputs: start.inputs };
  const inventory = account.inventory();
  if (end.error === undefined && command === "destroy") {
    const leaks = account.leftovers();
    await account.stop();
    return [{ ...outcome, ending: "none", recovered: leaks.length === 0, leaks, problems }];
  }
  const outcomes: Outcome[] = [];
  const endings: Command[] = end.error === undefined ? ["up"] : ["up", "destroy"];
  for (const ending of endings) {
    const continued = ending === "up" ? account : await TestAccount.replay(between.log);
    assert.deepEqual(continued.inventory(), inventory);
    const recovery = await recover(worker, continued, between, ending);
    outcomes.push({ ...outcome, ending, ...recovery, problems: [...problems, ...recovery.problems] });
    await continued.stop();
  }
  return outcomes;
}

function firstProblems(end: CommandEnd, { kind }: Fault): string[] {
  const problems = end.struck ? [] : ["the fault befell no call"];
  if (kind === "error" && end.error !== undefined) {
    problems.push(...messageProblems(end.error));
  }
  if (["throttle", "lostRequest", "lostResponse"].includes(kind) && end.error !== undefined) {
    problems.push(`not ridden through: ${end.error}`);
  }
  if (kind.startsWith("sigkill") && !end.killed) {
    problems.push("nobody was killed");
  }
  return problems;
}

async function recover(
  worker: Worker,
  account: TestAccount,
  { state, inputs }: Snapshot,
  ending: Command,
): Promise<Pick<Outcome, "recovered" | "leaks" | "problems">> {
  const problems: string[] = [];
  const leaks: string[] = [];
  let end = { state };
  let recovered = true;
  if (ending === "up") {
    const up = await worker.run({ command: "up", account, state, inputs });
    end = up;
    leaks.push(...account.leftovers().map((leftover) => `after up: ${leftover}`));
    recovered = up.error === undefined && up.status === "released";
    problems.push(...(recovered ? [] : [`not released by the next up: ${up.error ?? up.status}`]));
  }
  const destroyed = await worker.run({ command: "destroy", account, state: end.state, inputs });
  leaks.push(...account.leftovers());
  problems.push(...account.violations);
  if (destroyed.error !== undefined) {
    problems.push(`not destroyed: ${destroyed.error}`);
  }
  return { recovered: recovered && destroyed.error === undefined && leaks.length === 0, leaks, problems };
}
