import { portOf, proxyFlag } from "../../checks/proxies";
import { taskDefinitions } from "../../checks/taskDefinitions";
import type { Evaluation } from "../../evaluation/evaluation";
import type { TemporaryEgress } from "../../network/lease";
import type { Resident } from "../../network/residents";
import { everywhere, portName, type Rule, rulesOf } from "../../network/rules";
import { type Band, type Connection, type Gateway, internet, type Network } from "./network";

/** A rule with its ports in words. */
type NamedRule = Rule & { readonly port: string };

/** What the nodes of address ranges begin with. */
const range = "addresses ";

interface Parts {
  readonly bands: readonly Band[];
  readonly residents: readonly Resident[];
  readonly gatewayEndpoints: readonly {
    readonly node: string;
    readonly prefixList: unknown;
    readonly routeTables: readonly unknown[];
  }[];
  readonly gateways: readonly Gateway[];
  /** The temporary NAT gateway, when it is there. */
  readonly lease: TemporaryEgress | undefined;
  readonly tablesOf: (resident: Resident) => readonly (string | undefined)[];
}

/** Who may open connections to whom. */
export function connectionsOf(evaluation: Evaluation, parts: Parts): Pick<Network, "connections" | "addresses"> {
  const { bands, residents, lease } = parts;
  const rules = rulesOf(evaluation, lease).map((rule) => {
    return { ...rule, port: portName(rule.protocol, rule.fromPort, rule.toPort) };
  });
  const members = [...residents, ...bands.flatMap(({ endpoints }) => endpoints)];
  const inside = rules.flatMap((rule) => insideConnections(rule, rules, members));
  const outside = residents.flatMap((resident) =>
    rules
      .filter(({ group }) => resident.groups.includes(group))
      .flatMap((rule) => outsideConnections(rule, resident, parts)),
  );
  const connections = [...new Map([...inside, ...outside].map((each) => [Object.values(each).join(), each])).values()];
  const proxyPorts = taskDefinitions(evaluation)
    .flatMap(({ containers }) => containers.map(proxyFlag))
    .flatMap((url) => (url === undefined ? [] : [`${portOf(url)}`]));
  const ranges = new Set(connections.flatMap(({ from, to }) => [from, to]).filter((node) => node.startsWith(range)));
  const addresses = [...ranges].map((node) => ({
    node,
    cidr: node.slice(range.length),
    isProxy: connections.some(({ to, port }) => to === node && proxyPorts.includes(port)),
  }));
  return { connections, addresses };
}

type Member = Pick<Resident, "node" | "groups">;

/** Connections between members of security groups: both sides must allow them. */
function insideConnections(rule: NamedRule, rules: readonly NamedRule[], members: readonly Member[]): Connection[] {
  const of = (group: string) => members.filter(({ groups }) => groups.includes(group));
  const [sources, targets] = rule.direction === "egress" ? [rule.group, rule.peer] : [rule.peer, rule.group];
  const other = rules.some(
    ({ group, peer, port, direction }) =>
      group === rule.peer && peer === rule.group && port === rule.port && direction !== rule.direction,
  );
  return of(sources).flatMap(({ node: from }) =>
    of(targets).map(({ node: to }) => ({ from, to, port: rule.port, state: other ? "lasting" : "blocked" })),
  );
}

/** Connections with what is in no security group: gateway endpoints and addresses. */
function outsideConnections(rule: NamedRule, resident: Resident, parts: Parts): Connection[] {
  const { port, peer, direction } = rule;
  const gateway = parts.gatewayEndpoints.find(({ prefixList }) => prefixList === peer);
  if (gateway !== undefined) {
    const isRouted = parts.tablesOf(resident).every((table) => gateway.routeTables.includes(table));
    return [{ from: resident.node, to: gateway.node, port, state: isRouted ? "lasting" : "blocked" }];
  }
  if (/^(sg|pl)-/.test(peer)) return [];
  if (!everywhere.includes(peer)) {
    const [from, to] = [resident.node, `${range}${peer}`];
    return [
      direction === "egress" ? { from, to, port, state: "lasting" } : { from: to, to: from, port, state: "lasting" },
    ];
  }
  if (direction === "ingress") return [{ from: internet, to: resident.node, port, state: "unwanted" }];
  const routes = parts.bands.filter(({ residents }) => residents.includes(resident)).flatMap((band) => band.routes);
  const node = routes.find(({ destination }) => everywhere.includes(destination))?.node;
  const gatewayNode = parts.gateways.find((each) => each.node === node)?.node;
  return [
    {
      from: resident.node,
      to: gatewayNode ?? internet,
      port,
      state: rule.resource === undefined ? "temporary" : "unwanted",
    },
  ];
}
