import { must } from "./awsProtocol";
import type { Filter, Tags } from "./ec2DoubleRequest";
import type { Schedule } from "./schedulerDouble";

export interface InternetGateway {
  vpcId?: string;
  /** While AWS has taken the call but not attached it yet. */
  attaching?: true;
  tags: Tags;
}

export interface Address {
  publicIp: string;
  tags: Tags;
}

export interface NatGateway {
  vpcId: string;
  subnetId: string;
  /** Empty for a private NAT gateway, which has no public address. */
  allocationId: string;
  state: "pending" | "available" | "failed" | "deleting" | "deleted";
  failureCode?: string;
  failureMessage?: string;
  tags: Tags;
}

export interface RouteTable {
  vpcId: string;
  /** Targets by destination. */
  routes: Record<string, string>;
}

export interface Rule {
  groupId: string;
  protocol: string;
  fromPort: number;
  toPort: number;
  cidr: string;
  description?: string;
  tags: Tags;
}

/** All there is in the account, by id: plain data, so that two moments can be compared. */
export interface Ec2Inventory {
  vpcs: string[];
  /** VPC of each subnet. */
  subnets: Record<string, string>;
  /** VPC of each security group. */
  securityGroups: Record<string, string>;
  internetGateways: Record<string, InternetGateway>;
  addresses: Record<string, Address>;
  natGateways: Record<string, NatGateway>;
  routeTables: Record<string, RouteTable>;
  rules: Record<string, Rule>;
  /** By name. */
  schedules: Record<string, Schedule>;
}

/** How long things take in the account, in seconds of its own clock. */
export interface Ec2Times {
  /** From `pending` to `available`. */
  natGatewayCreation: number;
  /** From `deleting` to `deleted`. */
  natGatewayDeletion: number;
  /** For which a deleted NAT gateway still shows. */
  natGatewayAfterlife: number;
  /** From the call which attaches an internet gateway until it is `available`. */
  attachment: number;
  /** Until what was made shows in other calls. */
  visibility: number;
  /** For which an address counts as in use after its NAT gateway is deleted. */
  disassociation: number;
  /** By which calls that describe show what was, instead of what is. */
  lateness: number;
}

/** The account at a moment that is over. */
interface Moment {
  readonly at: number;
  readonly objects: Ec2Inventory;
  readonly inUse: ReadonlyMap<string, string>;
}

type Kind = "internetGateways" | "addresses" | "natGateways" | "rules";

/** The state of an AWS account's VPC part, which changes by calls and as time goes by. */
export class Ec2Account {
  private made = 0;
  /** When an object becomes visible, by id. */
  private readonly visibleAt = new Map<string, number>();
  private readonly due: { at: number; happen: () => void }[] = [];
  /** NAT gateways by client token. */
  readonly tokens = new Map<string, { parameters: string; id: string }>();
  /** Client tokens with which schedules were made, by their names. */
  readonly scheduleTokens = new Map<string, string>();
  /** What schedules could not take away, by the queue that was told. */
  readonly deadLetters: { queue: string; target: string }[] = [];
  /** The failures of the next NAT gateways to be made. */
  readonly nextFailures: { code: string; message: string }[] = [];
  /** Addresses in use, by the NAT gateway. */
  readonly inUse = new Map<string, string>();
  /** Kept only when answers are late. */
  private readonly past: Moment[] = [];

  constructor(
    readonly objects: Ec2Inventory,
    readonly times: Ec2Times,
    readonly now: () => number,
  ) {
    for (const [id, gateway] of Object.entries(objects.natGateways)) {
      if (gateway.allocationId !== "") this.inUse.set(gateway.allocationId, id);
    }
  }

  /** To be called after each call: what late answers show. */
  remember(): void {
    if (this.times.lateness > 0) {
      this.past.push({ at: this.now(), objects: structuredClone(this.objects), inUse: new Map(this.inUse) });
    }
  }

  /** The account as calls that describe show it. */
  asShown(): Ec2Account {
    const { lateness } = this.times;
    const moment = this.past.findLast(({ at }) => at <= this.now() - lateness) ?? this.past[0];
    return lateness === 0 || moment === undefined ? this : Object.assign(Object.create(this), moment);
  }

  /** Lets happen what is due by now. */
  advance(): void {
    const now = this.now();
    for (const event of this.due.filter(({ at }) => at <= now).sort((a, b) => a.at - b.at)) {
      this.due.splice(this.due.indexOf(event), 1);
      event.happen();
    }
  }

