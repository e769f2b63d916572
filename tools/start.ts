import { constants } from "node:os";
import type { EvaluatedProgram } from "./localRun/task/evaluatedTasks";
import { previewStack } from "./preview/previewStack";
import { endWith, exitCodeOf, parseOptions } from "./terminal/commandLine";
import { watchForInterruption } from "./terminal/interruption";
import { styleFor } from "./terminal/style";

const usage = `npm start [-- --stack <name>] [--keep]

Previews a stack, then runs the tasks it defines on this machine, without AWS
and without Docker: containers as processes, stand-ins for the X-Ray daemon and
for DynamoDB, one request, a hundred requests, and what became of their traces.

    --stack <name>  the stack whose Pulumi.<name>.yaml is used (default: dev)
    --keep          leaves the tasks running after the checks, until Ctrl-C
    -h, --help      prints this

Exits with 1 when the preview or a check fails. Ctrl-C stops everything in
order, a second one at once.`;

const projectDir = process.cwd();
const style = styleFor(process.stdout);

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
  const program = await previewStack(stack, projectDir);
  return program === undefined ? 1 : runTasks(stack, program, keep, startedAt);
}

async function runTasks(stack: string, program: EvaluatedProgram, keep: boolean, startedAt: number): Promise<number> {
  const { runLocally } = await import("./localRun/run");
  const { interrupted, killed, signal } = watchForInterruption((name) => {
    console.log(`${name}: stopping everything; once more kills it.`);
  });
  console.log(`\n${style("bold", `Local run of stack ${stack}:`)}`);
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
  const summary = `${result.checks.length - failed.length} passed, ${failed.length} failed, after ${seconds} s`;
  console.log(`\n${style(failed.length === 0 ? "green" : "red", `Stack ${stack} on this machine: ${summary}`)}`);
  for (const { text } of failed) console.error(`error: ${text}`);
  return failed.length === 0 ? 0 : 1;
}

endWith(exitCodeOf(main, (error) => error instanceof Error, process.stderr));
