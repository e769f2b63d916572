/** What ECS says of a task that has stopped, as far as a verdict needs it. */
export interface StoppedTask {
  readonly stopCode?: string;
  readonly stoppedReason?: string;
  readonly containers?: readonly {
    readonly name?: string;
    readonly exitCode?: number;
    readonly reason?: string;
  }[];
}

/**
 * What a stopped task proves: nothing is returned when the probe's container ended with exit code 0, else why not, with
 * all that ECS says about the task and its containers.
 */
export function probeFailure(task: StoppedTask, probeContainer: string): string | undefined {
  const containers = task.containers ?? [];
  const probe = containers.find(({ name }) => name === probeContainer);
  if (probe?.exitCode === 0) {
    return undefined;
  }
  const headline =
    probe?.exitCode === undefined ? "the probe never ran" : `the probe ended with exit code ${probe.exitCode}`;
  const reasons = [
    ...(task.stoppedReason === undefined ? [] : [`task stopped: ${task.stoppedReason}`]),
    ...containers
      .filter(({ reason }) => reason !== undefined)
      .map(({ name, reason }) => `container ${name ?? "?"}: ${reason}`),
  ];
  return [headline, ...reasons].join("; ");
}
