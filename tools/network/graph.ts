import type { Range } from "./ranges";
import type { Rule } from "./rules";

/** Something that opens or takes connections: a network interface in the VPC, or addresses outside. */
export interface NetworkNode {
  /** Such as `hello`; tasks of one service share it, and so do the interfaces of an endpoint. */
  readonly name: string;
  /** Of all nodes with the name, which one. */
  readonly index: number;
  readonly kind: "service" | "instance" | "interface endpoint" | "gateway endpoint" | "private addresses" | "internet";
  /** The address with which it is tried; AWS chooses others. */
  readonly address: number;
  /** The subnet it is in; nothing for what is outside the VPC. */
  readonly subnet?: string;
  /** Its security groups. */
  readonly groups: readonly string[];
  /** Whether it has a public address as well; of addresses outside, whether they are public. */
  readonly isPublic: boolean;
  /** The prefix list whose addresses these are. */
  readonly prefixList?: string;
}

/** What a route leads to. */
export type Target =
  | { readonly kind: "local" | "gateway endpoint" | "internet gateway" }
  /** With no subnet, it is not in the program, and what it reaches is assumed to be everything. */
  | { readonly kind: "NAT gateway"; readonly subnet?: string }
  /** A peering connection, a transit gateway and the like: what is behind is not the program's. */
  | { readonly kind: "other" };

export interface Route {
  readonly destination: Range;
  readonly target: Target;
  /** Such as `0.0.0.0/0 to the NAT gateway nat-1`. */
  readonly text: string;
}

/** An entry of a network ACL; the one with the lowest number that fits decides. */
export interface AclEntry {
  readonly direction: "ingress" | "egress";
  readonly number: number;
  readonly isAllowed: boolean;
  /** Such as `tcp`; `-1` is every protocol. */
  readonly protocol: string;
  readonly ports: Range;
  readonly addresses: Range;
}

export interface GraphSubnet {
  readonly id: string;
  readonly addresses: Range;
  readonly routes: readonly Route[];
  /** Entries of its network ACL; nothing for the VPC's default one, which allows everything. */
  readonly acl?: readonly AclEntry[];
}

/** A rule as packets meet it. */
export interface GraphRule extends Pick<Rule, "group" | "direction" | "protocol" | "peer" | "resource"> {
  readonly ports: Range;
  /** The addresses of the peer, where it is addresses. */
  readonly addresses?: Range;
}

/** All that decides who reaches whom at a moment. */
export interface NetworkGraph {
  readonly nodes: readonly NetworkNode[];
  readonly subnets: readonly GraphSubnet[];
  readonly rules: readonly GraphRule[];
  /** By protocol, the ports that something names or listens on. */
  readonly ports: ReadonlyMap<string, readonly Range[]>;
}

/** All ports that something can listen on. */
export const allPorts: Range = { first: 1, last: 65535 };
