import { type DescribedTask, stopReasons } from "../containers/describedTask";
import type { CachedImage } from "../images/cachedImage";

/** A one-off task of a service's own task definition, whose app is replaced by the probe. */
export interface ProbeTask {
  /** What is proven, for messages: the service's name. */
  readonly service: string;
  /** ARN of the cluster. */
  readonly cluster: string;
  /** ARN of the task definition, with its revision. */
  readonly taskDefinition: string;
  readonly platformVersion: string;
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
  /** Name of the app's container, which runs the probe in this task. */
  readonly container: string;
  /** The probe's command: exit code 0 when the collector can reach X-Ray. */
  readonly command: readonly string[];
  /** Name of the log group; the stream's prefix is the container's name. */
  readonly logGroup: string;
  /** Images to be found complete in the private registry before the task is run. */
  readonly cachedImages: readonly CachedImage[];
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
  return [headline, ...stopReasons(task)].join("; ");
}
