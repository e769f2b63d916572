import { type AddressBlock, blockAt, cidrProblem, contains, formatCidr, overlaps, parseCidr } from "./addresses";

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
  const vpcProblem = blockProblem("VPC", request.vpcCidr);
  if (vpcProblem !== undefined) {
    throw new SubnetPlanError([{ field: "vpcCidr", message: vpcProblem }, ...givenProblems(request)]);
  }
  const vpc = parseCidr(request.vpcCidr);
  const prefix = Math.min(smallest, Math.max(readable, vpc.prefix + 3));
  const block = (index: number): string => {
    const found = blockAt(vpc, prefix, index);
    if (found === undefined) {
      const message = tooSmall(request.vpcCidr, request.zones);
      throw new SubnetPlanError([{ field: "vpcCidr", message }, ...givenProblems(request)]);
    }
    return formatCidr(found);
  };
  return {
    public: request.publicSubnetCidr ?? block(1),
    client: request.clientSubnetCidr ?? block(2),
    containers: request.containerSubnetCidrs ?? Array.from({ length: request.zones }, (_, zone) => block(3 + zone)),
  };
}

/**
 * Everything AWS would refuse about a plan, all at once: malformed or misaligned CIDRs, sizes out of range, subnets
 * outside the VPC or overlapping each other, and a number of container subnets that is not the number of zones.
 */
export function subnetProblems(plan: SubnetPlan, vpcCidr: string, zones: number): SubnetProblem[] {
  const problems: SubnetProblem[] = [];
  if (!Number.isInteger(zones) || zones < 1 || zones > 3) {
    problems.push({ field: "availabilityZones", message: `${zones} is not possible; write 1, 2 or 3` });
  } else if (plan.containers.length !== zones) {
    const message = `${plan.containers.length} given for ${zones} availability zones; write one for each zone`;
    problems.push({ field: "containerSubnetCidrs", message });
  }
  const vpcProblem = blockProblem("VPC", vpcCidr);
  if (vpcProblem !== undefined) {
    problems.push({ field: "vpcCidr", message: vpcProblem });
  }
  const vpc = vpcProblem === undefined ? parseCidr(vpcCidr) : undefined;
  const accepted: { label: string; block: AddressBlock }[] = [];
  for (const { field, label, cidr } of namedSubnets(plan)) {
    const problem = blockProblem("subnet", cidr);
    if (problem !== undefined) {
      problems.push({ field, message: problem });
      continue;
    }
    const block = parseCidr(cidr);
    if (vpc !== undefined && !contains(vpc, block)) {
      problems.push({ field, message: `${cidr} is not within the VPC's ${vpcCidr}; write a part of it` });
    }
    for (const other of accepted.filter((earlier) => overlaps(earlier.block, block))) {
      const message = `${cidr} overlaps the ${other.label} ${formatCidr(other.block)}; write addresses of its own`;
      problems.push({ field, message });
    }
    accepted.push({ label, block });
  }
  return problems;
}

/** What is wrong with the given subnets by themselves, so that it need not wait until the VPC is right. */
function givenProblems(request: SubnetRequest): SubnetProblem[] {
  const given = namedSubnets({
    public: request.publicSubnetCidr,
    client: request.clientSubnetCidr,
    containers: request.containerSubnetCidrs,
  });
  return given.flatMap(({ field, cidr }) => {
    const message = blockProblem("subnet", cidr);
    return message === undefined ? [] : [{ field, message }];
  });
}

interface NamedSubnet {
  readonly field: SubnetField;
  readonly label: string;
  readonly cidr: string;
}

function namedSubnets(plan: Partial<SubnetPlan>): NamedSubnet[] {
  const named = (field: SubnetField, label: string, cidrs: readonly string[]): NamedSubnet[] =>
    cidrs.map((cidr) => ({ field, label, cidr }));
  return [
    ...named("publicSubnetCidr", "public subnet", plan.public === undefined ? [] : [plan.public]),
    ...named("clientSubnetCidr", "client subnet", plan.client === undefined ? [] : [plan.client]),
    ...named("containerSubnetCidrs", "container subnet", plan.containers ?? []),
  ];
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

function tooSmall(vpcCidr: string, zones: number): string {
  const subnets = `${2 + zones} subnets beside the unused first block`;
  return `${vpcCidr} is too small for ${subnets}; write one from /16 to /25, or give every subnet its addresses`;
}
