import {
  type AclEntry,
  allPorts,
  type GraphRule,
  type GraphSubnet,
  type NetworkGraph,
  type NetworkNode,
  type Route,
} from "./graph";
import { cut, includes, type Range } from "./ranges";

/**
 * What keeps a connection from being opened: no route leads there, or none back; no rule of the source's or the target's
 * security groups, or a network ACL; a gateway that does not carry it; the source is an endpoint, which only answers
 * (https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-access-aws-services.html).
 */
export type Obstacle = "route" | "egress rule" | "ingress rule" | "network ACL" | "gateway" | "endpoint";

/** Whether a connection can be opened, and by what. */
export interface Verdict {
  /** The first thing that keeps it from being opened; nothing when it can be. */
  readonly obstacle?: Obstacle;
  /** The rule of the source, or for a source outside of the target, that allows it. */
  readonly rule?: GraphRule;
  readonly route?: Route;
}

/** Whether one node reaches another on some ports, of which all are alike. */
export interface Reach extends Verdict {
  readonly from: NetworkNode;
  readonly to: NetworkNode;
  readonly protocol: string;
  readonly ports: Range;
}

/** Every node with every other on every port; what is outside with what is outside is not this network's. */
export function reachability(graph: NetworkGraph): Reach[] {
  const ports = [...graph.ports].flatMap(([protocol, named]) =>
    cut(allPorts, named).map((range) => ({ protocol, ports: range })),
  );
  return graph.nodes.flatMap((from) =>
    graph.nodes
      .filter((to) => to !== from && (from.subnet !== undefined || to.subnet !== undefined))
      .flatMap((to) =>
        ports.map((each) => ({ from, to, ...each, ...judge(graph, from, to, each.protocol, each.ports.first) })),
      ),
  );
}

/** Whether one node can open a connection to a port of another. */
export function judge(
  graph: NetworkGraph,
  from: NetworkNode,
  to: NetworkNode,
  protocol: string,
  port: number,
): Verdict {
  const allows = (node: NetworkNode, peer: NetworkNode, direction: GraphRule["direction"]) =>
    ruleFor(graph.rules, node, peer, { direction, protocol, port });
  const [home, destination] = [subnetOf(graph, from), subnetOf(graph, to)];
  if (home === undefined) {
    if (from.kind === "gateway endpoint") return { obstacle: "endpoint" };
    const back = destination && routeTo(destination, from.address);
    const isOpen =
      from.kind === "internet"
        ? back?.target.kind === "internet gateway" && to.isPublic
        : back?.target.kind === "other";
    if (destination === undefined || back === undefined || !isOpen) return { obstacle: "route" };
    if (!crosses([destination, undefined], { from, to, protocol, port })) return { obstacle: "network ACL" };
    const rule = allows(to, from, "ingress");
    return rule === undefined ? { obstacle: "ingress rule" } : { rule, route: back };
  }
  const [route, rule] = [routeTo(home, to.address), allows(from, to, "egress")];
  if (route === undefined) return { obstacle: "route", rule };
  if (from.kind === "interface endpoint") return { obstacle: "endpoint" };
  if (rule === undefined) return { obstacle: "egress rule" };
  const { target } = route;
  if (destination !== undefined) {
    if (target.kind !== "local") return { obstacle: "gateway", rule };
    if (home !== destination && !crosses([destination, home], { from, to, protocol, port })) {
      return { obstacle: "network ACL", rule };
    }
    return allows(to, from, "ingress") === undefined ? { obstacle: "ingress rule", rule } : { rule, route };
  }
  if (!carries(graph, route, from, to)) return { obstacle: "gateway", rule };
  const place = target.kind === "NAT gateway" ? graph.subnets.find(({ id }) => id === target.subnet) : undefined;
  const via = place === home ? undefined : place;
  const attempt = { from, to, protocol, port };
  const isCarried = crosses([via, home], attempt) && crosses([undefined, via], attempt);
  return isCarried ? { rule, route } : { obstacle: "network ACL", rule };
}

