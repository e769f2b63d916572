import type { DaemonEvent } from "../standIns/daemon/daemon";
import { ContainerProcess, describeExit, type Stop } from "./containerProcess";
import { startingPollMs, watchHealth } from "./healthCheck";
import type { LocalContainer, LocalTask } from "./plan";

/** What a task reports while it runs. */
export interface TaskObserver {
  /** Something a person may want to see as it happens. */
  readonly onProgress: (message: string) => void;
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
    for (const process of [...this.running.values()].reverse()) {
      const unasked = process.hasEnded && !process.isStopping;
      stops.push({ container: process.container, unasked, ...(await process.stop()) });
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
      for (const dependency of container.dependsOn) await this.fulfilled(container.name, dependency);
      if (this.stopping) return;
      await this.startContainer(container);
    }
    await Promise.all(this.healthy.values());
  }

  private async fulfilled(
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
    const process = new ContainerProcess(container, this.observer.onDaemonEvent, (line) => {
      this.observer.onLogLine(container.name, line);
    });
    this.running.set(container.name, process);
    process.exited.then((exit) => {
      if (process.isStopping) return;
      const failure = new TaskFailure(`${container.name} ended ${describeExit(exit)}.`, process.log);
      if (container.essential) this.fail(failure);
      else this.observer.onProgress(`${failure.message} It is not essential, so the task goes on.`);
    });
    await process.started;
    this.observer.onProgress(`${container.name} runs: ${container.description}`);
    if (container.healthCheck) this.healthy.set(container.name, this.watch(container, process));
  }

  /** Resolves when the container becomes healthy the first time, and goes on watching it. */
  private watch({ name, healthCheck }: LocalContainer, process: ContainerProcess): Promise<void> {
    return new Promise((resolve) => {
      if (healthCheck === undefined) return resolve();
      watchHealth(
        healthCheck,
        (status) => {
          const pace = `checked every ${startingPollMs / 1000} s while it starts, every ${healthCheck.intervalMs / 1000} s on ECS`;
          this.observer.onProgress(`${name} is ${status} (${pace})`);
          if (status === "HEALTHY") resolve();
          else this.fail(new TaskFailure(`${name} is UNHEALTHY.`, process.log));
        },
        this.healthChecks.signal,
      );
    });
  }
}
