import { readFileSync } from "node:fs";
import { join } from "node:path";
import { inventoryDifference, openToTheInternet } from "./account";
import type { CommandOutcome } from "./cli";
import type { ResourceChange } from "./engineEvents";
import type { Rehearsal } from "./rehearsal";
import { type StateResource, withoutComponent } from "./state";

/** A command of a rehearsal, with what was wrong after it. */
interface StepResult {
  readonly name: string;
  readonly outcome: CommandOutcome;
  readonly problems: readonly string[];
}

/** Told of each step as it begins and when it is over. */
export interface StepListener {
  begins(name: string): void;
  ends(result: StepResult): void;
}

/** A change as a person would name it: what is done to which resource because of what. */
export function describeChange({ op, type, name, properties }: ResourceChange): string {
  const because = properties.length === 0 ? "" : ` (${properties.join(", ")})`;
  return `${op} ${type} ${name}${because}`;
}

/** What is wrong with a command that should have found nothing to do. */
export function unexpectedChanges({ changes }: Pick<CommandOutcome, "changes">): string[] {
  return changes.map((change) => `it should have nothing to do, but: ${describeChange(change)}`);
}

/** The stack's state. */
export async function readState(rehearsal: Rehearsal): Promise<StateResource[]> {
  const file = join(rehearsal.folder, "exported.json");
  await rehearsal.must("stack", "export", "--file", file);
  const exported = JSON.parse(readFileSync(file, "utf8")) as { deployment?: { resources?: StateResource[] } };
  return exported.deployment?.resources ?? [];
}

/** Runs a command, and what must hold after it. */
export async function runStep(
  rehearsal: Rehearsal,
  listener: StepListener,
  [name, args, check]: Step,
): Promise<StepResult> {
  listener.begins(name);
  // What was before is not this step's.
  await rehearsal.account.interruptions();
  const outcome = await rehearsal.run(...args);
  const problems = outcome.exitCode === 0 ? await check(outcome) : failureOf(outcome);
  const result = { name, outcome, problems };
  listener.ends(result);
  return result;
}

/** How a command failed, and what it did not get to the end of when it was killed. */
export function failureOf({ exitCode, errors, unfinished }: CommandOutcome): string[] {
  if (exitCode !== null) return [`exit code ${exitCode}`, ...errors];
  return ["it was killed", ...errors, ...unfinished.map((step) => `begun and not ended: ${step}`)];
}

/** Name, arguments for the CLI, and what is wrong when the command has succeeded. */
export type Step = readonly [
  name: string,
  args: readonly string[],
  check: (outcome: CommandOutcome) => Promise<readonly string[]>,
];

const atOnce = ["--yes", "--skip-preview"];

/**
 * What a service that runs needs all the time. A name that is given is enough to have Pulumi delete a resource before it
 * makes the new one (https://github.com/pulumi/pulumi-terraform/pull/465).
 */
const neededAllTheTime =
  /^aws:(ec2\/(securityGroup|subnet|vpc|vpcEndpoint)|ecr\/repository|ecs\/(cluster|service|taskDefinition)|iam\/role):/;

/**
 * What must hold whenever a stack is deployed: nothing is open to the internet, each resource has its component, and
 * services have kept their tasks.
 */
async function problemsOfDeployedStack(
  rehearsal: Rehearsal,
  { deletedFirst }: CommandOutcome,
  stopped: readonly string[],
): Promise<string[]> {
  const open = openToTheInternet(await rehearsal.account.inventory());
  const interruptions = await rehearsal.account.interruptions();
  const unexpected = interruptions.filter((line) => !stopped.some((service) => line.includes(`-${service}: `)));
  return [
    ...deletedFirst
      .filter((resource) => neededAllTheTime.test(resource))
      .map((resource) => `deleted before its replacement was made: ${resource}`),
    ...unexpected.map((line) => `a service was interrupted: ${line}`),
    ...open.map((line) => `left open to the internet: ${line}`),
    ...withoutComponent(await readState(rehearsal)).map((resource) => `belongs to no component: ${resource}`),
  ];
}

const quiet = async (outcome: CommandOutcome) => unexpectedChanges(outcome);

export const previewWithoutChanges: Step = ["preview without changes", ["preview"], quiet];

export const refreshWithoutChanges: Step = ["refresh without changes", ["refresh", ...atOnce], quiet];

/**
 * @param options what follows the command
 * @param stopped services which it takes away
 */
export function upStep(
  rehearsal: Rehearsal,
  name = "up",
  options: readonly string[] = [],
  stopped: readonly string[] = [],
): Step {
  return [name, ["up", ...atOnce, ...options], (outcome) => problemsOfDeployedStack(rehearsal, outcome, stopped)];
}

/** @param before the account as it was before the first deployment */
export function destroyStep(rehearsal: Rehearsal, before: readonly string[]): Step {
  const compare = async () => inventoryDifference(before, await rehearsal.account.inventory());
  return [
    "destroy",
    ["destroy", ...atOnce],
    async () => (await compare()).map((line) => `the account is not as before: ${line}`),
  ];
}

/**
 * Deploys a stack, looks whether it stays as it is, and destroys it.
 *
 * @returns all steps that were run; a command that fails is the last one
 */
export async function rehearseStack(rehearsal: Rehearsal, listener: StepListener): Promise<StepResult[]> {
  const before = await rehearsal.account.inventory();
  const steps: Step[] = [
    ["preview", ["preview"], async () => []],
    upStep(rehearsal),
    previewWithoutChanges,
    refreshWithoutChanges,
    ["preview after refresh", ["preview"], quiet],
    destroyStep(rehearsal, before),
  ];
  const results: StepResult[] = [];
  for (const step of steps) {
    const result = await runStep(rehearsal, listener, step);
    results.push(result);
    if (result.outcome.exitCode !== 0) break;
  }
  return results;
}