  later(seconds: number, happen: () => void): void {
    this.due.push({ at: this.now() + seconds, happen });
  }

  newId(prefix: string): string {
    this.made += 1;
    return `${prefix}-0${this.made.toString(16).padStart(16, "0")}`;
  }

  /** Notes an object that was made, which others may see only later. */
  add<K extends Kind>(kind: K, id: string, object: Ec2Inventory[K][string]): void {
    (this.objects[kind] as Record<string, unknown>)[id] = object;
    this.visibleAt.set(id, this.now() + this.times.visibility);
  }

  /** An object by id, if it is visible. */
  find<K extends Kind>(kind: K, id: string): Ec2Inventory[K][string] | undefined {
    const objects = this.objects[kind] as Record<string, Ec2Inventory[K][string]>;
    return this.now() >= (this.visibleAt.get(id) ?? 0) ? objects[id] : undefined;
  }

  get<K extends Kind>(kind: K, id: string, notFound: string): Ec2Inventory[K][string] {
    const found = this.find(kind, id);
    must(found !== undefined, notFound, `The ID '${id}' does not exist`);
    return found;
  }

  /** The visible objects that pass all filters; `facts` tells what an object has for a filter's name, if not tags. */
  select<K extends Kind>(
    kind: K,
    filters: readonly Filter[],
    facts: (object: Ec2Inventory[K][string], id: string) => Readonly<Record<string, string>>,
  ): [string, Ec2Inventory[K][string]][] {
    return Object.keys(this.objects[kind]).flatMap((id): [string, Ec2Inventory[K][string]][] => {
      const object = this.find(kind, id);
      if (object === undefined) return [];
      const passes = filters.every(({ name, values }) => {
        const value = name.startsWith("tag:") ? (object.tags[name.slice(4)] ?? "") : facts(object, id)[name];
        must(value !== undefined, "InvalidParameterValue", `The filter '${name}' is invalid`);
        return values.includes(value);
      });
      return passes ? [[id, object]] : [];
    });
  }

  /** A route is a black hole when the gateway it leads to is gone. */
  routeState(target: string, vpcId: string): "active" | "blackhole" {
    if (target.startsWith("igw-")) {
      return this.objects.internetGateways[target]?.vpcId === vpcId ? "active" : "blackhole";
    }
    if (target.startsWith("nat-")) {
      const state = this.objects.natGateways[target]?.state;
      return state === "available" || state === "deleting" ? "active" : "blackhole";
    }
    return "active";
  }

  /** Attaches an internet gateway whose VPC is noted. */
  attach(gateway: InternetGateway): void {
    if (this.times.attachment > 0) {
      gateway.attaching = true;
      this.later(this.times.attachment, () => delete gateway.attaching);
    }
  }

  /** Starts a NAT gateway, which turns `available` or `failed` in time. */
  startNatGateway(id: string, failed?: { code: string; message: string }): void {
    this.later(this.times.natGatewayCreation, () => {
      const gateway = this.objects.natGateways[id];
      if (gateway?.state !== "pending") return;
      const attached = Object.values(this.objects.internetGateways).some(({ vpcId }) => vpcId === gateway.vpcId);
      const failure = attached
        ? (failed ?? this.nextFailures.shift())
        : { code: "Gateway.NotAttached", message: `Network ${gateway.vpcId} has no Internet gateway attached` };
      if (failure === undefined) {
        gateway.state = "available";
      } else {
        Object.assign(gateway, { state: "failed", failureCode: failure.code, failureMessage: failure.message });
      }
    });
  }

  endNatGateway(id: string, gateway: NatGateway): void {
    gateway.state = "deleting";
    this.later(this.times.natGatewayDeletion, () => {
      gateway.state = "deleted";
      this.later(this.times.disassociation, () => {
        if (this.inUse.get(gateway.allocationId) === id) this.inUse.delete(gateway.allocationId);
      });
      this.later(this.times.natGatewayAfterlife, () => delete this.objects.natGateways[id]);
    });
  }

  /** What there is, without NAT gateways that only show after their deletion. */
  inventory(): Ec2Inventory {
    this.advance();
    const copy: Ec2Inventory = structuredClone(this.objects);
    for (const [id, { state }] of Object.entries(copy.natGateways)) {
      if (state === "deleted") delete copy.natGateways[id];
    }
    return copy;
  }
}
