import { createHash } from "node:crypto";
import type { Fault } from "./faultGate";
import type { Phase, PhaseName, Snapshot } from "./phases";
import { TestAccount } from "./testAccount";
import type { Command, CommandEnd, Worker } from "./worker";

/**
 * What a user does after a command which failed: `up` and then `destroy`, or `destroy` at once. Nothing when it did not
 * fail.
 */
export type Ending = "none" | Command;

/** What came of what the user did. */
export interface Recovery {
  /** Whether all was as it should be after the ending. */
  readonly recovered: boolean;
  /** What was left over at the end, or is gone. */
  readonly leaks: readonly string[];
  /** What else was wrong. */
  readonly problems: readonly string[];
}

/** How a scenario ended. */
export interface Outcome extends Recovery {
  readonly phase: PhaseName;
  readonly fault: Fault;
  readonly ending: Ending;
  /** Whether the command went on in spite of the fault. */
  readonly rodeThrough: boolean;
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

/**
 * What came of each ending, by what it started from: a process killed after a call leaves the same as one killed before
 * the next.
 */
export type KnownEndings = Map<string, Promise<Recovery>>;

/** Runs the phase's command with the fault, and each ending after it. */
export async function play(worker: Worker, phase: Phase, fault: Fault, known: KnownEndings): Promise<Outcome[]> {
  const { start, command } = phase;
  const account = await TestAccount.replay(start.log);
  const madeBefore = account.natGatewaysMade.size;
  const end = await worker.run({ ...start, command, account, fault });
  const between: Snapshot = { log: [...account.log], state: end.state, inputs: start.inputs };
  const outcome = {
    ...{ phase: phase.name, fault, rodeThrough: end.error === undefined },
    ...(end.error === undefined ? {} : { error: end.error }),
  };
  const problems = [...account.violations, ...madeProblems(account, madeBefore), ...firstProblems(end, fault)];
  const leaks = end.error === undefined ? account.leftovers() : [];
  await account.stop();
  if (end.error === undefined) {
    const complete = command === "up" ? end.status === "released" : Object.keys(end.state).length === 0;
    problems.push(...(complete ? [] : ["the command succeeded, but its work is not done"]));
    return [{ ...outcome, ending: "none", recovered: complete && leaks.length === 0, leaks, problems }];
  }
  const outcomes: Outcome[] = [];
  for (const ending of ["up", "destroy"] as const) {
    const key = `${phase.name} ${ending} ${identity(between)}`;
    const recovery = known.get(key) ?? recover(worker, between, ending, { madeBefore, most: withdrawn(fault) ? 2 : 1 });
    known.set(key, recovery);
    const { problems: later, ...rest } = await recovery;
    outcomes.push({ ...outcome, ending, ...rest, problems: [...problems, ...later] });
  }
  return outcomes;
}

/** The same for snapshots of a phase which are the same but for tokens and the order of looks. */
function identity({ log, state }: Snapshot): string {
  const changes = log
    .filter(({ name }) => !/^(Describe|Get|Batch)/.test(name))
    .map(({ name, at }) => `${name} at ${at}`);
  return createHash("sha256")
    .update(JSON.stringify([changes, log.length, state]))
    .digest("hex");
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

/** Whether an opening deletes what it made, because the dead man's switch was refused. */
function withdrawn({ call, kind }: Fault): boolean {
  return kind === "error" && call.startsWith("CreateSchedule");
}

/** Whoever opens the lease, goes on with it or closes it makes one NAT gateway at most: what is there is adopted. */
function madeProblems({ natGatewaysMade }: TestAccount, before: number, most = 1): string[] {
  const made = [...natGatewaysMade].slice(before);
  return made.length > most ? [`made ${made.length} NAT gateways where one was enough: ${made.join(", ")}`] : [];
}

async function recover(
  worker: Worker,
  { log, state, inputs }: Snapshot,
  ending: Command,
  { madeBefore, most }: { madeBefore: number; most: number },
): Promise<Recovery> {
  const account = await TestAccount.replay(log);
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
  problems.push(...account.violations, ...madeProblems(account, madeBefore, most));
  if (destroyed.error !== undefined) {
    problems.push(`not destroyed: ${destroyed.error}`);
  }
  await account.stop();
  return { recovered: recovered && destroyed.error === undefined && leaks.length === 0, leaks, problems };
}
