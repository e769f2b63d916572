import type { Address, EC2, InternetGateway, NatGateway, SecurityGroupRule, Tag } from "@aws-sdk/client-ec2";
import type { Scheduler } from "@aws-sdk/client-scheduler";
import { errorCode } from "../dynamicProvider/awsErrors";
import { type Lease, scheduleNameOf } from "./settings";

interface DefaultRoute {
  readonly routeTableId: string;
  /** The gateway it leads to, or whatever else it leads to. */
  readonly target: string;
  /** `blackhole` when its target is gone. */
  readonly state: "active" | "blackhole";
}

/** What there is of a lease in AWS, and what other owners have in its way. */
export class Inventory {
  /** The lease's own. */
  internetGateways: readonly InternetGateway[];
  /** Ids of other owners' internet gateways, attached or not. */
  otherInternetGateways: readonly string[];
  addresses: readonly Address[];
  /** The lease's own; AWS shows deleted ones for about an hour. */
  natGateways: readonly NatGateway[];
  /** Ids of other owners' NAT gateways in the same VPC. */
  otherNatGateways: readonly string[];
  /** The default routes of the route tables which the lease was given, whoever made them. */
  defaultRoutes: readonly DefaultRoute[];
  egressRules: readonly SecurityGroupRule[];
  /** What the schedules of the dead man's switch delete, by id; there is one for each that is set. */
  schedules: { readonly natGateway?: string; readonly address?: string };

  /** Empty. Pulumi serialises constructors and methods, but not the initial values of fields. */
  constructor() {
    this.internetGateways = [];
    this.otherInternetGateways = [];
    this.addresses = [];
    this.natGateways = [];
    this.otherNatGateways = [];
    this.defaultRoutes = [];
    this.egressRules = [];
    this.schedules = {};
  }

  /** NAT gateways which exist, cost money, or hold an address. */
  get undeletedNatGateways(): NatGateway[] {
    return this.natGateways.filter(({ State }) => State !== "deleted");
  }

  /** The NAT gateway which is or will be usable. */
  get liveNatGateway(): NatGateway | undefined {
    const inState = (state: NatGateway["State"]) => this.natGateways.find(({ State }) => State === state);
    return inState("available") ?? inState("pending");
  }

  /** Ids of what costs money by the hour and has no schedule that deletes it. */
  get unguarded(): string[] {
    const live = this.natGateways.filter(({ State }) => State === "available" || State === "pending");
    return [
      ...live.map(({ NatGatewayId: id = "" }) => id).filter((id) => id !== this.schedules.natGateway),
      ...this.addresses.map(({ AllocationId: id = "" }) => id).filter((id) => id !== this.schedules.address),
    ];
  }

  /**
   * Whose a default route is. Routes carry no tags, so its target tells: `lease` when that is one of ours, `stale` when
   * the route is dead and its gateway gone without a trace, which is what our own leaves when somebody deletes it by
   * hand.
   */
  ownerOf({ target, state }: DefaultRoute): "lease" | "stale" | "other" {
    const isOurs =
      this.internetGateways.some(({ InternetGatewayId }) => InternetGatewayId === target) ||
      this.natGateways.some(({ NatGatewayId }) => NatGatewayId === target);
    if (isOurs) {
      return "lease";
    }
    const others = [...this.otherInternetGateways, ...this.otherNatGateways];
    return state === "blackhole" && /^(igw|nat)-/.test(target) && !others.includes(target) ? "stale" : "other";
  }

  /** Whether no default route of these tables, and no egress rule of any security group, is the lease's. */
  isCutOff(routeTableIds: readonly string[]): boolean {
    const routes = this.defaultRoutes.filter(({ routeTableId }) => routeTableIds.includes(routeTableId));
    return this.egressRules.length === 0 && routes.every((route) => this.ownerOf(route) === "other");
  }

  /** Whether nothing of the lease is left. */
  get isReleased(): boolean {
    return (
      this.internetGateways.length === 0 &&
      this.addresses.length === 0 &&
      this.undeletedNatGateways.length === 0 &&
      Object.keys(this.schedules).length === 0 &&
      this.isCutOff(this.defaultRoutes.map(({ routeTableId }) => routeTableId))
    );
  }
}

export const everywhere = "0.0.0.0/0";

/** A lease, and the clients with which AWS is called about it. */
interface ConnectedLease extends Lease {
  readonly ec2: EC2;
  readonly scheduler: Scheduler;
}

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
export const looks = {
  // All of the region's: another owner's dead route may lead to one which is detached for a moment.
  async internetGateways(lease) {
    const { InternetGateways = [] } = await lease.ec2.describeInternetGateways({});
    const [internetGateways, others] = byOwner(InternetGateways, lease);
    return { internetGateways, otherInternetGateways: others.map(({ InternetGatewayId: id = "" }) => id) };
  },

  async addresses(lease) {
    return { addresses: (await lease.ec2.describeAddresses(ours(lease))).Addresses ?? [] };
  },

  // All of the VPC's, not just the tagged ones: a dead route is replaced only if no other owner's gateway is its
  // target.
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
} satisfies Readonly<Record<string, Look>>;

/** The id of what a schedule deletes; nothing when there is no such schedule. */
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
