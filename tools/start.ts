import { constants } from "node:os";
import { parseArgs } from "node:util";
import { readStackSettings } from "./evaluation/stackSettings";
import { styleFor } from "./format/style";
import type { EvaluatedProgram } from "./localRun/evaluatedTasks";
import { watchForInterruption } from "./localRun/interruption";

const usage = `npm start [-- --stack <name>] [--keep]

Previews a stack, then runs the task it defines on this machine, without AWS and without Docker: containers as
processes, a stand-in for the X-Ray daemon, one request, a hundred requests, and what became of their traces.

    --stack <name>  the stack whose Pulumi.<name>.yaml is used (default: dev)
    --keep          leaves the task running after the checks, until Ctrl-C
    --help          prints this

Exits with 1 when the preview or a check fails. Ctrl-C stops everything in order, a second one at once.`;

const projectDir = process.cwd();
const style = styleFor(process.stdout);

// A reader that has seen enough, such as `head`, ends the run without an error.
const readerGone = new AbortController();
process.stdout.on("error", () => readerGone.abort());

/** How long the evaluation may take before the person at the terminal hears that it goes on, in milliseconds. */
const progressAfterMs = 2000;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      stack: { type: "string", default: "dev" },
      keep: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const startedAt = performance.now();
  // Before the slow part, so that a mistyped name is answered at once.
  readStackSettings(values.stack, projectDir);
  const program = await preview(values.stack);
  if (program === undefined) return 1;
  return runTasks(values.stack, program, values.keep, startedAt);
}

/** Prints the preview; undefined when the program fails or a check finds something. */
async function preview(stack: string): Promise<EvaluatedProgram | undefined> {
  console.log(`${style("bold", `Preview of stack ${stack}, without AWS:`)}\n`);
  const slow = setTimeout(() => console.error(`Still evaluating the program for stack ${stack} ...`), progressAfterMs);
  slow.unref();
  // Loaded here, because Pulumi takes a noticeable time to load and a mistyped option should not wait for it.
  const { evaluateStack } = await import("./evaluate");
  const { checks, runChecks } = await import("./checks");
  const { formatErrors, formatFindings, formatPreview } = await import("./format/preview");
  const evaluation = await evaluateStack(stack, projectDir);
  clearTimeout(slow);
  const errorStyle = styleFor(process.stderr);
  if (evaluation.errors.length > 0) {
    console.error(formatErrors(evaluation.errors, stack, errorStyle));
    return undefined;
  }
  const findings = await runChecks(evaluation);
  console.log(`${formatPreview(evaluation, style)}\n`);
  if (findings.length > 0) {
    console.error(formatFindings(findings, checks.length, errorStyle));
    return undefined;
  }
  console.log(`${formatFindings(findings, checks.length, style)}\n`);
  return evaluation;
}

async function runTasks(stack: string, program: EvaluatedProgram, keep: boolean, startedAt: number): Promise<number> {
  const { runLocally } = await import("./localRun/run");
  const { interrupted, killed, signal } = watchForInterruption((name) => {
    console.log(`${name}: stopping everything; once more kills it.`);
  });
  console.log(style("bold", `Local run of stack ${stack}:`));
  const result = await runLocally({
    program,
    projectDirectory: projectDir,
    keep,
    interrupted: AbortSignal.any([interrupted, readerGone.signal]),
    killed,
    print: (line) => console.log(line),
  });
  const failed = result.checks.filter(({ passed }) => !passed);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  if (result.interrupted) {
    console.log(`\nInterrupted after ${seconds} s; everything was stopped.`);
    const name = signal();
    return name === undefined ? 1 : 128 + constants.signals[name];
  }
  const outcome = `${result.checks.length - failed.length} passed, ${failed.length} failed, after ${seconds} s`;
  console.log(`\n${style(failed.length === 0 ? "green" : "red", `Stack ${stack} on this machine: ${outcome}`)}`);
  for (const { text } of failed) console.error(`error: ${text}`);
  return failed.length === 0 ? 0 : 1;
}

// Whatever ends the process early, for example a promise that never settles, is no success.
process.exitCode = 1;
main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
  },
);
