/** What is read of a task in ECS's answer to DescribeTasks. */
export interface DescribedTask {
  readonly lastStatus?: string;
  readonly stoppedReason?: string;
  readonly containers?: readonly {
    readonly name?: string;
    readonly exitCode?: number;
    readonly reason?: string;
  }[];
}

/** What ECS says about why a task and its containers have stopped. */
export function stopReasons({ stoppedReason, containers = [] }: DescribedTask): string[] {
  return [
    ...(stoppedReason === undefined ? [] : [`task stopped: ${stoppedReason}`]),
    ...containers
      .filter(({ reason }) => reason !== undefined)
      .map(({ name, reason }) => `container ${name ?? "?"}: ${reason}`),
  ];
}
