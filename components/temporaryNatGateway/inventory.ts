import type { EC2, Tag } from "@aws-sdk/client-ec2";
import type { Scheduler } from "@aws-sdk/client-scheduler";
import { errorCode } from "../dynamicProvider/awsErrors";
import { type Billed, type LeaseSettings, leaseTag, scheduleNameOf } from "./leaseInputs";

export interface FoundInternetGateway {
  readonly id: string;
  /** To the lease's VPC, though a route to it may still be refused. */
  readonly attached: boolean;
  /** Whether a route to it can be made. */
  readonly available: boolean;
}

export interface FoundAddress {
  readonly allocationId: string;
  readonly publicIp: string;
  /** Whether something uses it. */
  readonly associated: boolean;
}

export type NatGatewayState = "pending" | "available" | "failed" | "deleting" | "deleted";

export interface FoundNatGateway {
  readonly id: string;
  readonly state: NatGatewayState;
  /** The address it holds. */
  readonly allocationId?: string;
  readonly failureCode?: string;
  readonly failureMessage?: string;
}

export interface FoundRoute {
  readonly routeTableId: string;
  /** The gateway it leads to, or whatever else it leads to. */
  readonly target: string;
  readonly state: "active" | "blackhole";
}

export interface FoundRule {
  readonly id: string;
  readonly groupId: string;
}

