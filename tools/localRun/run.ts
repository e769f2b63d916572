import { constants } from "node:os";
import { countSame, listOf, type Screen } from "../terminal/screen";
import { errorMessage } from "../values";
import { type CheckResult, checkService } from "./checks/serviceChecks";
import { LocalStack, type LocalStackArgs } from "./localStack";
import type { RunRecord } from "./record";
import { describeExit } from "./task/containerProcess";
import { type ContainerStop, TaskFailure } from "./task/runningTask";

interface LocalRunArgs extends LocalStackArgs {
  /** Leaves the tasks running after the checks, until `interrupted`. @default false */
  readonly keep?: boolean;
  /** Serves the run's traces as long as the tasks are left running. @default nobody does */
  readonly serveTraces?: () => Promise<{ readonly url: string; close(): Promise<void> }>;
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
  const { interrupted, killed, screen, record, patienceMs = 3000 } = args;
  const { style, print } = screen;
  const checks: CheckResult[] = [];
  const report = (check: CheckResult): void => {
    checks.push(check);
    print(`  ${check.passed ? style("green", "passed") : style("red", "FAILED")}  ${check.text}`, 10);
    for (const line of check.details ?? []) print(`            ${line}`, 12);
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
  let page: Awaited<ReturnType<NonNullable<LocalRunArgs["serveTraces"]>>> | undefined;
  const work = async (): Promise<void> => {
    await stack.build(interrupted);
    await stack.start();
    const onRequests: RunRecord["addRequests"] = (sent) => record?.addRequests(sent);
    for (const service of stack.services) {
      for await (const check of checkService({ service, store, patienceMs, signal: over.signal, onRequests })) {
        report(check);
      }
    }
    stack.checkTables().forEach(report);
    for await (const check of stack.checkProxy(patienceMs, over.signal)) report(check);
    done = true;
    if (!args.keep) return;
    page = await args.serveTraces?.();
    stack.showLog = true;
    const [{ origin } = { origin: "" }] = stack.services;
    print(`Keeps running: ${origin}/ (stop with Ctrl-C); its log follows.`);
    if (page !== undefined) print(`  its traces: ${page.url}`, 2);
    for (const line of commandsFor(record?.run.stack)) print(`  ${line}`);
    await interruption;
  };
  try {
    await Promise.race([work(), interruption, stack.failed]);
  } catch (error) {
    if (!interrupted.aborted) report(describeFailure(error, print));
  } finally {
    stack.showLog = false;
    over.abort();
    await page?.close();
    describeStops(await stack.stop(), done).forEach(report);
    process.off("exit", killAll);
  }
  return { checks, interrupted: interrupted.aborted && !done };
}

/** What can be typed in another terminal while a stack is kept; nothing for a run that is not recorded. */
function commandsFor(stack: string | undefined): string[] {
  if (stack === undefined) return [];
  const options = stack === "dev" ? "--local" : `--local --stack ${stack}`;
  return ["load", "traces", "status", "logs"].map((command) => `npm run ${command} -- ${options}`);
}

function describeFailure(error: unknown, print: Screen["print"]): CheckResult {
  if (error instanceof TaskFailure) {
    for (const line of error.log) print(`  | ${line}`, 4);
  }
  return { passed: false, text: errorMessage(error) };
}

/**
 * How containers stopped: those that did as they should in one line, each other one in a line of its own. Nothing for
 * an essential one which ended of itself, because that has been reported.
 *
 * @param wereUp whether they had their time to start; before, a container may not handle SIGTERM yet
 */
function describeStops(stops: readonly ContainerStop[], wereUp: boolean): CheckResult[] {
  const good = new Map<string, string[]>();
  const bad: CheckResult[] = [];
  for (const stop of stops) {
    const { container, unasked, killed, code, signal } = stop;
    if (unasked && container.essential) continue;
    const manner = killed ? ", killed when its stop timeout was over" : unasked ? " before it was asked to" : "";
    // A supervisor reports the signal which ended its daemon as shells do.
    const bySigterm = signal === "SIGTERM" || code === 128 + constants.signals.SIGTERM;
    const ended = `ended ${describeExit(stop)}${manner}`;
    if (code === 0 || (!wereUp && bySigterm)) good.set(ended, [...(good.get(ended) ?? []), container.name]);
    else bad.push({ passed: false, text: `${container.name} ${ended}` });
  }
  const passed = [...good].map(([ended, names]) => ({ passed: true, text: `${listOf(countSame(names))} ${ended}` }));
  return [...passed, ...bad];
}
