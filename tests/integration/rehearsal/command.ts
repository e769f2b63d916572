import { resolve } from "node:path";
import { listStacks, readStackSettings, StackSettingsError } from "../../../tools/evaluation/stackSettings";
import { exitCodeOf, parseOptions } from "../../../tools/terminal/commandLine";
import { watchForInterruption } from "../../../tools/terminal/interruption";
import { styleFor, type Terminal } from "../../../tools/terminal/style";
import { findTool } from "../tools";
import type { CommandOutcome } from "./cli";
import { ElsewhereError } from "./environment";
import { findAwsPlugin, type Programs, Rehearsal } from "./rehearsal";
import { rehearseStack, type StepListener } from "./stackRehearsal";

const root = resolve(__dirname, "../../..");

const usage = `npm run rehearse [-- --stack <name>] [--keep]

Deploys a stack with the real Pulumi CLI in an account on this machine, and
destroys it again. No call leaves the machine. A stack takes two to four
minutes.

    --stack <name>  the stack (default: each stack that has a file, one after
                    the other)
    --keep          leaves state and logs where they are, also when all is as it
                    should be
    -h, --help      prints this

Needs what .ci/install-tools installs, and Pulumi's plugin for AWS. Exits with 1
when something is not as it should be.`;

/** A program is missing, or the rehearsal was interrupted. */
class RehearsalError extends Error {}

/**
 * `npm run rehearse`.
 *
 * @param args what follows the command
 * @returns the exit code
 */
export function rehearseCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  const expected = [StackSettingsError, ElsewhereError, RehearsalError];
  const isExpected = (error: unknown) => expected.some((kind) => error instanceof kind);
  return exitCodeOf(() => rehearse(args, terminal), isExpected, terminal.stderr);
}

async function rehearse(args: readonly string[], terminal: Terminal): Promise<number> {
  const options = { stack: { type: "string" }, keep: { type: "boolean" } } as const;
  const { stack, keep = false, help } = parseOptions(options, args);
  if (help) {
    terminal.stdout.write(`${usage}\n`);
    return 0;
  }
  const stacks = stack === undefined ? listStacks(root) : [stack];
  for (const name of stacks) readStackSettings(name, root);
  const programs = findPrograms();
  let running: Rehearsal | undefined;
  const { interrupted } = watchForInterruption(() => running?.kill());
  let good = true;
  for (const name of stacks) {
    running = await Rehearsal.start(name, programs);
    good = (await rehearseOne(running, { keep, interrupted, terminal })) && good;
  }
  return good ? 0 : 1;
}

function findPrograms(): Programs {
  const [pulumi, moto] = [findTool("pulumi"), findTool("moto")];
  const awsPlugin = findAwsPlugin();
  if (pulumi === undefined || findTool("pulumi-language-nodejs") === undefined || moto === undefined) {
    throw new RehearsalError("Pulumi's CLI or moto is missing: run .ci/install-tools");
  }
  if ("missing" in awsPlugin) throw new RehearsalError(awsPlugin.missing);
  return { pulumi, moto, awsPlugin: awsPlugin.path };
}

interface Settings {
  readonly keep: boolean;
  readonly interrupted: AbortSignal;
  readonly terminal: Terminal;
}

/** @returns whether all was as it should be */
async function rehearseOne(rehearsal: Rehearsal, { keep, interrupted, terminal }: Settings): Promise<boolean> {
  const { stdout } = terminal;
  const style = styleFor(stdout);
  stdout.write(`${style("bold", rehearsal.stack)}\n`);
  let good = false;
  try {
    const results = await rehearseStack(rehearsal, reportTo(terminal));
    good = results.every(({ problems }) => problems.length === 0);
  } finally {
    await rehearsal.stop();
    if (good && !keep) {
      rehearsal.remove();
    } else {
      stdout.write(`  state and logs are kept in ${rehearsal.folder}\n`);
    }
  }
  if (interrupted.aborted) throw new RehearsalError("interrupted");
  return good;
}

/** Writes each step in a line, and below it what was wrong. */
export function reportTo({ stdout }: Terminal): StepListener {
  const style = styleFor(stdout);
  return {
    begins: (name) => {
      if (stdout.isTTY) stdout.write(`  ${name} ...\r`);
    },
    ends: ({ name, outcome, problems }) => {
      const mark = problems.length === 0 ? style("green", "ok") : style("red", "WRONG");
      const time = `${outcome.seconds.toFixed(1)} s`.padStart(8);
      stdout.write(`  ${name.padEnd(24)} ${time}  ${mark}${countOf(outcome)}\n`);
      for (const problem of problems) stdout.write(`      ${problem}\n`);
      if (problems.length > 0) stdout.write(`      log: ${outcome.log}\n`);
    },
  };
}

/** How many resources were changed in which way, such as `, 73 create`. */
function countOf({ changes }: CommandOutcome): string {
  const ops = [...new Set(changes.map(({ op }) => op))];
  return ops.map((op) => `, ${changes.filter((change) => change.op === op).length} ${op}`).join("");
}
