import { createHash } from "node:crypto";
import type * as pulumi from "@pulumi/pulumi";
import type { AwsLocation } from "../dynamicProvider/awsLocation";

/** Where the lease puts its NAT gateway, and for whom. */
interface LeaseNetwork {
  /** The VPC. It must have no internet gateway of its own. */
  readonly vpcId: string;
  /** The subnet the NAT gateway is put into. */
  readonly publicSubnetId: string;
  /** The public subnet's route table. It must have no default route, and no `Route` resource for one. */
  readonly publicRouteTableId: string;
  /** The route tables which get a default route to the NAT gateway; the same conditions hold. At least one. */
  readonly privateRouteTableIds: readonly string[];
  /**
   * The security groups which get a temporary rule that lets them reach tcp/443 anywhere. They must not hold inline
   * rules.
   */
  readonly egressSecurityGroupIds: readonly string[];
}

/** The same as arguments: any id may come from another resource. */
export type NetworkArgs = {
  readonly [name in keyof LeaseNetwork]: LeaseNetwork[name] extends string
    ? pulumi.Input<string>
    : pulumi.Input<pulumi.Input<string>[]>;
};

/** How long to wait for what, in seconds. */
interface LeaseWaits {
  /** Until a NAT gateway is `available`. It usually takes 85 to 120. @default 600 */
  readonly availableSeconds: number;
  /** Until a NAT gateway is `deleted`. It usually takes 40 to 60. @default 900 */
  readonly deletedSeconds: number;
  /**
   * For calls AWS cannot carry out yet: something just made is not visible, or something is still in use. @default 180
   */
  readonly settleSeconds: number;
  /** From one look at a NAT gateway's state to the next; later pauses are half as long again. @default 5 */
  readonly pollSeconds: number;
  /** Before a call that could not be carried out is made again; later pauses grow up to four times that. @default 2 */
  readonly retrySeconds: number;
}

export const defaultWaits: LeaseWaits = {
  availableSeconds: 600,
  deletedSeconds: 900,
  settleSeconds: 180,
  pollSeconds: 5,
  retrySeconds: 2,
};

/** Schedules that delete the NAT gateway and release its address, should nobody come back to do it. */
interface DeadManSwitch {
  /** Minutes from opening to the NAT gateway's deletion; the address is released half an hour later. */
  readonly afterMinutes: number;
  /** ARN of the role with which EventBridge Scheduler does it. */
  readonly roleArn: string;
  /** ARN of the SQS queue which gets a message when it could not be done. @default none, and nobody is told */
  readonly deadLetterArn?: string;
}

/** What all resources of a lease are told, so that each finds and makes the same objects. */
export interface LeaseSettings extends AwsLocation {
  readonly network: LeaseNetwork;
  readonly waits: LeaseWaits;
  /** Tags every object gets, besides the one that says whose it is. */
  readonly tags: Readonly<Record<string, string>>;
  /** @default none; one of an earlier opening is deleted at the next */
  readonly deadManSwitch?: DeadManSwitch;
}

/** The inputs of one of the resources as arguments: any may come from another resource. */
export type ResourceArgs<I extends LeaseSettings> = {
  readonly [name in keyof Omit<I, "network" | "proof">]: pulumi.Input<I[name]>;
} & { readonly network: NetworkArgs };

/** A lease, and what it takes to find its objects. */
export interface Lease {
  readonly leaseId: string;
  /** Key of the tag which says to which lease an object belongs; its value is the lease's id. */
  readonly tagKey: string;
  readonly settings: LeaseSettings;
}

/**
 * The id of a lease. The VPC is part of it: two people who deploy the same stack into one account, and a lease that
 * moves to a new VPC, must not find each other's objects.
 */
export function leaseIdOf(inputs: { leaseName: string; network: { vpcId: string } }): string {
  return `${inputs.leaseName}/${inputs.network.vpcId}`;
}

/**
 * The name of a lease's schedule, at most 64 characters: the beginning of the lease's id, so that people recognise it,
 * and a hash of all of it, so that no two schedules share one.
 *
 * @param billed what the schedule deletes, because it costs money by the hour
 */
