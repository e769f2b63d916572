import type { AclEntry, GraphRule, GraphSubnet, NetworkGraph, NetworkNode } from "../../../tools/network/graph";
import type { Range } from "../../../tools/network/ranges";

/** One packet on its way. */
interface Packet {
  readonly source: number;
  readonly target: number;
  readonly sourcePort: number;
  readonly targetPort: number;
}

/**
 * Whether a packet to a port comes there, and its answer back, hop by hop, for many ports of the source: a second
 * computation, slow and without a thought, that the first must agree with.
 */
export function walks(
  graph: NetworkGraph,
  from: NetworkNode,
  to: NetworkNode,
  protocol: string,
  port: number,
): boolean {
  if (from.kind === "interface endpoint" || from.kind === "gateway endpoint") return false;
  const edges = graph.subnets.flatMap(({ acl = [] }) => acl.flatMap(({ ports }) => [ports.first, ports.last + 1]));
  const sourcePorts = [32768, 60999, ...edges.flatMap((edge) => [edge - 1, edge])];
  return sourcePorts
    .filter((sourcePort) => sourcePort >= 32768 && sourcePort <= 60999)
    .every((sourcePort) => {
      const there = { source: from.address, target: to.address, sourcePort, targetPort: port };
      const back = { source: to.address, target: from.address, sourcePort: port, targetPort: sourcePort };
      return from.subnet === undefined ? isLetIn(there, back) : isLetOut(there, back);
    });

  function isLetIn(there: Packet, back: Packet): boolean {
    const home = subnet(to.subnet);
    if (home === undefined || !filter(home, "ingress", there) || !filter(home, "egress", back)) return false;
    const exit = lookUp(home, from.address);
    const comesBack =
      from.kind === "internet" ? exit?.kind === "internet gateway" && to.isPublic : exit?.kind === "other";
    return comesBack && isAllowed(to, from, "ingress");
  }

  function isLetOut(there: Packet, back: Packet): boolean {
    const home = subnet(from.subnet);
    if (home === undefined || !isAllowed(from, to, "egress")) return false;
    const next = lookUp(home, to.address);
    const beyond = subnet(to.subnet);
    if (beyond !== undefined) {
      if (next?.kind !== "local" || !isAllowed(to, from, "ingress")) return false;
      const [leaves, enters] = [filter(home, "egress", there), filter(beyond, "ingress", there)];
      const returns = filter(beyond, "egress", back) && filter(home, "ingress", back);
      return home === beyond || (leaves && enters && returns);
    }
    if (!filter(home, "egress", there) || !filter(home, "ingress", back)) return false;
    if (next?.kind === "NAT gateway") {
      const place = subnet(next.subnet);
      if (place !== undefined && place !== home) {
        const inward = filter(place, "ingress", there) && filter(place, "egress", back);
        const outward = filter(place, "egress", there) && filter(place, "ingress", back);
        if (!inward || !outward) return false;
      }
    }
    return passes(next);
  }

  function passes(next: ReturnType<typeof lookUp>): boolean {
    switch (next?.kind) {
      case "gateway endpoint":
        return to.prefixList !== undefined;
      case "internet gateway":
        return from.isPublic && to.isPublic;
      case "other":
        return true;
      case "NAT gateway": {
        const place = subnet(next.subnet);
        const exit = place === undefined ? "internet gateway" : lookUp(place, to.address)?.kind;
        return to.isPublic && (exit === "internet gateway" || exit === "gateway endpoint");
      }
      default:
        return false;
    }
  }

  function subnet(id: string | undefined): GraphSubnet | undefined {
    return graph.subnets.find((each) => each.id === id);
  }

  /** All rules of all groups, each looked at. */
  function isAllowed(node: NetworkNode, peer: NetworkNode, direction: GraphRule["direction"]): boolean {
    let allowed = false;
    for (const group of node.groups) {
      for (const rule of graph.rules) {
        if (rule.group !== group || rule.direction !== direction) continue;
        const fits = rule.protocol === "-1" || (rule.protocol === protocol && isIn(rule.ports, port));
        const isPeer = peer.groups.some((each) => each === rule.peer) || (peer.prefixList ?? "none") === rule.peer;
        if (fits && (isPeer || (rule.addresses && isIn(rule.addresses, peer.address)))) allowed = true;
      }
    }
    return allowed;
  }

  /** The network ACL of a subnet, entry by entry in their order. */
  function filter({ acl }: GraphSubnet, direction: AclEntry["direction"], packet: Packet): boolean {
    for (const entry of acl ?? []) {
      const peer = direction === "ingress" ? packet.source : packet.target;
      const fits = entry.protocol === "-1" || (entry.protocol === protocol && isIn(entry.ports, packet.targetPort));
      if (entry.direction === direction && fits && isIn(entry.addresses, peer)) return entry.isAllowed;
    }
    return acl === undefined;
  }
}

const isIn = ({ first, last }: Range, value: number): boolean => value >= first && value <= last;

/** Tries every length of a prefix, the longest first, as the binary texts of addresses show them. */
function lookUp({ routes }: GraphSubnet, address: number) {
  const bits = (value: number) => value.toString(2).padStart(32, "0");
  for (let length = 32; length >= 0; length--) {
    const found = routes.find(({ destination: { first, last } }) => {
      const isOfLength = last - first + 1 === 2 ** (32 - length);
      return isOfLength && bits(first).slice(0, length) === bits(address).slice(0, length);
    });
    if (found !== undefined) return found.target;
  }
  return undefined;
}
