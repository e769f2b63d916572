import { asList, asRecord } from "../../checks/check";
import { portOf, proxyFlag } from "../../checks/proxies";
import { taskDefinitions } from "../../checks/taskDefinitions";
import { type Evaluation, ofType } from "../../evaluation/evaluation";
import {
  type Band,
  type Connection,
  everywhere,
  type Gateway,
  internet,
  type Network,
  portName,
  type Resident,
} from "./network";

/** A rule of a security group. */
interface Rule {
  readonly group: string;
  readonly direction: "ingress" | "egress";
  readonly port: string;
  /** A security group's id, a prefix list's, or addresses. */
  readonly peer: string;
  readonly isTemporary?: boolean;
}

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
  /** The security groups that the temporary NAT gateway's rules are added to. */
  readonly temporaryGroups: readonly unknown[];
  readonly tablesOf: (resident: Resident) => readonly (string | undefined)[];
}

/** Who may open connections to whom. */
export function connectionsOf(evaluation: Evaluation, parts: Parts): Pick<Network, "connections" | "addresses"> {
  const { bands, residents, temporaryGroups } = parts;
  const rules = [
    ...rulesOf(evaluation),
    // What the lease allows: https on any address (components/temporaryNatGateway/steps/egressRules.ts).
    ...temporaryGroups.map((group): Rule => {
      return { group: String(group), direction: "egress", port: "443", peer: "0.0.0.0/0", isTemporary: true };
    }),
  ];
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
function insideConnections(rule: Rule, rules: readonly Rule[], members: readonly Member[]): Connection[] {
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
function outsideConnections(rule: Rule, resident: Resident, parts: Parts): Connection[] {
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
    { from: resident.node, to: gatewayNode ?? internet, port, state: rule.isTemporary ? "temporary" : "unwanted" },
  ];
}

/** The rules of security groups, in each of the three ways in which a program can write them. */
function rulesOf(evaluation: Evaluation): Rule[] {
  const single = (["ingress", "egress"] as const).flatMap((direction) => {
    const name = direction === "ingress" ? "Ingress" : "Egress";
    return ofType(evaluation, `aws:vpc/securityGroup${name}Rule:SecurityGroup${name}Rule`).flatMap(({ inputs }) =>
      toRules(inputs.securityGroupId, direction, inputs),
    );
  });
  const older = ofType(evaluation, "aws:ec2/securityGroupRule:SecurityGroupRule").flatMap(({ inputs }) =>
    toRules(inputs.securityGroupId, inputs.type === "ingress" ? "ingress" : "egress", inputs),
  );
  const inline = ofType(evaluation, "aws:ec2/securityGroup:SecurityGroup").flatMap(({ id, inputs }) =>
    (["ingress", "egress"] as const).flatMap((direction) =>
      asList(inputs[direction]).flatMap((rule) => toRules(id, direction, asRecord(rule))),
    ),
  );
  return [...single, ...older, ...inline];
}

function toRules(group: unknown, direction: Rule["direction"], rule: Readonly<Record<string, unknown>>): Rule[] {
  const port = portName(rule.ipProtocol ?? rule.protocol, rule.fromPort, rule.toPort);
  const peers = [
    rule.cidrIpv4,
    rule.cidrIpv6,
    rule.referencedSecurityGroupId,
    rule.sourceSecurityGroupId,
    rule.prefixListId,
    ...asList(rule.cidrBlocks),
    ...asList(rule.ipv6CidrBlocks),
    ...asList(rule.securityGroups),
    ...asList(rule.prefixListIds),
    rule.self === true ? group : undefined,
  ].filter((peer) => peer !== undefined);
  return peers.map((peer) => ({ group: String(group), direction, port, peer: String(peer) }));
}
