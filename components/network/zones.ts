import * as pulumi from "@pulumi/pulumi";
import { counted } from "../words";

/** An availability zone. */
interface Zone {
  /** Its name, which means different zones in different accounts, such as `us-east-1a`. */
  readonly name: string;
  /** What it is called in every account, such as `use1-az4`. */
  readonly id: string;
}

/**
 * Zones in which something is missing that a stack is made of. Some accounts see them, and cannot tell them from the
 * names.
 */
const unsuitable: readonly string[] = [
  // Fargate (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/AWS_Fargate-Regions.html).
  "usw1-az2",
  "apne1-az3",
  // Graviton, and so T4g (https://wolfman.dev/posts/exclude-use1-az3/).
  "use1-az3",
];

/**
 * The zones of a region that have all a stack is made of, by id, so that every account and every look has the same
 * order. Throws a `RunError` when there are fewer than needed.
 */
export function suitableZones(zones: readonly Zone[], needed: number, region: string): Zone[] {
  const suitable = zones
    .filter(({ id }) => !unsuitable.includes(id))
    .toSorted((one, other) => one.id.localeCompare(other.id, "en", { numeric: true }));
  if (suitable.length < needed) {
    const ids = suitable.map(({ id }) => id).join(", ");
    throw new pulumi.RunError(
      `availabilityZones: region ${region} has ${counted(suitable.length, "availability zone")} with Fargate and T4g ` +
        `(${ids}), but ${needed} are asked for; type: pulumi config set availabilityZones ${suitable.length}`,
    );
  }
  return suitable;
}

/**
 * The zone of one more subnet: the first in which there is none.
 *
 * @param suitable what `suitableZones` answered
 * @param taken names of the zones the other subnets are in
 */
export function freeZone(suitable: readonly Zone[], taken: readonly string[]): string {
  const free = suitable.find(({ name }) => !taken.includes(name));
  if (free === undefined) {
    throw new pulumi.RunError(`there is a subnet in every zone with Fargate and T4g already: ${taken.join(", ")}`);
  }
  return free.name;
}
