import { counted } from "../words";
import {
  type AddressBlock,
  blockAround,
  blockAt,
  cidrProblem,
  contains,
  formatCidr,
  freeBlock,
  overlaps,
  parseCidr,
} from "./addresses";

/**
 * The largest and the smallest block AWS accepts for a VPC and for a subnet
 * (https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html).
 */
const largest = 16;
const smallest = 28;

/** Subnets which are worked out are a /24 in a VPC big enough for eight of them, because that is easy to read. */
const readable = 24;

/** The CIDR of every subnet. */
export interface SubnetPlan {
  /** Holds the temporary NAT gateway and nothing else. */
  readonly public: string;
  /** Holds the load client. */
  readonly client: string;
  /** Hold the containers, one for each availability zone. */
  readonly containers: readonly string[];
}

/** What subnets are planned from. */
export interface SubnetRequest {
  /** Addresses of the VPC, between /16 and /28. */
  readonly vpcCidr: string;
  /** Number of availability zones, 1 to 3. */
  readonly zones: number;
  /** @default the VPC's second block */
  readonly publicSubnetCidr?: string;
  /** @default the VPC's third block */
  readonly clientSubnetCidr?: string;
  /** One for each zone. @default the VPC's fourth and following blocks */
  readonly containerSubnetCidrs?: readonly string[];
}

/** The setting a problem is about, by its name in the configuration. */
export type SubnetField =
  | "vpcCidr"
  | "availabilityZones"
  | "publicSubnetCidr"
  | "clientSubnetCidr"
  | "containerSubnetCidrs";

export interface SubnetProblem {
  readonly field: SubnetField;
  /** What is wrong and what to write instead, in one line. */
  readonly message: string;
  /** A value of the setting without this problem; empty, or an empty list, to have it computed. */
  readonly instead: string;
}

/** Thrown when subnets cannot be worked out at all, because the VPC's own addresses are unusable or too few. */
export class SubnetPlanError extends Error {
  constructor(readonly problems: readonly SubnetProblem[]) {
    super(problems.map(({ field, message }) => `${field}: ${message}`).join("\n"));
    this.name = "SubnetPlanError";
  }
}

/**
 * Decides the CIDR of every subnet: what is asked for, else equal blocks of the VPC in the order public, client,
 * containers. The VPC's first block stays unused, so that for 10.0.0.0/16 they are 10.0.1.0/24, 10.0.2.0/24,
 * 10.0.3.0/24. Throws a `SubnetPlanError` only when a block cannot be worked out; `subnetProblems` judges the result.
 */
export function planSubnets(request: SubnetRequest): SubnetPlan {
  const vpcProblems = problemsOfVpc(request.vpcCidr);
  if (vpcProblems.length > 0) {
    throw new SubnetPlanError([...vpcProblems, ...givenProblems(request)]);
  }
  const vpc = parseCidr(request.vpcCidr);
  const block = (index: number): string => {
    const found = blockAt(vpc, computedPrefix(vpc), index);
    if (found === undefined) {
      throw new SubnetPlanError([tooSmall(request.vpcCidr, request.zones), ...givenProblems(request)]);
    }
    return formatCidr(found);
  };
  return {
    public: request.publicSubnetCidr ?? block(1),
    client: request.clientSubnetCidr ?? block(2),
    containers: request.containerSubnetCidrs ?? Array.from({ length: request.zones }, (_, zone) => block(3 + zone)),
  };
}

/** The prefix length of subnets that are worked out. */
const computedPrefix = (vpc: AddressBlock): number => Math.min(smallest, Math.max(readable, vpc.prefix + 3));

/**
 * Everything AWS would refuse about a plan, all at once: malformed or misaligned CIDRs, sizes out of range, subnets
 * outside the VPC or overlapping each other, and a number of container subnets that is not the number of zones.
 *
 * @param request what the plan was made from: of two subnets that overlap, the one that was given is to be changed
 */
export function subnetProblems(plan: SubnetPlan, request: SubnetRequest): SubnetProblem[] {
  const { vpcCidr, zones } = request;
  const vpcProblems = problemsOfVpc(vpcCidr);
  const vpc = vpcProblems.length === 0 ? parseCidr(vpcCidr) : undefined;
  const problems = [...problemsOfZones(plan, zones), ...vpcProblems];
  const accepted: NamedBlock[] = [];
  for (const subnet of givenLast(plan, request)) {
    const { field, cidr } = subnet;
    const message = blockProblem("subnet", cidr);
    if (message !== undefined) {
      problems.push({ field, message, instead: replaced(plan, subnet, nearestBlock("subnet", cidr), vpc) });
      continue;
    }
    const block = parseCidr(cidr);
    const wrong = [
      ...(vpc === undefined || contains(vpc, block) ? [] : [`is not within the VPC's ${vpcCidr}; write a part of it`]),
      ...accepted
        .filter((earlier) => overlaps(earlier.block, block))
        .map((other) => `overlaps the ${other.label} ${formatCidr(other.block)}; write addresses of its own`),
    ];
    const instead = replaced(plan, subnet, undefined, vpc);
    problems.push(...wrong.map((each) => ({ field, message: `${cidr} ${each}`, instead })));
    accepted.push({ ...subnet, block });
  }
  return problems;
}

