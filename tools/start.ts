import { randomUUID } from "node:crypto";
import { constants } from "node:os";
import type { Evaluation } from "./evaluation/evaluation";
import { evaluateAndCheck, problemsOf } from "./preview/previewStack";
import { summaryIndent, summaryLines } from "./preview/summary";
import { endWith, exitCodeOf, parseOptions } from "./terminal/commandLine";
import { watchForInterruption } from "./terminal/interruption";
import { screenOf } from "./terminal/screen";
import { styleFor } from "./terminal/style";

const usage = `npm start [-- --stack <name>] [--keep]

Previews a stack, then runs the tasks it defines on this machine, without AWS
and without Docker: containers as processes, stand-ins for the X-Ray daemon and
for DynamoDB, one request, a hundred requests, and what became of their traces.

    --stack <name>  the stack whose Pulumi.<name>.yaml is used (default: dev)
    --keep          leaves the tasks running after the checks, until Ctrl-C,
                    and serves a page with their traces
    -h, --help      prints this

Exits with 1 when the preview or a check fails. Ctrl-C stops everything in
order, a second one at once.`;

const projectDir = process.cwd();
const screen = screenOf(process.stdout);
const { style } = screen;

// A reader that has seen enough, such as `head`, ends the run without an error.
const readerGone = new AbortController();
process.stdout.on("error", () => readerGone.abort());

async function main(): Promise<number> {
  const options = { stack: { type: "string" }, keep: { type: "boolean" } } as const;
  const { stack = "dev", keep = false, help } = parseOptions(options, process.argv.slice(2));
  if (help) {
    console.log(usage);
    return 0;
  }
  const startedAt = performance.now();
  const program = await preview(stack);
  return program === undefined ? 1 : runTasks(stack, program, keep, startedAt);
}

/** Says what a stack would be. @returns nothing when it has problems, which go to stderr */
async function preview(stack: string): Promise<Evaluation | undefined> {
  const checked = await screen.during(`evaluating stack ${stack}`, evaluateAndCheck(stack, projectDir));
  const problems = await problemsOf(checked, styleFor(process.stderr));
  if (problems !== undefined) {
    console.error(problems);
    return undefined;
  }
  const { checks } = await import("./checks");
  const whole = `npm run preview${stack === "dev" ? "" : ` -- --stack ${stack}`}`;
  screen.print(`${style("bold", `Preview of stack ${stack}`)} (all of it: ${whole})`);
  for (const line of summaryLines(checked.evaluation, checks, style)) screen.print(line, summaryIndent);
  return checked.evaluation;
}

async function runTasks(stack: string, program: Evaluation, keep: boolean, startedAt: number): Promise<number> {
  const { runLocally } = await import("./localRun/run");
  const { RunRecord } = await import("./localRun/record");
  const { readSamplingRules } = await import("./localRun/task/evaluatedTasks");
  const { interrupted, killed, signal } = watchForInterruption((name) => {
    screen.print(`${name}: stopping everything; once more kills it.`);
  });
  screen.print(`\n${style("bold", `Local run of stack ${stack}`)}`);
  const run = { stack, id: randomUUID(), sampling: readSamplingRules(program) };
  const record = await RunRecord.open(run, projectDir);
  const result = await runLocally({
    program,
    projectDirectory: projectDir,
    record,
    keep,
    serveTraces: async () => {
      const { serveTraces } = await import("./traces/page/server");
      const { localTraces } = await import("./traces/localTraces");
      const namePrefix = `${program.project}-${stack}-`;
      const { folder } = record;
      return serveTraces(await localTraces({ projectDir, stack, namePrefix, folder }), async () => program);
    },
    interrupted: AbortSignal.any([interrupted, readerGone.signal]),
    killed,
    screen,
  });
  const failed = result.checks.filter(({ passed }) => !passed);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  if (result.interrupted) {
    screen.print(`\nInterrupted after ${seconds} s; everything was stopped.`);
    const name = signal();
    return name === undefined ? 1 : 128 + constants.signals[name];
  }
  const summary = `${result.checks.length - failed.length} passed, ${failed.length} failed, after ${seconds} s`;
  screen.print(`\n${style(failed.length === 0 ? "green" : "red", `Stack ${stack} on this machine: ${summary}`)}`);
  for (const { text } of failed) console.error(`error: ${text}`);
  return failed.length === 0 ? 0 : 1;
}

endWith(exitCodeOf(main, (error) => error instanceof Error, process.stderr));
