import type { Moment } from "../../network/lease";
import type { Resident } from "../../network/residents";

/** A route of a route table. */
export interface Route {
  readonly destination: string;
  /** What it leads to, in words; nothing for an endpoint, whose service is the destination. */
  readonly target?: string;
  /** The node of the gateway it leads to. */
  readonly node?: string;
  readonly lifetime: Lifetime;
}

/** How long something is there: what nobody should have left there is `unwanted`. */
export type Lifetime = "lasting" | "temporary" | "unwanted";

/** Interface endpoints in the same security groups and subnets. */
export interface EndpointGroup {
  readonly node: string;
  readonly services: readonly string[];
  readonly groups: readonly string[];
}

/** A NAT gateway, in a subnet, or an internet gateway, which the VPC has. */
export interface Gateway {
  readonly node: string;
  readonly kind: "NAT gateway" | "internet gateway";
  readonly subnet?: string;
  readonly lifetime: Lifetime;
}

/** Subnets with the same routes, in which the same things are. */
export interface Band {
  readonly subnets: readonly { readonly name: string; readonly cidr: string; readonly zone: string }[];
  readonly routes: readonly Route[];
  readonly residents: readonly Resident[];
  readonly endpoints: readonly EndpointGroup[];
  readonly gateways: readonly Gateway[];
}

/** Who may open connections to whom, by the rules of security groups on both sides, and by routes. */
export interface Connection {
  readonly from: string;
  readonly to: string;
  /** Such as `443`; of other protocols than TCP with their name, such as `udp/53`. */
  readonly port: string;
  /** `blocked`: one side allows it, but the other does not, or there is no route. */
  readonly state: Lifetime | "blocked";
}

/** What is drawn of a stack at a moment. */
export interface Network {
  readonly stack: string;
  readonly region: string;
  readonly moment: Moment;
  readonly hasTemporaryEgress: boolean;
  readonly cidr: string;
  readonly bands: readonly Band[];
  readonly internetGateways: readonly Gateway[];
  readonly gatewayEndpoints: readonly { readonly node: string; readonly service: string }[];
  /** Address ranges outside which rules name, but for the whole internet. A proxy sends traces on to X-Ray. */
  readonly addresses: readonly { readonly node: string; readonly cidr: string; readonly isProxy: boolean }[];
  readonly connections: readonly Connection[];
}

/** The node of the internet in connections. */
export const internet = "internet";
