import { asList } from "../checks/check";
import { containerPorts, taskDefinitions } from "../checks/taskDefinitions";
import { type Evaluation, ofType } from "../evaluation/evaluation";
import { aclOf } from "./acls";
import { allPorts, type GraphRule, type NetworkGraph, type NetworkNode, type Route, type Target } from "./graph";
import { type Moment, type TemporaryEgress, temporaryEgress } from "./lease";
import { madeUpAddresses, outsideNodes, type PrefixList } from "./outsideNodes";
import { allAddresses, type Range, rangeOf } from "./ranges";
import { endpointResources, residentsOf, serviceOf } from "./residents";
import { type GivenRoute, givenRoutes, routeTableOf } from "./routes";
import { type Rule, rulesOf } from "./rules";

/** All that decides who reaches whom at a moment, from what the program told the Pulumi engine. */
export function readGraph(evaluation: Evaluation, moment: Moment): NetworkGraph {
  const lease = moment === "during" ? temporaryEgress(evaluation) : undefined;
  const found = rulesOf(evaluation, lease);
  const given = givenRoutes(evaluation);
  const vpc = ofType(evaluation, "aws:ec2/vpc:Vpc").flatMap(({ inputs }) => rangeOf(String(inputs.cidrBlock)) ?? []);
  const prefixLists = prefixListsOf(evaluation, found, given);
  const subnets = ofType(evaluation, "aws:ec2/subnet:Subnet").flatMap(({ id = "", inputs }) => {
    const addresses = rangeOf(String(inputs.cidrBlock));
    const table = routeTableOf(id, evaluation);
    const routes = [
      ...vpc.map((destination): Route => ({ destination, target: { kind: "local" }, text: "the VPC" })),
      ...endpointRoutes(table, evaluation, prefixLists),
      ...given.filter((route) => route.table === table).flatMap((route) => toRoutes(route, evaluation, prefixLists)),
      ...leaseRoutes(table, lease),
    ];
    const acl = aclOf(id, evaluation);
    return addresses === undefined ? [] : [{ id, addresses, routes, ...(acl && { acl }) }];
  });
  const rules = found.map(toGraphRule);
  const named = [
    ...rules.flatMap(({ addresses }) => addresses ?? []),
    ...subnets.flatMap(({ routes, acl = [] }) => [
      ...routes.map(({ destination }) => destination),
      ...acl.map(({ addresses }) => addresses),
    ]),
  ];
  const inside = insideNodes(evaluation, new Map(subnets.map(({ id, addresses }) => [id, addresses])));
  return {
    nodes: [...inside, ...outsideNodes(vpc, named, prefixLists)],
    subnets,
    rules,
    ports: portsOf(
      evaluation,
      rules,
      subnets.flatMap(({ acl = [] }) => acl),
    ),
  };
}

function prefixListsOf(evaluation: Evaluation, rules: readonly Rule[], routes: readonly GivenRoute[]): PrefixList[] {
  const ofEndpoints = endpointResources(evaluation, "Gateway").map((resource) => {
    return { id: String(resource.outputs.prefixListId ?? resource.id), name: serviceOf(resource) };
  });
  const others = [...rules.map(({ peer }) => peer), ...routes.map(({ destination }) => destination)]
    .filter((id) => id.startsWith("pl-"))
    .map((id) => ({ id, name: id }));
  const all = new Map([...others, ...ofEndpoints].map((list) => [list.id, list]));
  return [...all.values()].map((list, index) => ({ ...list, addresses: madeUpAddresses(index) }));
}

/** A route that leads to a gateway endpoint is AWS's own (https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html#gateway-endpoint-routing). */
function endpointRoutes(
  table: string | undefined,
  evaluation: Evaluation,
  prefixLists: readonly PrefixList[],
): Route[] {
  return endpointResources(evaluation, "Gateway")
    .filter(({ inputs }) => asList(inputs.routeTableIds).includes(table))
    .flatMap((resource) => {
      const service = serviceOf(resource);
      const list = prefixLists.find(({ name }) => name === service);
      const target = { kind: "gateway endpoint" } as const;
      return list === undefined
        ? []
        : [{ destination: list.addresses, target, text: `the gateway endpoint ${service}` }];
    });
}

