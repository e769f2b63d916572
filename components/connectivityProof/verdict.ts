/** What ECS says of a task, as far as a verdict needs it. */
export interface DescribedTask {
  readonly lastStatus?: string;
  readonly stopCode?: string;
  readonly stoppedReason?: string;
  readonly containers?: readonly {
    readonly name?: string;
    readonly exitCode?: number;
    readonly reason?: string;
  }[];
}

/**
 * Whether there is a verdict: the probe has passed, or the task has stopped. A probe that has passed leaves nothing to
 * wait for, while ECS still has to stop the daemon and to take the task's network interface away before it calls the
 * task stopped (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html). What one
 * that failed has to say is complete only then.
 */
export function hasEnded(task: DescribedTask, probeContainer: string): boolean {
  return task.lastStatus === "STOPPED" || exitCode(task, probeContainer) === 0;
}

function exitCode({ containers = [] }: DescribedTask, name: string): number | undefined {
  return containers.find((container) => container.name === name)?.exitCode;
}

/**
 * What a task that has ended proves: nothing is returned when the probe's container ended with exit code 0, else why
 * not, with all that ECS says about the task and its containers.
 */
export function probeFailure(task: DescribedTask, probeContainer: string): string | undefined {
  const code = exitCode(task, probeContainer);
  if (code === 0) {
    return undefined;
  }
  const headline = code === undefined ? "the probe never ran" : `the probe ended with exit code ${code}`;
  return [headline, ...taskReasons(task)].join("; ");
}

/** What ECS says about why a task and its containers have stopped. */
export function taskReasons({ stoppedReason, containers = [] }: DescribedTask): string[] {
  return [
    ...(stoppedReason === undefined ? [] : [`task stopped: ${stoppedReason}`]),
    ...containers
      .filter(({ reason }) => reason !== undefined)
      .map(({ name, reason }) => `container ${name ?? "?"}: ${reason}`),
  ];
}
