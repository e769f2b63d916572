import type { Address, EC2, InternetGateway, NatGateway, SecurityGroupRule, Tag } from "@aws-sdk/client-ec2";
import type { Scheduler } from "@aws-sdk/client-scheduler";
import { errorCode } from "../dynamicProvider/awsErrors";
import { type Billed, type Lease, scheduleNameOf } from "./settings";

export interface DefaultRoute {
  readonly routeTableId: string;
  /** The gateway it leads to, or whatever else it leads to. */
  readonly target: string;
  /** `blackhole` when its target is gone. */
  readonly state: "active" | "blackhole";
}

/** What there is of a lease in AWS, and what there is of others in its way. */
export interface Inventory {
  /** The lease's own. */
  readonly internetGateways: readonly InternetGateway[];
  /** Ids of the internet gateways of others, attached or not. */
  readonly otherInternetGateways: readonly string[];
  readonly addresses: readonly Address[];
  /** The lease's own; AWS shows deleted ones for about an hour. */
  readonly natGateways: readonly NatGateway[];
  /** Ids of the NAT gateways of others in the same VPC. */
  readonly otherNatGateways: readonly string[];
  /** The default routes of the route tables which the lease was given, whoever made them. */
  readonly defaultRoutes: readonly DefaultRoute[];
  readonly egressRules: readonly SecurityGroupRule[];
  /** What the schedules of the dead man's switch take away, by id; there is one for each that is set. */
  readonly schedules: { readonly [billed in Billed]?: string };
}

export const nothingFound: Inventory = {
  internetGateways: [],
  otherInternetGateways: [],
  addresses: [],
  natGateways: [],
  otherNatGateways: [],
  defaultRoutes: [],
  egressRules: [],
  schedules: {},
};

/** A lease, and the clients with which AWS is called about it. */
export interface ConnectedLease extends Lease {
  readonly ec2: EC2;
  readonly scheduler: Scheduler;
}

export const everywhere = "0.0.0.0/0";

type Look = (lease: ConnectedLease) => Promise<Partial<Inventory>>;

/** Objects with the lease's tag, and all others. */
function byOwner<T extends { Tags?: Tag[] }>(objects: readonly T[], { tagKey, leaseId }: Lease): [T[], T[]] {
  const isOurs = ({ Tags = [] }: T) => Tags.some(({ Key, Value }) => Key === tagKey && Value === leaseId);
  return [objects.filter(isOurs), objects.filter((object) => !isOurs(object))];
}

/** The filter for objects with the lease's tag. */
function ours({ tagKey, leaseId }: Lease) {
  return { Filters: [{ Name: `tag:${tagKey}`, Values: [leaseId] }] };
}

/** One call for each kind of object. What is looked up by filter and not by id is merely absent when it is gone. */
export const looks: { readonly [kind in keyof Omit<Inventory, "otherInternetGateways" | "otherNatGateways">]: Look } = {
  // All of the region's: a dead route of others may lead to one which is detached for a moment.
  async internetGateways(lease) {
    const { InternetGateways = [] } = await lease.ec2.describeInternetGateways({});
    const [internetGateways, others] = byOwner(InternetGateways, lease);
    return { internetGateways, otherInternetGateways: others.map(({ InternetGatewayId: id = "" }) => id) };
  },

  async addresses(lease) {
    return { addresses: (await lease.ec2.describeAddresses(ours(lease))).Addresses ?? [] };
  },

  // All of the VPC's, not just the tagged ones: a dead route is replaced only if it does not lead to a gateway of
  // others.
  async natGateways(lease) {
    const { vpcId } = lease.settings.network;
    const answer = await lease.ec2.describeNatGateways({ Filter: [{ Name: "vpc-id", Values: [vpcId] }] });
    const [natGateways, others] = byOwner(answer.NatGateways ?? [], lease);
    return { natGateways, otherNatGateways: others.map(({ NatGatewayId: id = "" }) => id) };
  },

  async defaultRoutes({ ec2, settings: { network } }) {
    const answer = await ec2.describeRouteTables({
      Filters: [{ Name: "route-table-id", Values: [network.publicRouteTableId, ...network.privateRouteTableIds] }],
    });
    const defaultRoutes = (answer.RouteTables ?? []).flatMap((table) =>
      (table.Routes ?? [])
        .filter((route) => route.DestinationCidrBlock === everywhere)
        .map(
          (route): DefaultRoute => ({
            routeTableId: table.RouteTableId ?? "",
            target: route.NatGatewayId ?? route.GatewayId ?? route.TransitGatewayId ?? route.NetworkInterfaceId ?? "?",
            state: route.State === "blackhole" ? "blackhole" : "active",
          }),
        ),
    );
    return { defaultRoutes };
  },

  // By tag alone: rules on groups which the lease is no longer given are found as well.
  async egressRules(lease) {
    return { egressRules: (await lease.ec2.describeSecurityGroupRules(ours(lease))).SecurityGroupRules ?? [] };
  },

  // Schedules have no tags, but a name of our choice.
  async schedules({ scheduler, leaseId }) {
    const natGateway = await targetOf(scheduler, scheduleNameOf(leaseId, "natGateway"));
    const address = await targetOf(scheduler, scheduleNameOf(leaseId, "address"));
    return {
      schedules: {
        ...(natGateway === undefined ? {} : { natGateway }),
        ...(address === undefined ? {} : { address }),
      },
    };
  },
};

