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

/** What the proof wants to know: plain JSON. */
export interface ConnectivityProofInputs {
  readonly tasks: readonly ProbeTask[];
  /**
   * Seconds until a task must have stopped, and an image must be complete. A task takes about a minute. @default 300
   */
  readonly deadlineSeconds: number;
  /** Seconds between two looks at a task. @default 2 */
  readonly pollSeconds: number;
}

export const defaultProofWaits = { deadlineSeconds: 300, pollSeconds: 2 } as const;
