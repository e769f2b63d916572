import type { GraphRule, NetworkNode } from "../../../tools/network/graph";
import { addressText } from "../../../tools/network/ranges";
import { cidrText } from "./addresses";

/** What is denied is written down, and refused at once, so that nobody waits for an answer. */
const denied = [
  "set denied { typeof ip saddr . ip daddr . meta l4proto . th dport; size 65535; flags dynamic; }",
  "chain deny { meta nfproto ipv4 update @denied { ip saddr . ip daddr . meta l4proto . th dport }",
  "meta l4proto tcp reject with tcp reset; reject with icmp port-unreachable; }",
];
const known = "ct state established,related accept";

/** The commands that give a namespace a table of nftables with these lines, and no other. */
function table(namespace: string, lines: readonly string[]): string[] {
  return [
    `ip netns exec ${namespace} nft -f - <<'END'`,
    "table inet reach",
    "delete table inet reach",
    ...(lines.length === 0 ? [] : ["table inet reach {", ...lines, "}"]),
    "END",
  ];
}

/** Lets everything through. */
export function noTable(namespace: string): string[] {
  return table(namespace, []);
}

/** For a gateway endpoint: it only answers. */
export function answersOnly(namespace: string): string[] {
  return table(namespace, [
    ...denied,
    `chain out { type filter hook output priority 0; oif lo accept; ${known}; goto deny; }`,
  ]);
}

/**
 * For a node with security groups: a stateful table that denies by default. An interface endpoint opens nothing, whatever
 * its rules say.
 */
export function groupsTable(
  namespace: string,
  node: NetworkNode,
  nodes: readonly NetworkNode[],
  rules: readonly GraphRule[],
): string[] {
  const accepts = (direction: GraphRule["direction"], side: string) =>
    rules
      .filter((rule) => rule.direction === direction && node.groups.includes(rule.group))
      .flatMap(({ protocol, ports, peer, addresses }) => {
        const members = nodes.filter(({ groups, prefixList }) => groups.includes(peer) || prefixList === peer);
        const peers =
          addresses === undefined ? members.map(({ address }) => addressText(address)) : [cidrText(addresses)];
        const what = protocol === "-1" ? "" : `meta l4proto ${protocol} th dport ${ports.first}-${ports.last}`;
        return peers.map((each) => `ip ${side} ${each} ${what} accept;`);
      })
      .join(" ");
  const out = node.kind === "interface endpoint" ? "" : accepts("egress", "daddr");
  const into = accepts("ingress", "saddr");
  return table(namespace, [
    ...denied,
    `chain out { type filter hook output priority 0; oif lo accept; ${known}; ${out} goto deny; }`,
    `chain in { type filter hook input priority 0; iif lo accept; ${known}; ${into} goto deny; }`,
  ]);
}

/** For a NAT gateway. */
export function masquerades(namespace: string): string[] {
  return table(namespace, ["chain nat { type nat hook postrouting priority srcnat; masquerade; }"]);
}

/** For the internet gateway: it translates the addresses of who has a public one, and carries nobody else's packets. */
export function translates(
  namespace: string,
  owners: readonly { readonly address: string; readonly publicAddress: string }[],
): string[] {
  const chain = (name: string, lines: readonly string[]) =>
    lines.length === 0 ? "accept;" : `jump ${name}; }\nchain ${name} { ${lines.join(" ")}`;
  const inward = owners.map((each) => `ip daddr ${each.publicAddress} dnat ip to ${each.address};`);
  const outward = owners.map((each) => `ip saddr ${each.address} snat ip to ${each.publicAddress};`);
  const carried = owners.map(({ address }) => `ip saddr ${address} oif eth1 accept;`).join(" ");
  return table(namespace, [
    ...denied,
    `chain before { type nat hook prerouting priority dstnat; iif eth1 ${chain("inward", inward)} }`,
    `chain after { type nat hook postrouting priority srcnat; oif eth1 ${chain("outward", outward)} }`,
    `chain through { type filter hook forward priority 0; ${known}; ct status dnat accept; ${carried} goto deny; }`,
  ]);
}