/** The id of what a schedule takes away; nothing when there is no such schedule. */
async function targetOf(scheduler: Scheduler, name: string): Promise<string | undefined> {
  try {
    const { Target } = await scheduler.getSchedule({ Name: name });
    return /"((?:nat|eipalloc)-[^"]*)"/.exec(Target?.Input ?? "")?.[1] ?? "";
  } catch (error) {
    if (errorCode(error) === "ResourceNotFoundException") {
      return undefined;
    }
    throw error;
  }
}

export type Kind = keyof typeof looks;
export const allKinds = Object.keys(looks) as Kind[];

/** Gateways which exist, cost money, or hold an address. */
export function undeleted({ natGateways }: Inventory): NatGateway[] {
  return natGateways.filter(({ State }) => State !== "deleted");
}

/** The gateway which is or will be usable. */
export function liveNatGateway({ natGateways }: Inventory): NatGateway | undefined {
  return natGateways.find(({ State }) => State === "available") ?? natGateways.find(({ State }) => State === "pending");
}

/** The address which a NAT gateway holds. */
export function allocationOf(gateway: NatGateway | undefined): string | undefined {
  return gateway?.NatGatewayAddresses?.[0]?.AllocationId;
}

/** Ids of what costs money by the hour and has no schedule that takes it away. */
export function unguarded({ addresses, natGateways, schedules }: Inventory): string[] {
  const live = natGateways.filter(({ State }) => State === "available" || State === "pending");
  return [
    ...live.map(({ NatGatewayId: id = "" }) => id).filter((id) => id !== schedules.natGateway),
    ...addresses.map(({ AllocationId: id = "" }) => id).filter((id) => id !== schedules.address),
  ];
}

/**
 * Whose a default route is. Routes carry no tags, so its target tells: `lease` when that is one of ours, `stale` when
 * the route is dead and its gateway gone without a trace, which is what our own leaves when somebody deletes it by
 * hand.
 */
export function ownerOf({ target, state }: DefaultRoute, inventory: Inventory): "lease" | "stale" | "other" {
  const isOurs =
    inventory.internetGateways.some(({ InternetGatewayId }) => InternetGatewayId === target) ||
    inventory.natGateways.some(({ NatGatewayId }) => NatGatewayId === target);
  if (isOurs) {
    return "lease";
  }
  const others = [...inventory.otherInternetGateways, ...inventory.otherNatGateways];
  return state === "blackhole" && /^(igw|nat)-/.test(target) && !others.includes(target) ? "stale" : "other";
}

/** True when nothing lets these route tables and any security group out by the lease. */
export function isCutOff(inventory: Inventory, routeTableIds: readonly string[]): boolean {
  const routes = inventory.defaultRoutes.filter(({ routeTableId }) => routeTableIds.includes(routeTableId));
  return inventory.egressRules.length === 0 && routes.every((route) => ownerOf(route, inventory) === "other");
}

/** True when nothing of the lease is left. */
export function isReleased(inventory: Inventory): boolean {
  return (
    inventory.internetGateways.length === 0 &&
    inventory.addresses.length === 0 &&
    undeleted(inventory).length === 0 &&
    Object.keys(inventory.schedules).length === 0 &&
    isCutOff(
      inventory,
      inventory.defaultRoutes.map(({ routeTableId }) => routeTableId),
    )
  );
}
