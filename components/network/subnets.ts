import type { Problem } from "../problem";
import { counted } from "../words";
import { AddressBlock } from "./addresses";

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
interface SubnetRequest {
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

/** A plan, or what is wrong with what it was to be made from. */
type PlannedSubnets =
  | { readonly plan: SubnetPlan; readonly problems?: undefined }
  | { readonly plan?: undefined; readonly problems: readonly Problem[] };

/**
 * Decides the CIDR of every subnet: what is asked for, else equal blocks of the VPC in the order public, client,
 * containers. The VPC's first block stays unused, so that for 10.0.0.0/16 they are 10.0.1.0/24, 10.0.2.0/24,
 * 10.0.3.0/24.
 *
 * @returns the plan, or everything AWS would refuse about it, all at once: malformed or misaligned CIDRs, sizes out of
 * range, subnets outside the VPC or overlapping each other, and a number of container subnets that is not the number of
 * zones
 */
export function planSubnets(request: SubnetRequest): PlannedSubnets {
  const { vpcCidr, zones } = request;
  const vpcProblems = problemsOfVpc(vpcCidr);
  if (vpcProblems.length > 0) {
    return { problems: [...vpcProblems, ...givenProblems(request)] };
  }
  const vpc = AddressBlock.parse(vpcCidr);
  const computed = (index: number): string | undefined => {
    return vpc.part(computedPrefix(vpc), index)?.toString();
  };
  const publicSubnet = request.publicSubnetCidr ?? computed(1);
  const client = request.clientSubnetCidr ?? computed(2);
  const containers: readonly (string | undefined)[] =
    request.containerSubnetCidrs ?? Array.from({ length: zones }, (_, zone) => computed(3 + zone));
  if (publicSubnet === undefined || client === undefined || !containers.every((cidr) => cidr !== undefined)) {
    return { problems: [tooSmall(vpcCidr, zones), ...givenProblems(request)] };
  }
  const plan = { public: publicSubnet, client, containers };
  const problems = [...problemsOfZones(plan, zones), ...problemsOfBlocks(plan, request, vpc)];
  return problems.length > 0 ? { problems } : { plan };
}

/** The prefix length of subnets that are worked out. */
const computedPrefix = (vpc: AddressBlock): number => Math.min(smallest, Math.max(readable, vpc.prefix + 3));

/** What is wrong with the subnets of a VPC; of two that overlap, the one that was given is to be changed. */
function problemsOfBlocks(plan: SubnetPlan, request: SubnetRequest, vpc: AddressBlock): Problem[] {
  const problems: Problem[] = [];
  const accepted: NamedBlock[] = [];
  for (const subnet of givenLast(plan, request)) {
    const { property, cidr } = subnet;
    const wrong = blockProblem("subnet", cidr);
    if (wrong !== undefined) {
      problems.push({ property, wrong, instead: replaced(plan, subnet, vpc, nearestBlock("subnet", cidr)) });
      continue;
    }
    const block = AddressBlock.parse(cidr);
    const reasons = [
      ...(vpc.contains(block) ? [] : [`is not within the VPC's ${request.vpcCidr}; write a part of it`]),
      ...accepted
        .filter((earlier) => earlier.block.overlaps(block))
        .map((other) => `overlaps the ${other.label} ${other.block}; write addresses of its own`),
    ];
    const instead = replaced(plan, subnet, vpc);
    problems.push(...reasons.map((reason) => ({ property, wrong: `${cidr} ${reason}`, instead })));
    accepted.push({ ...subnet, block });
  }
  return problems;
}

function problemsOfVpc(vpcCidr: string): Problem[] {
  const wrong = blockProblem("VPC", vpcCidr);
  const instead = nearestBlock("VPC", vpcCidr) ?? "10.0.0.0/16";
  return wrong === undefined ? [] : [{ property: "vpcCidr", wrong, instead }];
}

function problemsOfZones({ containers }: SubnetPlan, zones: number): Problem[] {
  if (!Number.isInteger(zones) || zones < 1 || zones > 3) {
    return [{ property: "availabilityZones", wrong: `${zones} is not possible; write 1, 2 or 3`, instead: "1" }];
  }
  const wrong = `${containers.length} given for ${counted(zones, "availability zone")}; write one for each zone`;
  return containers.length === zones ? [] : [{ property: "containerSubnetCidrs", wrong, instead: "[]" }];
}

/** What is wrong with the given subnets by themselves, so that it need not wait until the VPC is right. */
function givenProblems({ publicSubnetCidr, clientSubnetCidr, containerSubnetCidrs }: SubnetRequest): Problem[] {
  const given = { public: publicSubnetCidr, client: clientSubnetCidr, containers: containerSubnetCidrs };
  return namedSubnets(given).flatMap(({ property, cidr }) => {
    const wrong = blockProblem("subnet", cidr);
    return wrong === undefined ? [] : [{ property, wrong, instead: property === "containerSubnetCidrs" ? "[]" : "" }];
  });
}

/**
 * A setting with another range for one subnet: this one, or a free one of the VPC; nothing, which means computed, when
 * there is none.
 */
function replaced(plan: SubnetPlan, subnet: NamedSubnet, vpc: AddressBlock, range?: string): string {
  const { property, cidr, index } = subnet;
  const isSound = (candidate: NamedSubnet): boolean => blockProblem("subnet", candidate.cidr) === undefined;
  const taken = namedSubnets(plan)
    .filter((other) => isSound(other) && (other.property !== property || other.index !== index))
    .map((other) => AddressBlock.parse(other.cidr));
  const sizes = [...(isSound(subnet) ? [AddressBlock.parse(cidr).prefix] : []), computedPrefix(vpc)];
  const free = sizes.map((prefix) => vpc.freePart(prefix, taken)).find((block) => block !== undefined);
  const found = range ?? free?.toString();
  if (property !== "containerSubnetCidrs") {
    return found ?? "";
  }
  const containers = found === undefined ? [] : plan.containers.with(index, found);
  return JSON.stringify(containers.some((each) => blockProblem("subnet", each) !== undefined) ? [] : containers);
}

interface NamedSubnet {
  /** The setting it is given by. */
  readonly property: "publicSubnetCidr" | "clientSubnetCidr" | "containerSubnetCidrs";
  readonly label: string;
  readonly cidr: string;
  /** Which of its kind it is, from 0. */
  readonly index: number;
}

type NamedBlock = NamedSubnet & { readonly block: AddressBlock };

function namedSubnets(plan: Partial<SubnetPlan>): NamedSubnet[] {
  const named = (property: NamedSubnet["property"], label: string, cidrs: readonly string[]): NamedSubnet[] =>
    cidrs.map((cidr, index) => ({ property, label, cidr, index }));
  return [
    ...named("publicSubnetCidr", "public subnet", plan.public === undefined ? [] : [plan.public]),
    ...named("clientSubnetCidr", "client subnet", plan.client === undefined ? [] : [plan.client]),
    ...named("containerSubnetCidrs", "container subnet", plan.containers ?? []),
  ];
}

/** The subnets, first those which were worked out. */
function givenLast(plan: SubnetPlan, request: SubnetRequest): NamedSubnet[] {
  const isGiven = ({ property }: NamedSubnet): boolean => request[property] !== undefined;
  return namedSubnets(plan).toSorted((one, other) => Number(isGiven(one)) - Number(isGiven(other)));
}

function blockProblem(what: "VPC" | "subnet", cidr: string): string | undefined {
  const problem = AddressBlock.problem(cidr);
  if (problem !== undefined) {
    return problem;
  }
  const { prefix } = AddressBlock.parse(cidr);
  return prefix < largest || prefix > smallest
    ? `${cidr} is not a size AWS accepts for a ${what}; write a block from /${largest} to /${smallest}`
    : undefined;
}

/** A text's block, in a size that AWS accepts; nothing when it cannot be read or used. */
function nearestBlock(what: "VPC" | "subnet", cidr: string): string | undefined {
  const prefix = Number(cidr.split("/")[1]);
  const block = AddressBlock.around(cidr, Math.min(smallest, Math.max(largest, prefix)));
  return block !== undefined && blockProblem(what, block) === undefined ? block : undefined;
}

function tooSmall(vpcCidr: string, zones: number): Problem {
  // With the unused first block, four blocks of 16 addresses for one zone, up to six for more.
  const enough = zones === 1 ? 26 : 25;
  const wrong =
    `${vpcCidr} is too small for ${2 + zones} subnets beside the unused first block; ` +
    `write one from /16 to /${enough}, or give every subnet its addresses`;
  return { property: "vpcCidr", wrong, instead: AddressBlock.around(vpcCidr, enough) ?? "" };
}
