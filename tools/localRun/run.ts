import { buildWorkspace } from "./buildWorkspace";
import { describeExit } from "./containerProcess";
import { type EvaluatedProgram, readSamplingRules, readTasks } from "./evaluatedTasks";
import { type LocalContainer, type LocalTask, planTask } from "./plan";
import { PortAllocator } from "./ports";
import type { Expectation } from "./requests";
import { type ContainerStop, RunningTask, TaskFailure } from "./runningTask";
import { type Check, checkService } from "./serviceChecks";
import { TraceStore } from "./traceStore";

export interface LocalRunArgs {
  readonly program: EvaluatedProgram;
  /** Directory of the Pulumi project: the images' build contexts are relative to it. */
  readonly projectDirectory: string;
  /** Leaves the tasks running after the checks, until `interrupted`. @default false */
  readonly keep?: boolean;
  /** How long a trace may take to arrive, in milliseconds. @default 3000 */
  readonly patienceMs?: number;
  /** Ends the run: everything is stopped in order. */
  readonly interrupted: AbortSignal;
  /** Ends the run at once: whatever still runs is killed. */
  readonly killed: AbortSignal;
  /** Takes each line for the person at the terminal. */
  readonly print: (line: string) => void;
}

export interface LocalRunResult {
  readonly checks: readonly Check[];
  /** Whether it was interrupted before it was done. */
  readonly interrupted: boolean;
}

/** What the apps of this project answer, by workspace. */
const expectations: Readonly<Record<string, Expectation>> = {
  "app/hello": { path: "/", body: "Hello X-Ray!" },
};

/** How long something may take before the person at the terminal hears that it goes on, in milliseconds. */
const reassureMs = 2000;

/**
 * Runs the tasks of an evaluated program on this machine and checks the services in them; stops everything at the end,
 * whatever happens.
 *
 * @throws Error when a task cannot be planned, built or started
 */
export async function runLocally(args: LocalRunArgs): Promise<LocalRunResult> {
  const { interrupted, killed, print, patienceMs = 3000 } = args;
  const checks: Check[] = [];
  const report = (check: Check): void => {
    checks.push(check);
    print(`  ${check.passed ? "passed" : "FAILED"}  ${check.text}`);
  };
  const interruption = new Promise<void>((resolve) => {
    if (interrupted.aborted) resolve();
    interrupted.addEventListener("abort", () => resolve());
  });
  const tasks = await planAll(args);
  const store = new TraceStore();
  let showLog = false;
  const running = tasks.map((task) => {
    return new RunningTask(task, {
      onProgress: (message) => print(`  ${message}`),
      onLogLine: (container, line) => showLog && print(`  ${container} | ${line}`),
      onDaemonEvent: (event) => store.add(event),
    });
  });
  const killAll = (): void => running.forEach((task) => void task.kill());
  killed.addEventListener("abort", killAll);
  // The last resort: whatever ends this process, its containers end with it.
  process.once("exit", killAll);
  const over = new AbortController();
  let done = false;
  const work = async (): Promise<void> => {
    await reassure(print, "building", buildAll(tasks, args));
    print("Run");
    for (const task of running) await reassure(print, `starting ${task.task.family}`, task.start());
    print("Check");
    for (const service of servicesOf(tasks, args)) {
      for await (const check of checkService({ service, store, patienceMs, signal: over.signal })) report(check);
    }
    done = true;
    if (!args.keep) return;
    showLog = true;
    for (const { origin } of servicesOf(tasks, args)) print(`Keeps running: ${origin}/ (stop with Ctrl-C)`);
    await interruption;
  };
  try {
    const failures = running.map(({ failed }) => failed);
    await Promise.race([work(), interruption, ...failures]);
  } catch (error) {
    if (!interrupted.aborted) report(describeFailure(error, print));
  } finally {
    showLog = false;
    over.abort();
    print("Stop");
    for (const task of running.reverse()) {
      const stops = await reassure(print, `stopping ${task.task.family}`, task.stop());
      for (const stop of stops) describeStop(stop, done).forEach(report);
    }
    process.off("exit", killAll);
  }
  return { checks, interrupted: interrupted.aborted && !done };
}

async function planAll({ program, projectDirectory, print }: LocalRunArgs): Promise<LocalTask[]> {
  const context = { projectDirectory, samplingRules: readSamplingRules(program) };
  const allocator = new PortAllocator();
  const tasks: LocalTask[] = [];
  for (const task of readTasks(program)) {
    const planned = await planTask(task, program, context, allocator);
    for (const [port, local] of planned.ports) {
      if (local !== port) print(`Port ${port} of ${task.family} is taken on this machine, so it uses ${local}.`);
    }
    tasks.push(planned);
  }
  return tasks;
}

async function buildAll(tasks: readonly LocalTask[], { projectDirectory, interrupted, print }: LocalRunArgs) {
  const workspaces = tasks.flatMap(({ containers }) => containers.flatMap(({ builds }) => builds));
  for (const workspace of new Set(workspaces)) {
    print(`Build ${workspace}`);
    await buildWorkspace(workspace, projectDirectory, interrupted);
  }
}

/** The containers with an app of ours that listens for HTTP. */
function servicesOf(tasks: readonly LocalTask[], { program }: LocalRunArgs) {
  const rules = readSamplingRules(program);
  const serviceOf = (container: LocalContainer, { ports }: LocalTask) => {
    const expectation = expectations[container.workspace ?? ""];
    const [port] = container.tcpPorts;
    if (expectation === undefined || port === undefined) return [];
    const origin = `http://127.0.0.1:${ports.get(port) ?? port}`;
    return [{ origin, expectation, tracingName: container.environment.AWS_XRAY_TRACING_NAME ?? container.name, rules }];
  };
  return tasks.flatMap((task) => task.containers.flatMap((container) => serviceOf(container, task)));
}

function describeFailure(error: unknown, print: (line: string) => void): Check {
  if (error instanceof TaskFailure) {
    for (const line of error.log) print(`  | ${line}`);
  }
  return { passed: false, text: error instanceof Error ? error.message : String(error) };
}

/**
 * How a container stopped; nothing for an essential one which ended of itself, because that has been reported.
 *
 * @param wasUp whether it had its time to start; before, a container may not handle SIGTERM yet
 */
function describeStop(stop: ContainerStop, wasUp: boolean): Check[] {
  const { container, unasked, killed, code, signal } = stop;
  if (unasked && container.essential) return [];
  const manner = killed ? ", killed when its stop timeout was over" : unasked ? " before it was asked to" : "";
  const passed = code === 0 || (!wasUp && signal === "SIGTERM");
  return [{ passed, text: `${container.name} ended ${describeExit(stop)}${manner}` }];
}

/** Awaits something, saying every now and then that it goes on. */
async function reassure<T>(print: (line: string) => void, what: string, work: Promise<T>): Promise<T> {
  const startedAt = Date.now();
  const timer = setInterval(() => {
    print(`  still ${what} (${Math.round((Date.now() - startedAt) / 1000)} s)`);
  }, reassureMs);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}
