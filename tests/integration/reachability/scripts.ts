import type { GraphSubnet, NetworkGraph, NetworkNode } from "../../../tools/network/graph";
import { addressText } from "../../../tools/network/ranges";
import { cidrText, isInside, links, natAddress, publicAddress, publicBlock, vpcBlocks } from "./addresses";
import { answersOnly, groupsTable, masquerades, noTable, translates } from "./tables";

/** The network namespaces: two switches, a node each, a NAT gateway each, and the internet gateway between the switches. */
export function namespacesScript(graph: NetworkGraph, natGateways: readonly (string | undefined)[]): string {
  return [
    "ip netns add switch",
    ...["vpc", "outside"].flatMap((bridge) => [
      `ip -n switch link add name ${bridge} type bridge forward_delay 0`,
      `ip -n switch link set ${bridge} up`,
    ]),
    ...graph.nodes.flatMap(({ address, kind }, index) => [
      ...namespace(`${index}`, [addressText(address)]),
      ...(kind === "internet" ? [] : plug(`${index}`, "eth0", "vpc")),
      ...(kind === "internet" || kind === "gateway endpoint" ? plug(`${index}`, "eth1", "outside") : []),
    ]),
    ...natGateways.flatMap((subnet, index) => [
      ...namespace(`nat${index}`, [natAddress(graph, subnet)]),
      ...plug(`nat${index}`, "eth0", "vpc"),
    ]),
    ...namespace("igw", [links.internetGateway, links.outside]),
    ...plug("igw", "eth0", "vpc"),
    ...plug("igw", "eth1", "outside"),
  ].join("\n");
}

function namespace(name: string, addresses: readonly string[]): string[] {
  const settings = ["send_redirects", "accept_redirects", "rp_filter"].flatMap((each) =>
    ["all", "default"].map((which) => `net.ipv4.conf.${which}.${each}=0`),
  );
  return [
    `ip netns add ${name}`,
    `ip -n ${name} link set lo up`,
    // Refusals are not to be rationed, routers are to say nothing of shorter ways, and answers may come another way.
    `ip netns exec ${name} sysctl -qw net.ipv4.icmp_ratemask=0 net.ipv4.ip_forward=1 ${settings.join(" ")}`,
    ...addresses.map((address) => `ip -n ${name} address add ${address}/32 dev lo`),
  ];
}

function plug(name: string, device: string, bridge: string): string[] {
  const port = `${bridge[0]}${name}${device}`;
  return [
    `ip -n switch link add name ${port} type veth peer name ${device} netns ${name}`,
    `ip -n switch link set ${port} master ${bridge} up`,
    `ip -n ${name} link set ${device} up`,
  ];
}

/** The routes and tables of a graph. */
export function graphScript(graph: NetworkGraph, natGateways: readonly (string | undefined)[]): string {
  const { nodes, subnets, rules } = graph;
  if (subnets.some(({ acl }) => acl !== undefined)) throw new Error("network ACLs are not built");
  const vpc = vpcBlocks(graph).map((block) => `${block} dev eth0`);
  const outside = `${publicBlock} via ${links.outside} dev eth1 onlink`;
  return [
    ...nodes.flatMap((node, index) => {
      const [name, source] = [`${index}`, addressText(node.address)];
      if (isInside(node)) {
        const own = routesOf(subnetOf(graph, node.subnet), graph);
        return [...setRoutes(name, source, own), ...groupsTable(name, node, nodes, rules)];
      }
      if (node.kind === "gateway endpoint") {
        return [...setRoutes(name, source, [outside, ...vpc]), ...answersOnly(name)];
      }
      return [...setRoutes(name, source, node.kind === "internet" ? [outside] : []), ...noTable(name)];
    }),
    ...natGateways.flatMap((id, index) => {
      const name = `nat${index}`;
      const unknown = [...vpc, `0.0.0.0/0 via ${links.internetGateway} dev eth0 onlink`];
      const own = id === undefined ? unknown : routesOf(subnetOf(graph, id), graph);
      return [...setRoutes(name, natAddress(graph, id), own, prohibitRest), ...masquerades(name)];
    }),
    ...gatewayRoutes(graph, ({ kind }) => kind === "internet" || kind === "gateway endpoint"),
    ...translates("igw", [
      ...nodes.flatMap((node, index) =>
        isInside(node) && node.isPublic
          ? [{ address: addressText(node.address), publicAddress: publicAddress(index) }]
          : [],
      ),
      ...natGateways.map((id, index) => {
        return { address: natAddress(graph, id), publicAddress: publicAddress(nodes.length + index) };
      }),
    ]),
  ].join("\n");
}

function subnetOf({ subnets }: NetworkGraph, id: string | undefined): GraphSubnet | undefined {
  return subnets.find((each) => each.id === id);
}

/** The commands that give a namespace these routes, and no others. */
function setRoutes(name: string, source: string, lines: readonly string[], rest: readonly string[] = []): string[] {
  const routes = lines.map((line) => `route add ${line} src ${source}`);
  return [`ip -n ${name} -batch - <<'END'`, "route flush table main", ...routes, ...rest, "END"];
}

/** Has a router say that it does not carry what it has no route for, which is not the answer of a node without one. */
const prohibitRest = ["route add prohibit default metric 9999"];

function gatewayRoutes(graph: NetworkGraph, isHost: (node: NetworkNode) => boolean): string[] {
  const hosts = graph.nodes.filter(isHost);
  return setRoutes(
    "igw",
    links.internetGateway,
    vpcBlocks(graph).map((block) => `${block} dev eth0`),
    [...hosts.map(({ address }) => `route add ${addressText(address)} dev eth1 src ${links.outside}`), ...prohibitRest],
  );
}

function routesOf(subnet: GraphSubnet | undefined, graph: NetworkGraph): string[] {
  return (subnet?.routes ?? []).map(({ destination, target }) => {
    const to = cidrText(destination);
    const via = (address: string) => `${to} via ${address} dev eth0 onlink`;
    switch (target.kind) {
      case "local":
        return `${to} dev eth0`;
      case "internet gateway":
        return via(links.internetGateway);
      case "NAT gateway":
        return via(natAddress(graph, target.subnet));
      case "gateway endpoint": {
        const node = graph.nodes.find(({ address }) => destination.first <= address && address <= destination.last);
        return via(addressText(node?.address ?? 0));
      }
      default:
        throw new Error("what lies behind a transit gateway or a peering connection is not built");
    }
  });
}

/** Every route and no rule: whoever listens is reached. */
export function openScript(graph: NetworkGraph): string {
  const vpc = vpcBlocks(graph);
  const within = vpc.map((block) => `${block} dev eth0`);
  const inward = vpc.map((block) => `${block} via ${links.outside} dev eth1 onlink`);
  const outward = graph.nodes
    .filter((node) => !isInside(node))
    .map(({ address, kind }) => {
      const via = kind === "internet" ? ` via ${links.internetGateway} dev eth0 onlink` : " dev eth0";
      return `${addressText(address)}${via}`;
    });
  return [
    ...graph.nodes.flatMap((node, index) => {
      const lines = node.kind === "internet" ? inward : isInside(node) ? [...within, ...outward] : within;
      return [...setRoutes(`${index}`, addressText(node.address), lines), ...noTable(`${index}`)];
    }),
    ...gatewayRoutes(graph, ({ kind }) => kind === "internet"),
    ...noTable("igw"),
  ].join("\n");
}
