import { createHash } from "node:crypto";
import type { AwsLocation } from "../dynamicProvider/awsLocation";

/** Where the lease opens a way out, and for whom. */
export interface LeaseNetwork {
  /** The VPC. It must have no internet gateway of its own. */
  readonly vpcId: string;
  /** The subnet the NAT gateway is put into. */
  readonly publicSubnetId: string;
  /** The public subnet's route table; gets a default route to the internet gateway. */
  readonly publicRouteTableId: string;
  /** The route tables which get a default route to the NAT gateway. */
  readonly privateRouteTableIds: readonly string[];
  /** The security groups which get a rule that lets them reach tcp/443 anywhere. */
  readonly egressSecurityGroupIds: readonly string[];
}

/** How long to wait for what, in seconds. */
export interface LeaseWaits {
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
export interface DeadManSwitch {
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
  /** @default none; one of an earlier opening is taken away at the next */
  readonly deadManSwitch?: DeadManSwitch;
}

/** The inputs of the lease's safeguard after `check`: enough to find all objects of the lease. */
export interface SafeguardInputs extends LeaseSettings {
  /** Tells this lease from every other in the account, such as `traced-fargate/dev/egress`; at most 200 characters. */
  readonly leaseName: string;
}

/** The lease's inputs after `check`. */
export interface LeaseInputs extends SafeguardInputs {
  /** Whatever must be fetched through the NAT gateway: when a value changes, the lease opens again. */
  readonly reopenWhen: Readonly<Record<string, string>>;
}

/** The release's inputs after `check`. */
export interface ReleaseInputs extends LeaseSettings {
  readonly leaseId: string;
  /** How often the lease has opened; a new number means that there is something to close. */
  readonly generation: number;
  /** The NAT gateway of the latest opening: a lease that was replaced counts from 1 again. */
  readonly natGatewayId?: string;
  /** What the proof wants to know: plain JSON. */
  readonly proof: unknown;
}

/** The tag which says to which lease an object belongs. */
export const leaseTag = "traced-fargate:lease";

/**
 * The id of a lease, and the value of the tag on all its objects. The VPC is part of it: two people who deploy the same
 * stack into one account, and a lease that moves to a new VPC, must not find each other's objects.
 */
export function leaseIdOf(inputs: { leaseName: string; network: { vpcId: string } }): string {
  return `${inputs.leaseName}/${inputs.network.vpcId}`;
}

/**
 * The settings with which to look at the objects of an earlier update: its network, and all else as it is now. What
 * the state holds may be out of date, such as a profile that was renamed since.
 */
export function lookingWith<T extends LeaseSettings>(news: T, { network }: LeaseSettings): T {
  return { ...news, network };
}

/** What costs money by the hour, and so has a schedule that takes it away. */
export type Billed = "natGateway" | "address";

/**
 * The name of a lease's schedule, at most 64 characters: the lease's id as far as it fits, so that people recognise it,
 * and a hash of all of it, so that no two schedules share one.
 */
export function scheduleNameOf(leaseId: string, billed: Billed): string {
  const readable = leaseId.replace(/[^0-9A-Za-z._-]+/g, "-").slice(0, 47);
  const all = billed === "natGateway" ? leaseId : `${leaseId}/${billed}`;
  return `${readable}-${createHash("sha256").update(all).digest("hex").slice(0, 16)}`;
}

/**
 * A lease's name from the URN of its component: project, stack and name. A component inside others adds their types, so
 * that two of the same name stay apart.
 */
export function leaseNameOf(urn: string): string {
  const [prefix = "", project = "", types = "", ...name] = urn.split("::");
  const outer = types.split("$").slice(0, -1);
  return [project, prefix.split(":").pop() ?? "", ...outer, name.join("::")]
    .join("/")
    .replace(/[^A-Za-z0-9 _.:/=+@-]/g, "-");
}

/** What the engine puts in the place of a value which is not known before `pulumi up`. */
const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export interface Problem {
  readonly property: string;
  readonly reason: string;
}

function sortedUnique(ids: readonly string[]): string[] {
  return [...new Set(ids)].sort();
}

/** The settings with defaults filled in, and lists in an order of their own, so that only real changes show as such. */
export function normalizeSettings<T extends Omit<LeaseSettings, "waits"> & { waits?: Partial<LeaseWaits> }>(
  settings: T,
): T & { waits: LeaseWaits } {
  const { network } = settings;
  // Until they are known, a list or all of the network may be the placeholder itself.
  const lists = Array.isArray(network.privateRouteTableIds) && Array.isArray(network.egressSecurityGroupIds);
  return {
    ...settings,
    waits: { ...defaultWaits, ...settings.waits },
    network: lists
      ? {
          ...network,
          privateRouteTableIds: sortedUnique(network.privateRouteTableIds),
          egressSecurityGroupIds: sortedUnique(network.egressSecurityGroupIds),
        }
      : network,
  };
}

/** What is wrong with the settings, for Pulumi to show at the property; empty when all is well. */
export function settingsProblems(settings: LeaseSettings): Problem[] {
  const problems: Problem[] = [];
  for (const [name, value] of Object.entries(settings.waits)) {
    if (!(Number.isFinite(value) && value > 0) && (value as unknown) !== unknownValue) {
      problems.push({ property: `waits.${name}`, reason: `must be a number of seconds above 0, not ${String(value)}` });
    }
  }
  problems.push(...switchProblems(settings.deadManSwitch));
  if (typeof settings.network !== "object") {
    // As a whole it comes from a resource that is not there yet.
    return problems;
  }
  const prefixes = { vpcId: "vpc-", publicSubnetId: "subnet-", publicRouteTableId: "rtb-" } as const;
  for (const [name, prefix] of Object.entries(prefixes) as [keyof typeof prefixes, string][]) {
    problems.push(...idProblems(`network.${name}`, prefix, [settings.network[name]]));
  }
  const { privateRouteTableIds, egressSecurityGroupIds, publicRouteTableId } = settings.network;
  problems.push(...idProblems("network.privateRouteTableIds", "rtb-", privateRouteTableIds));
  problems.push(...idProblems("network.egressSecurityGroupIds", "sg-", egressSecurityGroupIds));
  if (Array.isArray(privateRouteTableIds) && privateRouteTableIds.length === 0) {
    problems.push({ property: "network.privateRouteTableIds", reason: "at least one route table is needed" });
  }
  if (publicRouteTableId !== unknownValue && privateRouteTableIds.includes(publicRouteTableId)) {
    problems.push({
      property: "network.privateRouteTableIds",
      reason: `${publicRouteTableId} is the public route table; one table holds one default route only`,
    });
  }
  return problems;
}

function switchProblems(given: DeadManSwitch | undefined): Problem[] {
  // As a whole it may come from a resource that is not there yet.
  if (given === undefined || typeof given !== "object") {
    return [];
  }
  const { afterMinutes, roleArn, deadLetterArn } = given;
  const late = Number.isFinite(afterMinutes) && afterMinutes > 0;
  return [
    ...(late
      ? []
      : [{ property: "deadManSwitch.afterMinutes", reason: `must be a number above 0, not ${String(afterMinutes)}` }]),
    ...idProblems("deadManSwitch.roleArn", "arn:", [roleArn]),
    ...idProblems("deadManSwitch.deadLetterArn", "arn:", deadLetterArn === undefined ? [] : [deadLetterArn]),
  ];
}

function idProblems(property: string, prefix: string, ids: readonly string[]): Problem[] {
  return (Array.isArray(ids) ? ids : [])
    .filter((id) => id !== unknownValue && !(typeof id === "string" && id.startsWith(prefix)))
    .map((id) => ({ property, reason: `"${String(id)}" is no id that starts with "${prefix}"` }));
}

/** What is wrong with the lease's name; empty when all is well. */
export function leaseNameProblems(leaseName: string): Problem[] {
  // With the VPC's id it has to fit a tag value: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html
  return leaseName.length >= 1 && leaseName.length <= 200
    ? []
    : [{ property: "leaseName", reason: `must have 1 to 200 characters, not ${leaseName.length}` }];
}
