import type { Problem } from "../problem";
import { counted } from "../words";
import { AddressBlock } from "./addresses";
import type { SubnetPlan } from "./subnets";

/** What has addresses in the container subnets of a stack. */
export interface Tenants {
  /** How many services there are; all run in the same subnets. */
  readonly services: number;
  /** How many tasks of each service run at most. */
  readonly maxTaskCount: number;
  /** How many tasks the connectivity proof runs at the same time. */
  readonly proofTasks: number;
  /** How many interface endpoints the containers use; each has a network interface in every container subnet. */
  readonly interfaceEndpoints: number;
}

/**
 * Says when a container subnet has too few addresses for a deployment, and what has enough: fewer tasks, unless they are
 * fewer than run at least, else other subnets, else another VPC.
 */
export function capacityProblems(
  tenants: Tenants,
  minTaskCount: number,
  { vpcCidr, subnets }: { readonly vpcCidr: string; readonly subnets: SubnetPlan },
): Problem[] {
  const { services, maxTaskCount, proofTasks, interfaceEndpoints } = tenants;
  const possible = tasksWithRoom(tenants, subnets);
  if (possible === maxTaskCount) {
    return [];
  }
  const [smallest = ""] = subnets.containers.toSorted((one, other) => usableAddresses(one) - usableAddresses(other));
  const wrong =
    `${smallest} has ${usableAddresses(smallest)} addresses, but a deployment needs ` +
    `${addressesNeeded(tenants, subnets.containers.length)}: for ${counted(maxTaskCount, "task")} of each of ` +
    `${counted(services, "service")} and as many new ones, ${counted(interfaceEndpoints, "endpoint")} ` +
    `and ${counted(proofTasks, "task")} of the proof`;
  if (possible >= minTaskCount) {
    return [{ property: "maxTaskCount", wrong, instead: possible }];
  }
  const containers = containersWithRoom(tenants, vpcCidr, subnets);
  return containers === undefined
    ? [{ property: "vpcCidr", wrong, instead: AddressBlock.around(vpcCidr, 16) }]
    : [{ property: "containerSubnetCidrs", wrong, instead: JSON.stringify(containers) }];
}

/** AWS keeps four addresses and the last of each (https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html). */
const reserved = 5;

/** How many addresses there are in a range for others than AWS. */
function usableAddresses(cidr: string): number {
  const { first, last } = AddressBlock.parse(cidr);
  return last - first + 1 - reserved;
}

/**
 * How many addresses a container subnet needs. ECS spreads each service's tasks over the zones; a deployment runs as
 * many new tasks beside the old ones (200 %), and the proof's tasks may all come into one zone. Public and client
 * subnet need not be asked: the smallest has room for two NAT gateways, or for two clients and their endpoints.
 *
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html
 */
function addressesNeeded(tenants: Tenants, zones: number): number {
  const { services, maxTaskCount, proofTasks, interfaceEndpoints } = tenants;
  return services * 2 * Math.ceil(maxTaskCount / zones) + proofTasks + interfaceEndpoints;
}

/** The highest `maxTaskCount`, up to this one, for which the smallest container subnet has room; 0 for none. */
function tasksWithRoom(tenants: Tenants, { containers }: SubnetPlan): number {
  const usable = Math.min(...containers.map(usableAddresses));
  const fits = (maxTaskCount: number): boolean =>
    addressesNeeded({ ...tenants, maxTaskCount }, containers.length) <= usable;
  let count = tenants.maxTaskCount;
  while (count > 0 && !fits(count)) {
    count--;
  }
  return count;
}

/** Bigger container subnets, which have room, beside the public and the client subnet; nothing when the VPC has too few addresses. */
function containersWithRoom(tenants: Tenants, vpcCidr: string, plan: SubnetPlan): string[] | undefined {
  const needed = addressesNeeded(tenants, plan.containers.length) + reserved;
  const prefix = 32 - Math.ceil(Math.log2(needed));
  const taken = [plan.public, plan.client].map(AddressBlock.parse);
  const found: string[] = [];
  for (const _zone of plan.containers) {
    const block = AddressBlock.parse(vpcCidr).freePart(prefix, taken);
    if (block === undefined) {
      return undefined;
    }
    taken.push(block);
    found.push(String(block));
  }
  return found;
}