function subnetOf({ subnets }: NetworkGraph, { subnet }: NetworkNode): GraphSubnet | undefined {
  return subnets.find(({ id }) => id === subnet);
}

/** The route to an address: the narrowest (https://docs.aws.amazon.com/vpc/latest/userguide/route-tables-priority.html). */
function routeTo({ routes }: GraphSubnet, address: number): Route | undefined {
  const width = ({ destination }: Route) => destination.last - destination.first;
  return routes
    .filter(({ destination }) => includes(destination, address))
    .reduce<Route | undefined>(
      (best, route) => (best !== undefined && width(best) <= width(route) ? best : route),
      undefined,
    );
}

/**
 * Whether what a route leads to takes a connection to addresses outside. An internet gateway takes public addresses on
 * both sides (https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Internet_Gateway.html), a NAT gateway needs a route
 * to one.
 */
function carries({ subnets }: NetworkGraph, { target }: Route, from: NetworkNode, to: NetworkNode): boolean {
  if (target.kind === "other") return true;
  if (target.kind === "gateway endpoint") return to.kind === "gateway endpoint";
  if (target.kind === "internet gateway") return to.isPublic && from.isPublic;
  if (target.kind !== "NAT gateway" || !to.isPublic) return false;
  const place = subnets.find(({ id }) => id === target.subnet);
  const kind = place && routeTo(place, to.address)?.target.kind;
  return place === undefined || kind === "internet gateway" || kind === "gateway endpoint";
}

interface Attempt {
  readonly from: NetworkNode;
  readonly to: NetworkNode;
  readonly protocol: string;
  readonly port: number;
}

/** The rule that allows something; one that lasts rather than one that the temporary NAT gateway adds. */
function ruleFor(
  rules: readonly GraphRule[],
  { groups }: NetworkNode,
  peer: NetworkNode,
  { direction, protocol, port }: Pick<GraphRule, "direction"> & Pick<Attempt, "protocol" | "port">,
): GraphRule | undefined {
  const fitting = rules.filter(
    (rule) =>
      rule.direction === direction &&
      groups.includes(rule.group) &&
      (rule.protocol === "-1" || (rule.protocol === protocol && includes(rule.ports, port))) &&
      (peer.groups.includes(rule.peer) ||
        rule.peer === peer.prefixList ||
        (rule.addresses !== undefined && includes(rule.addresses, peer.address))),
  );
  return fitting.find(({ resource }) => resource !== undefined) ?? fitting[0];
}

/**
 * The ports from which connections are opened: Linux's own, which AWS's documentation names among others
 * (https://docs.aws.amazon.com/vpc/latest/userguide/nacl-ephemeral-ports.html). All must be allowed.
 */
const ephemeral: Range = { first: 32768, last: 60999 };

/**
 * Whether network ACLs let a connection into the one subnet and out of the other, and its answers back: they know no
 * connections (https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html).
 */
function crosses(
  [into, outOf]: readonly [into: GraphSubnet | undefined, outOf: GraphSubnet | undefined],
  { from, to, protocol, port }: Attempt,
): boolean {
  const ports = { first: port, last: port };
  const allow = (subnet: GraphSubnet | undefined, direction: AclEntry["direction"], range: Range, peer: number) =>
    subnet?.acl === undefined || aclAllows(subnet.acl, direction, protocol, range, peer);
  return (
    allow(outOf, "egress", ports, to.address) &&
    allow(into, "ingress", ports, from.address) &&
    allow(into, "egress", ephemeral, from.address) &&
    allow(outOf, "ingress", ephemeral, to.address)
  );
}

function aclAllows(
  acl: readonly AclEntry[],
  direction: AclEntry["direction"],
  protocol: string,
  range: Range,
  address: number,
): boolean {
  const entries = acl.filter(
    (entry) =>
      entry.direction === direction &&
      (entry.protocol === "-1" || entry.protocol === protocol) &&
      includes(entry.addresses, address),
  );
  return cut(
    range,
    entries.map(({ ports }) => ports),
  ).every(({ first }) => entries.find(({ ports }) => includes(ports, first))?.isAllowed === true);
}