function problemsOfVpc(vpcCidr: string): SubnetProblem[] {
  const message = blockProblem("VPC", vpcCidr);
  const instead = nearestBlock("VPC", vpcCidr) ?? "10.0.0.0/16";
  return message === undefined ? [] : [{ field: "vpcCidr", message, instead }];
}

function problemsOfZones({ containers }: SubnetPlan, zones: number): SubnetProblem[] {
  if (!Number.isInteger(zones) || zones < 1 || zones > 3) {
    return [{ field: "availabilityZones", message: `${zones} is not possible; write 1, 2 or 3`, instead: "1" }];
  }
  const message = `${containers.length} given for ${counted(zones, "availability zone")}; write one for each zone`;
  return containers.length === zones ? [] : [{ field: "containerSubnetCidrs", message, instead: "[]" }];
}

/** What is wrong with the given subnets by themselves, so that it need not wait until the VPC is right. */
function givenProblems(request: SubnetRequest): SubnetProblem[] {
  const given = {
    public: request.publicSubnetCidr,
    client: request.clientSubnetCidr,
    containers: request.containerSubnetCidrs,
  };
  return namedSubnets(given).flatMap(({ field, cidr }) => {
    const message = blockProblem("subnet", cidr);
    return message === undefined ? [] : [{ field, message, instead: field === "containerSubnetCidrs" ? "[]" : "" }];
  });
}

/**
 * A setting with another range for one subnet: this one, or a free one of the VPC; nothing, which means computed, when
 * there is none.
 */
function replaced(plan: SubnetPlan, subnet: NamedSubnet, range?: string, vpc?: AddressBlock): string {
  const { field, cidr, index } = subnet;
  const isSound = (candidate: NamedSubnet): boolean => blockProblem("subnet", candidate.cidr) === undefined;
  const taken = namedSubnets(plan)
    .filter((other) => isSound(other) && (other.field !== field || other.index !== index))
    .map((other) => parseCidr(other.cidr));
  const sizes = vpc === undefined ? [] : [...(isSound(subnet) ? [parseCidr(cidr).prefix] : []), computedPrefix(vpc)];
  const free = vpc && sizes.map((prefix) => freeBlock(vpc, prefix, taken)).find((block) => block !== undefined);
  const found = range ?? (free && formatCidr(free));
  if (field !== "containerSubnetCidrs") {
    return found ?? "";
  }
  const containers = found === undefined ? [] : plan.containers.with(index, found);
  return JSON.stringify(containers.some((range) => blockProblem("subnet", range) !== undefined) ? [] : containers);
}

interface NamedSubnet {
  readonly field: SubnetField;
  readonly label: string;
  readonly cidr: string;
  /** Which of its kind it is, from 0. */
  readonly index: number;
}

type NamedBlock = NamedSubnet & { readonly block: AddressBlock };

function namedSubnets(plan: Partial<SubnetPlan>): NamedSubnet[] {
  const named = (field: SubnetField, label: string, cidrs: readonly string[]): NamedSubnet[] =>
    cidrs.map((cidr, index) => ({ field, label, cidr, index }));
  return [
    ...named("publicSubnetCidr", "public subnet", plan.public === undefined ? [] : [plan.public]),
    ...named("clientSubnetCidr", "client subnet", plan.client === undefined ? [] : [plan.client]),
    ...named("containerSubnetCidrs", "container subnet", plan.containers ?? []),
  ];
}

/** The subnets, first those which were worked out. */
function givenLast(plan: SubnetPlan, request: SubnetRequest): NamedSubnet[] {
  const isGiven = ({ field }: NamedSubnet): boolean => request[field as keyof SubnetRequest] !== undefined;
  return namedSubnets(plan).toSorted((one, other) => Number(isGiven(one)) - Number(isGiven(other)));
}

function blockProblem(what: "VPC" | "subnet", cidr: string): string | undefined {
  const problem = cidrProblem(cidr);
  if (problem !== undefined) {
    return problem;
  }
  const { prefix } = parseCidr(cidr);
  return prefix < largest || prefix > smallest
    ? `${cidr} is not a size AWS accepts for a ${what}; write a block from /${largest} to /${smallest}`
    : undefined;
}

/** A text's block, in a size that AWS accepts; nothing when it cannot be read or used. */
function nearestBlock(what: "VPC" | "subnet", cidr: string): string | undefined {
  const prefix = Number(cidr.split("/")[1]);
  const block = blockAround(cidr, Math.min(smallest, Math.max(largest, prefix)));
  return block !== undefined && blockProblem(what, block) === undefined ? block : undefined;
}

function tooSmall(vpcCidr: string, zones: number): SubnetProblem {
  // With the unused first block, four blocks of 16 addresses for one zone, up to six for more.
  const enough = zones === 1 ? 26 : 25;
  const message =
    `${vpcCidr} is too small for ${2 + zones} subnets beside the unused first block; ` +
    `write one from /16 to /${enough}, or give every subnet its addresses`;
  return { field: "vpcCidr", message, instead: blockAround(vpcCidr, enough) ?? "" };
}
