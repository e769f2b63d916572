import { createHash } from "node:crypto";
import type { Phase, Snapshot } from "./phases";
import { TestAccount } from "./testAccount";
import type { Command, CommandEnd, Fault, Worker } from "./worker";

/** What is wrong with what a command says to the person who ran it. */
function messageProblems(message: string): string[] {
  return [
    ...(/\n\s*at |\.js:\d|\.ts:\d/.test(message) ? [`holds a stack: ${message}`] : []),
    ...(/^failed at \S+/.test(message) ? [] : [`does not name the step: ${message}`]),
    ...(/not authorized|Unauthorized|AccessDenied/.test(message) ? [] : [`does not say what AWS said: ${message}`]),
  ];
}

/**
 * What is wrong after each ending, by what it started from: a process killed after a call leaves the same as one killed
 * before the next.
 */
export type KnownEndings = Map<string, Promise<string[]>>;

/**
 * Runs the phase's command with the fault, and then what a user does after a command which failed: `up` and then
 * `destroy`, or `destroy` at once. Answers all that is wrong with that: what is left over or gone, and what else.
 */
export async function play(worker: Worker, phase: Phase, fault: Fault, known: KnownEndings): Promise<string[]> {
  const { start, command } = phase;
  const account = await TestAccount.replay(start.log);
  const madeBefore = account.natGatewaysMade.size;
  const end = await worker.run({ ...start, command, account, fault });
  const problems = [...account.violations, ...madeProblems(account, madeBefore), ...endProblems(end, fault)];
  const between: Snapshot = { log: [...account.log], state: end.state, inputs: start.inputs };
  const leftovers = account.leftovers();
  await account.stop();
  if (end.error === undefined) {
    const complete = command === "up" ? end.status === "released" : Object.keys(end.state).length === 0;
    return [...problems, ...leftovers, ...(complete ? [] : ["the command succeeded, but its work is not done"])];
  }
  for (const ending of ["up", "destroy"] as const) {
    const key = `${phase.name} ${ending} ${identity(between)}`;
    const recovery =
      known.get(key) ?? recover(worker, between, ending, { madeBefore, most: isWithdrawn(fault) ? 2 : 1 });
    known.set(key, recovery);
    problems.push(...(await recovery).map((problem) => `then ${ending}: ${problem}`));
  }
  return problems;
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

function endProblems({ error, struck, killed }: CommandEnd, { kind }: Fault): string[] {
  const isRiddenThrough = ["throttle", "lostRequest", "lostResponse"].includes(kind);
  return [
    ...(struck ? [] : ["the fault befell no call"]),
    ...(kind === "error" && error !== undefined ? messageProblems(error) : []),
    ...(isRiddenThrough && error !== undefined ? [`not ridden through: ${error}`] : []),
    ...(kind.startsWith("sigkill") && !killed ? ["nobody was killed"] : []),
  ];
}

/** Whether an opening deletes what it made, because the dead man's switch was refused. */
function isWithdrawn({ call, kind }: Fault): boolean {
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
): Promise<string[]> {
  const account = await TestAccount.replay(log);
  const problems: string[] = [];
  let end = { state };
  if (ending === "up") {
    const up = await worker.run({ command: "up", account, state, inputs });
    end = up;
    if (up.error !== undefined || up.status !== "released")
      problems.push(`not released by the next up: ${up.error ?? up.status}`);
    problems.push(...account.leftovers().map((leftover) => `after up: ${leftover}`));
  }
  const { error } = await worker.run({ command: "destroy", account, state: end.state, inputs });
  if (error !== undefined) problems.push(`not destroyed: ${error}`);
  problems.push(...account.leftovers(), ...account.violations, ...madeProblems(account, madeBefore, most));
  await account.stop();
  return problems;
}