/** What there is of a lease in AWS, and what there is of others in its way. */
export interface Inventory {
  /** The lease's own. */
  readonly internetGateways: FoundInternetGateway[];
  /** Internet gateways of others, attached or not. */
  readonly otherInternetGateways: string[];
  readonly addresses: FoundAddress[];
  /** The lease's own; AWS shows deleted ones for about an hour. */
  readonly natGateways: FoundNatGateway[];
  /** NAT gateways of others in the same VPC. */
  readonly otherNatGateways: string[];
  /** The default routes of the route tables which the lease was given, whoever made them. */
  readonly defaultRoutes: FoundRoute[];
  readonly egressRules: FoundRule[];
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

/** What AWS is called with. */
export interface AwsClients {
  readonly ec2: EC2;
  readonly scheduler: Scheduler;
}

export const everywhere = "0.0.0.0/0";

type Look = (aws: AwsClients, leaseId: string, settings: LeaseSettings) => Promise<Partial<Inventory>>;

/** Objects with the lease's tag, and all others. */
function byOwner<T extends { Tags?: Tag[] }>(objects: readonly T[], leaseId: string): [ours: T[], others: T[]] {
  const isOurs = ({ Tags = [] }: T) => Tags.some(({ Key, Value }) => Key === leaseTag && Value === leaseId);
  return [objects.filter(isOurs), objects.filter((object) => !isOurs(object))];
}

/** One call for each kind of object. What is looked up by filter and not by id is merely absent when it is gone. */
export const looks: { readonly [kind in keyof Omit<Inventory, "otherInternetGateways" | "otherNatGateways">]: Look } = {
  // All of the region's: a dead route of others may lead to one which is detached for a moment.
  async internetGateways({ ec2 }, leaseId, { network }) {
    const { InternetGateways = [] } = await ec2.describeInternetGateways({});
    const [ours, others] = byOwner(InternetGateways, leaseId);
    const internetGateways = ours.map(({ InternetGatewayId: id = "", Attachments = [] }) => {
      const attachment = Attachments.find(({ VpcId }) => VpcId === network.vpcId);
      // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InternetGatewayAttachment.html
      const state: string | undefined = attachment?.State;
      return { id, attached: attachment !== undefined, available: state === "available" };
    });
    return { internetGateways, otherInternetGateways: others.map(({ InternetGatewayId: id = "" }) => id) };
  },

  async addresses({ ec2 }, leaseId) {
    const answer = await ec2.describeAddresses({ Filters: [{ Name: `tag:${leaseTag}`, Values: [leaseId] }] });
    const addresses = (answer.Addresses ?? []).map((address) => ({
      allocationId: address.AllocationId ?? "",
      publicIp: address.PublicIp ?? "",
      associated: address.AssociationId !== undefined,
    }));
    return { addresses };
  },

  // All of the VPC's, not just the tagged ones: a dead route is replaced only if it does not lead to a gateway of
  // others.
  async natGateways({ ec2 }, leaseId, { network }) {
    const filter = [{ Name: "vpc-id", Values: [network.vpcId] }];
    const { NatGateways = [] } = await ec2.describeNatGateways({ Filter: filter });
    const [ours, others] = byOwner(NatGateways, leaseId);
    const natGateways = ours.map((gateway) => ({
      id: gateway.NatGatewayId ?? "",
      state: gateway.State ?? "pending",
      allocationId: gateway.NatGatewayAddresses?.[0]?.AllocationId,
      failureCode: gateway.FailureCode,
      failureMessage: gateway.FailureMessage,
    }));
    return { natGateways, otherNatGateways: others.map(({ NatGatewayId: id = "" }) => id) };
  },

  async defaultRoutes({ ec2 }, _leaseId, { network }) {
    const answer = await ec2.describeRouteTables({
      Filters: [{ Name: "route-table-id", Values: [network.publicRouteTableId, ...network.privateRouteTableIds] }],
    });
    const defaultRoutes = (answer.RouteTables ?? []).flatMap((table): FoundRoute[] =>
      (table.Routes ?? [])
        .filter((route) => route.DestinationCidrBlock === everywhere)
        .map((route) => ({
          routeTableId: table.RouteTableId ?? "",
          target: route.NatGatewayId ?? route.GatewayId ?? route.TransitGatewayId ?? route.NetworkInterfaceId ?? "?",
          state: route.State === "blackhole" ? "blackhole" : "active",
        })),
    );
    return { defaultRoutes };
  },

  // By tag alone: rules on groups which the lease is no longer given are found as well.
  async egressRules({ ec2 }, leaseId) {
    const answer = await ec2.describeSecurityGroupRules({
      Filters: [{ Name: `tag:${leaseTag}`, Values: [leaseId] }],
    });
    const egressRules = (answer.SecurityGroupRules ?? []).map((rule) => ({
      id: rule.SecurityGroupRuleId ?? "",
      groupId: rule.GroupId ?? "",
    }));
    return { egressRules };
  },

  // Schedules have no tags, but a name of our choice.
  async schedules({ scheduler }, leaseId) {
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

/** Gateways which exist, cost money, or hold an address. */
export function undeleted(inventory: Inventory): FoundNatGateway[] {
  return inventory.natGateways.filter(({ state }) => state !== "deleted");
}

/** The gateway which is or will be usable. */
export function liveNatGateway(inventory: Inventory): FoundNatGateway | undefined {
  const { natGateways } = inventory;
  return natGateways.find(({ state }) => state === "available") ?? natGateways.find(({ state }) => state === "pending");
}

/** Ids of what costs money by the hour and has no schedule that takes it away. */
export function unguarded(inventory: Inventory): string[] {
  const { addresses, natGateways, schedules } = inventory;
  const live = natGateways.filter(({ state }) => state === "available" || state === "pending");
  return [
    ...live.map(({ id }) => id).filter((id) => id !== schedules.natGateway),
    ...addresses.map(({ allocationId }) => allocationId).filter((id) => id !== schedules.address),
  ];
}

/**
 * Whose a default route is. Routes carry no tags, so its target tells: `lease` when that is one of ours, `stale` when
 * the route is dead and its gateway gone without a trace, which is what our own leaves when somebody deletes it by
 * hand.
 */
export function ownerOf(route: FoundRoute, inventory: Inventory): "lease" | "stale" | "other" {
  const ours = [...inventory.internetGateways, ...inventory.natGateways].map(({ id }) => id);
  if (ours.includes(route.target)) {
    return "lease";
  }
  const others = [...inventory.otherInternetGateways, ...inventory.otherNatGateways];
  const gone = /^(igw|nat)-/.test(route.target) && !others.includes(route.target);
  return route.state === "blackhole" && gone ? "stale" : "other";
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