export function scheduleNameOf(leaseId: string, billed: "natGateway" | "address"): string {
  const readable = leaseId.replace(/[^0-9A-Za-z._-]+/g, "-").slice(0, 47);
  const all = billed === "natGateway" ? leaseId : `${leaseId}/${billed}`;
  return `${readable}-${createHash("sha256").update(all).digest("hex").slice(0, 16)}`;
}

type Failure = pulumi.dynamic.CheckFailure;

/** What the engine puts in the place of a value which is not known before `pulumi up`. */
const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/**
 * The `check` of each of a lease's resources. Lists of ids get an order of their own and lose repetitions, so that only
 * real changes show as such.
 */
export async function checkInputs<I extends LeaseSettings & { readonly leaseName?: string }>(
  _olds: unknown,
  news: I,
): Promise<pulumi.dynamic.CheckResult<I>> {
  const { network } = news;
  const sorted = Object.entries(network).map(([name, value]) => [
    name,
    Array.isArray(value) ? [...new Set(value)].sort() : value,
  ]);
  // Until it is known, all of the network may be the placeholder itself.
  const inputs = typeof network === "object" ? { ...news, network: Object.fromEntries(sorted) } : news;
  return { inputs, failures: [...nameFailures(inputs), ...settingsFailures(inputs)] };
}

function nameFailures({ leaseName }: { readonly leaseName?: string }): Failure[] {
  // With the VPC's id it has to fit a tag value: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html
  return leaseName === undefined || (leaseName.length >= 1 && leaseName.length <= 200)
    ? []
    : [{ property: "leaseName", reason: `must have 1 to 200 characters, not ${leaseName.length}` }];
}

function settingsFailures({ waits, deadManSwitch, network }: LeaseSettings): Failure[] {
  const failures: Failure[] = [
    ...Object.entries(waits).flatMap(([name, value]) => numberFailures(`waits.${name}`, "a number of seconds", value)),
    ...switchFailures(deadManSwitch),
  ];
  if (typeof network !== "object") {
    return failures;
  }
  const { privateRouteTableIds, publicRouteTableId } = network;
  const prefixes = {
    vpcId: "vpc-",
    publicSubnetId: "subnet-",
    publicRouteTableId: "rtb-",
    privateRouteTableIds: "rtb-",
    egressSecurityGroupIds: "sg-",
  } as const;
  for (const name of Object.keys(prefixes) as (keyof typeof prefixes)[]) {
    failures.push(...idFailures(`network.${name}`, prefixes[name], network[name]));
  }
  if (Array.isArray(privateRouteTableIds) && privateRouteTableIds.length === 0) {
    failures.push({ property: "network.privateRouteTableIds", reason: "at least one route table is needed" });
  }
  if (publicRouteTableId !== unknownValue && privateRouteTableIds.includes(publicRouteTableId)) {
    failures.push({
      property: "network.privateRouteTableIds",
      reason: `${publicRouteTableId} is the public route table; one table holds one default route only`,
    });
  }
  return failures;
}

function switchFailures(given: LeaseSettings["deadManSwitch"]): Failure[] {
  // As a whole it may come from a resource that is not there yet.
  if (given === undefined || typeof given !== "object") {
    return [];
  }
  const { afterMinutes, roleArn, deadLetterArn = unknownValue } = given;
  return [
    ...numberFailures("deadManSwitch.afterMinutes", "a number", afterMinutes),
    ...idFailures("deadManSwitch.roleArn", "arn:", roleArn),
    ...idFailures("deadManSwitch.deadLetterArn", "arn:", deadLetterArn),
  ];
}

function numberFailures(property: string, what: string, value: unknown): Failure[] {
  return value === unknownValue || (typeof value === "number" && Number.isFinite(value) && value > 0)
    ? []
    : [{ property, reason: `must be ${what} above 0, not ${String(value)}` }];
}

function idFailures(property: string, prefix: string, ids: string | readonly string[]): Failure[] {
  return [ids]
    .flat()
    .filter((id) => id !== unknownValue && !(typeof id === "string" && id.startsWith(prefix)))
    .map((id) => ({ property, reason: `"${String(id)}" is not an id that starts with "${prefix}"` }));
}