function toRoutes(
  { destination, targetKey, target, resource }: GivenRoute,
  evaluation: Evaluation,
  prefixLists: readonly PrefixList[],
): Route[] {
  const range = rangeOf(destination) ?? prefixLists.find(({ id }) => id === destination)?.addresses;
  const text = `the route ${destination} to ${target} of "${resource.name}"`;
  // IPv6 is left out: no subnet of the program has addresses of it.
  return range === undefined ? [] : [{ destination: range, target: targetOf(targetKey, target, evaluation), text }];
}

function targetOf(key: string, id: string, evaluation: Evaluation): Target {
  if (key === "natGatewayId") {
    const gateway = ofType(evaluation, "aws:ec2/natGateway:NatGateway").find((each) => each.id === id);
    return { kind: "NAT gateway", ...(gateway && { subnet: String(gateway.inputs.subnetId) }) };
  }
  if (key !== "gatewayId" || id.startsWith("vgw-")) return { kind: "other" };
  return { kind: id === "local" ? "local" : "internet gateway" };
}

function leaseRoutes(table: string | undefined, lease: TemporaryEgress | undefined): Route[] {
  if (lease === undefined) return [];
  const route = (target: Target, name: string): Route => {
    return { destination: allAddresses, target, text: `the default route to the temporary ${name}` };
  };
  return [
    ...(lease.publicRouteTableId === table ? [route({ kind: "internet gateway" }, "internet gateway")] : []),
    ...(lease.privateRouteTableIds.includes(table)
      ? [route({ kind: "NAT gateway", subnet: lease.publicSubnetId }, "NAT gateway")]
      : []),
  ];
}

function toGraphRule({ group, direction, protocol, fromPort, toPort, peer, resource }: Rule): GraphRule {
  const hasPorts = protocol === "tcp" || protocol === "udp";
  const ports = hasPorts ? { first: Number(fromPort), last: Number(toPort) } : allPorts;
  const addresses = rangeOf(peer);
  return { group, direction, protocol, ports, peer, ...(addresses && { addresses }), ...(resource && { resource }) };
}

/** Two tasks of each service in its first subnet, because tasks of one service are strangers, too; one in each other. */
function insideNodes(evaluation: Evaluation, subnets: ReadonlyMap<string, Range>): NetworkNode[] {
  const taken = new Map<string, number>();
  const isPublicSubnet = (subnet: string) =>
    ofType(evaluation, "aws:ec2/subnet:Subnet").some(
      ({ id, inputs }) => id === subnet && inputs.mapPublicIpOnLaunch === true,
    );
  const place = (node: Omit<NetworkNode, "index" | "address">, places: readonly string[]): NetworkNode[] =>
    places.flatMap((subnet, index) => {
      const range = subnets.get(subnet);
      if (range === undefined) return [];
      const count = taken.get(subnet) ?? 0;
      taken.set(subnet, count + 1);
      // AWS keeps the first four (https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html).
      return [{ ...node, index, subnet, address: range.first + 4 + count }];
    });
  const residents = residentsOf(evaluation).flatMap(({ name, kind, groups, subnets: places, isPublic }) => {
    const [first] = places;
    const all = kind === "service" && first !== undefined ? [...places, first] : places;
    const hasPublic = isPublic || (kind === "instance" && first !== undefined && isPublicSubnet(first));
    return place({ name, kind, groups, isPublic: hasPublic }, all);
  });
  const endpoints = endpointResources(evaluation, "Interface").flatMap((resource) => {
    const groups = asList(resource.inputs.securityGroupIds).map(String);
    const node = { name: serviceOf(resource), kind: "interface endpoint", groups, isPublic: false } as const;
    return place(node, asList(resource.inputs.subnetIds).map(String));
  });
  return [...residents, ...endpoints];
}

/** What rules and network ACLs name, and what containers listen on, by protocol; TCP and UDP are always there. */
function portsOf(
  evaluation: Evaluation,
  rules: readonly GraphRule[],
  entries: readonly { readonly protocol: string; readonly ports: Range }[],
): Map<string, Range[]> {
  const listening = taskDefinitions(evaluation)
    .flatMap(({ containers }) => containers.flatMap(containerPorts))
    .map(({ protocol, port }) => ({ protocol, ports: { first: Number(port), last: Number(port) } }));
  const ports = new Map<string, Range[]>([
    ["tcp", []],
    ["udp", []],
  ]);
  for (const { protocol, ports: range } of [...rules, ...entries, ...listening]) {
    if (protocol !== "-1") ports.set(protocol, [...(ports.get(protocol) ?? []), range]);
  }
  return ports;
}
