import { type AwsLocation, locationNames } from "../../dynamicProvider/awsLocation";
import type { Problem } from "../../problem";

/** What the readiness of a load client is checked with. */
export interface ReadinessInputs extends AwsLocation {
  /** Id of the instance, `i-…`. */
  readonly instanceId: string;
  /** Seconds from the start of the check until it fails. */
  readonly deadlineSeconds: number;
  /** Seconds between the first two questions to Systems Manager; later pauses grow up to four times that. */
  readonly pollIntervalSeconds: number;
}

export const readinessInputNames = [
  ...locationNames,
  "instanceId",
  "deadlineSeconds",
  "pollIntervalSeconds",
] as const satisfies readonly (keyof ReadinessInputs)[];

/** What is wrong with the two durations; empty when all is well. */
export function readinessInputProblems(
  inputs: Pick<ReadinessInputs, "deadlineSeconds" | "pollIntervalSeconds">,
): Problem[] {
  return (["deadlineSeconds", "pollIntervalSeconds"] as const)
    .filter((property) => !(Number.isFinite(inputs[property]) && inputs[property] > 0))
    .map((property) => ({
      property,
      wrong: `must be a number of seconds greater than 0, not ${String(inputs[property])}`,
    }));
}
