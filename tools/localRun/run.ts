import { constants } from "node:os";
import { withProgress } from "../terminal/withProgress";
import { errorMessage } from "../values";
import { type CheckResult, checkService } from "./checks/serviceChecks";
import { LocalStack, type LocalStackArgs } from "./localStack";
import { describeExit } from "./task/containerProcess";
import { type ContainerStop, TaskFailure } from "./task/runningTask";

interface LocalRunArgs extends LocalStackArgs {
  /** Leaves the tasks running after the checks, until `interrupted`. @default false */
  readonly keep?: boolean;
  /** How long a trace may take to arrive, in milliseconds. @default 3000 */
  readonly patienceMs?: number;
  /** Ends the run: everything is stopped in order. */
  readonly interrupted: AbortSignal;
  /** Ends the run at once: whatever still runs is killed. */
  readonly killed: AbortSignal;
}

interface LocalRunResult {
  readonly checks: readonly CheckResult[];
  /** Whether it was interrupted before it was done. */
  readonly interrupted: boolean;
}

/**
 * Runs the tasks of an evaluated program on this machine and checks the services in them; stops everything at the end,
 * whatever happens.
 *
 * @throws Error when a task cannot be planned, built or started
 */
export async function runLocally(args: LocalRunArgs): Promise<LocalRunResult> {
  const { interrupted, killed, print, patienceMs = 3000 } = args;
  const checks: CheckResult[] = [];
  const report = (check: CheckResult): void => {
    checks.push(check);
    print(`  ${check.passed ? "passed" : "FAILED"}  ${check.text}`);
    for (const line of check.details ?? []) print(`            ${line}`);
  };
  const interruption = new Promise<void>((resolve) => {
    if (interrupted.aborted) resolve();
    interrupted.addEventListener("abort", () => resolve());
  });
  const stack = await LocalStack.plan(args);
  const { store } = stack;
  const killAll = (): void => stack.kill();
  killed.addEventListener("abort", killAll);
  // The last resort: whatever ends this process, its containers end with it.
  process.once("exit", killAll);
  const over = new AbortController();
  let done = false;
  const work = async (): Promise<void> => {
    await withProgress(print, "building", stack.build(interrupted));
    print("Run");
    await stack.start();
    const { services } = stack;
    print("Check");
    for (const service of services) {
      for await (const check of checkService({ service, store, patienceMs, signal: over.signal })) report(check);
    }
    stack.checkTables().forEach(report);
    for await (const check of stack.checkProxy(patienceMs, over.signal)) report(check);
    done = true;
    if (!args.keep) return;
    stack.showLog = true;
    for (const { origin } of services) print(`Keeps running: ${origin}/ (stop with Ctrl-C)`);
    await interruption;
  };
  try {
    await Promise.race([work(), interruption, stack.failed]);
  } catch (error) {
    if (!interrupted.aborted) report(describeFailure(error, print));
  } finally {
    stack.showLog = false;
    over.abort();
    print("Stop");
    for (const stop of await stack.stop()) describeStop(stop, done).forEach(report);
    process.off("exit", killAll);
  }
  return { checks, interrupted: interrupted.aborted && !done };
}

function describeFailure(error: unknown, print: (line: string) => void): CheckResult {
  if (error instanceof TaskFailure) {
    for (const line of error.log) print(`  | ${line}`);
  }
  return { passed: false, text: errorMessage(error) };
}

/**
 * How a container stopped; nothing for an essential one which ended of itself, because that has been reported.
 *
 * @param wasUp whether it had its time to start; before, a container may not handle SIGTERM yet
 */
function describeStop(stop: ContainerStop, wasUp: boolean): CheckResult[] {
  const { container, unasked, killed, code, signal } = stop;
  if (unasked && container.essential) return [];
  const manner = killed ? ", killed when its stop timeout was over" : unasked ? " before it was asked to" : "";
  // A supervisor reports the signal which ended its daemon as shells do.
  const bySigterm = signal === "SIGTERM" || code === 128 + constants.signals.SIGTERM;
  const passed = code === 0 || (!wasUp && bySigterm);
  return [{ passed, text: `${container.name} ended ${describeExit(stop)}${manner}` }];
}
