import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import type { DaemonEvent } from "../standIns/daemon/events";
import { ContainerProcess, describeExit, type Stop } from "./containerProcess";
import type { LocalContainer, LocalHealthCheck, LocalTask } from "./plan";
import { saysPortTaken } from "./ports";

/**
 * How often a container that is starting is looked at, in milliseconds. ECS waits the whole interval of the definition
 * between two checks, also before the first; nobody at a terminal should.
 */
const startingPollMs = 250;

/** What a task reports while it runs. */
interface TaskObserver {
  /** Something a person must know although the task goes on, one line each. */
  readonly onTrouble: (message: string) => void;
  readonly onLogLine: (container: string, line: string) => void;
  readonly onDaemonEvent: (event: DaemonEvent) => void;
}

/** A task did not do what its definition says: a container crashed, or did not become healthy. */
export class TaskFailure extends Error {
  /** @param log the last lines of the container's log */
  constructor(
    message: string,
    readonly log: readonly string[],
  ) {
    super(message);
  }
}

/** A container cannot listen, because another program has taken its port since it was chosen. */
export class PortTaken extends TaskFailure {}

/** How a container ended. */
export interface ContainerStop extends Stop {
  readonly container: LocalContainer;
  /** Whether it had ended of itself before it was asked to stop. */
  readonly unasked: boolean;
}

/** A task whose containers run as processes of this machine. */
export class RunningTask {
  /** Rejects with a `TaskFailure` when an essential container ends or becomes unhealthy; never resolves. */
  readonly failed: Promise<never>;
  private fail: (failure: TaskFailure) => void = () => undefined;
  private readonly running = new Map<string, ContainerProcess>();
  private readonly healthy = new Map<string, Promise<void>>();
  private readonly healthChecks = new AbortController();
  private starting = true;
  private stopping = false;

  constructor(
    readonly task: LocalTask,
    private readonly observer: TaskObserver,
  ) {
    this.failed = new Promise((_, reject) => {
      this.fail = reject;
    });
    // Whoever starts the task races against it; until then it must not count as unhandled.
    this.failed.catch(() => undefined);
  }

  /** Starts the containers in order and resolves when all that have a health check are healthy. */
  async start(): Promise<void> {
    await Promise.race([this.startAll(), this.failed]);
    this.starting = false;
  }

  /**
   * Stops the containers in the reverse order, each within its stop timeout. Works at any time, also while starting.
   *
   * @returns how each container ended, those which had ended before included
   */
  async stop(): Promise<ContainerStop[]> {
    this.stopping = true;
    this.healthChecks.abort();
    // Nothing waits any longer for what will not come.
    this.fail(new TaskFailure(`${this.task.family} was stopped.`, []));
    const stops: ContainerStop[] = [];
    for (const container of [...this.task.containers].reverse()) {
      const process = this.running.get(container.name);
      if (process === undefined) continue;
      const unasked = process.hasEnded && !process.isStopping;
      stops.push({ container, unasked, ...(await process.stop()) });
    }
    return stops;
  }

  /** Ends everything at once. */
  kill(): void {
    this.stopping = true;
    this.healthChecks.abort();
    for (const process of this.running.values()) process.kill();
  }

  private async startAll(): Promise<void> {
    for (const container of this.task.containers) {
      for (const dependency of container.dependsOn) await this.waitForDependency(container.name, dependency);
      if (this.stopping) return;
      await this.startContainer(container);
    }
    await Promise.all(this.healthy.values());
  }

  private async waitForDependency(
    waiting: string,
    { containerName, condition }: LocalContainer["dependsOn"][number],
  ): Promise<void> {
    // `START` has been waited for when the dependency was started.
    if (condition === "START") return;
    if (condition === "HEALTHY") {
      const healthy = this.healthy.get(containerName);
      if (healthy === undefined) throw new Error(`${waiting} waits for ${containerName}, which has no health check.`);
      return healthy;
    }
    const exit = await this.running.get(containerName)?.exited;
    if (condition === "SUCCESS" && exit !== undefined && exit.code !== 0) {
      throw new Error(`${waiting} needs the success of ${containerName}, which ended ${describeExit(exit)}.`);
    }
  }

  private async startContainer(container: LocalContainer): Promise<void> {
    const { onLogLine, onDaemonEvent } = this.observer;
    const onEvent = container.reportsEvents ? onDaemonEvent : undefined;
    const process = new ContainerProcess(container, (line) => onLogLine(container.name, line), onEvent);
    this.running.set(container.name, process);
    process.exited.then((exit) => {
      if (process.isStopping) return;
      const message = `${container.name} ended ${describeExit(exit)}.`;
      if (this.starting && saysPortTaken(process.log)) {
        this.fail(new PortTaken(message, process.log));
      } else if (container.essential) {
        this.fail(new TaskFailure(message, process.log));
      } else {
        this.observer.onTrouble(`${message} It is not essential, so the task goes on.`);
        for (const line of process.log) this.observer.onTrouble(`| ${line}`);
      }
    });
    await process.started;
    if (container.healthCheck) this.healthy.set(container.name, this.watch(container, process));
  }

  /** Resolves when the container becomes healthy the first time, and goes on watching it. */
  private watch({ name, healthCheck }: LocalContainer, process: ContainerProcess): Promise<void> {
    return new Promise((resolve) => {
      if (healthCheck === undefined) return resolve();
      watchHealth(
        healthCheck,
        (status) => {
          if (status === "HEALTHY") resolve();
          else this.fail(new TaskFailure(`${name} is UNHEALTHY.`, process.log));
        },
        this.healthChecks.signal,
      );
    });
  }
}

type HealthStatus = "HEALTHY" | "UNHEALTHY";

/**
 * Runs a container's health check as ECS does, but for its pace while the container starts: failures count once the
 * start period is over, so many in a row as the definition says make it unhealthy, one success makes it healthy
 * (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html).
 *
 * @param onStatus told whenever the status changes
 * @param signal ends the checks
 */
async function watchHealth(
  check: LocalHealthCheck,
  onStatus: (status: HealthStatus) => void,
  signal: AbortSignal,
): Promise<void> {
  const startedAt = Date.now();
  let status: HealthStatus | undefined;
  let failures = 0;
  while (!signal.aborted) {
    const healthy = await runHealthCheck(check, signal);
    if (signal.aborted) return;
    const counts = status !== undefined || Date.now() - startedAt >= check.startPeriodMs;
    failures = healthy ? 0 : failures + (counts ? 1 : 0);
    const next = healthy ? "HEALTHY" : failures >= check.retries ? "UNHEALTHY" : status;
    if (next !== undefined && next !== status) onStatus(next);
    status = next;
    const pause = status === undefined ? Math.min(startingPollMs, check.intervalMs) : check.intervalMs;
    await sleep(pause, undefined, { signal }).catch(() => undefined);
  }
}

/** Runs the command once; true when it ends with 0 in time. */
function runHealthCheck(check: LocalHealthCheck, signal: AbortSignal): Promise<boolean> {
  const { command, workingDirectory: cwd, environment, timeoutMs: timeout } = check;
  const [file = "", ...args] = command;
  return new Promise((resolve) => {
    execFile(file, args, { cwd, env: { ...environment }, timeout, killSignal: "SIGKILL", signal }, (error) => {
      resolve(error === null);
    });
  });
}
