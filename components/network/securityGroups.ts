import type { Problem } from "../problem";
import {
  type EndpointUser,
  endpointUsers,
  type GatewayEndpoint,
  gatewayEndpoints,
  isGateway,
  type PlannedEndpoint,
} from "./endpoints";

/** Addresses a service may reach by TCP, beside endpoints and other services. */
export interface AddressEgress {
  /** An IPv4 CIDR. */
  readonly cidr: string;
  /** 1 to 65535. */
  readonly port: number;
  /** What is there, for the rule's description, such as `Proxy`. */
  readonly description: string;
}

/** A service in the VPC and who may call it. */
export interface NetworkService {
  /** Port its containers listen on, 1 to 65535. */
  readonly port: number;
  /** Names of the services that call it; `client` is the load client. */
  readonly callers: readonly string[];
  /** The gateway endpoints it uses, of those the containers need. @default all of them */
  readonly gateways?: readonly GatewayEndpoint[];
  /** What else it may reach. @default nothing */
  readonly egress?: readonly AddressEgress[];
  /** Whether it pulls an image from a public registry, for which a temporary NAT gateway lets it out. @default false */
  readonly fetches?: boolean;
}

/** The services of the VPC by name. */
export type CallGraph = Readonly<Record<string, NetworkService>>;

/**
 * Names of the security groups which are not a service's: the load client's, and one for the interface endpoints of
 * each kind of user. An endpoint that both use is in both groups.
 */
export const clientGroup = "client";
export const endpointGroups = {
  containers: "container-endpoints",
  client: "client-endpoints",
} as const satisfies Record<EndpointUser, string>;

/** One rule of one security group. Everything is TCP. */
export interface SecurityGroupRule {
  /** What sets it apart from the other rules, such as `hello-from-client`. */
  readonly name: string;
  /** The group it belongs to: `clientGroup`, one of `endpointGroups`, or a service by its name. */
  readonly group: string;
  readonly direction: "ingress" | "egress";
  readonly port: number;
  readonly protocol: "tcp";
  /**
   * The other side: a security group, the addresses AWS keeps for a gateway endpoint's service in the region, or
   * others.
   */
  readonly peer: { readonly group: string } | { readonly prefixList: GatewayEndpoint } | { readonly cidr: string };
  readonly description: string;
}

/** AWS's APIs are all served by HTTPS. */
const https = 443;

/**
 * Everything the security groups allow, and nobody gets more than is listed here. There are no rules for DNS, for a
 * task's metadata and credentials, or for an instance's metadata: security groups do not filter traffic to these
 * (https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html). Gateway endpoints have no network
 * interface and no security group; their traffic leaves towards the public addresses of their service, which its prefix
 * list names.
 */
export function planSecurityGroupRules(
  services: CallGraph,
  endpoints: readonly PlannedEndpoint[],
): readonly SecurityGroupRule[] {
  return [
    ...Object.entries(services).flatMap(([service, { port, callers }]) =>
      callers.flatMap((caller) => callRules(caller, service, port)),
    ),
    ...Object.entries(services).flatMap(([service, { gateways }]) =>
      endpointRules("containers", service, endpoints, gateways),
    ),
    ...Object.entries(services).flatMap(([service, { egress: addresses = [] }]) =>
      addresses.map(({ cidr, port, description }) => egress(service, `${cidr}-${port}`, port, { cidr }, description)),
    ),
    ...endpointRules("client", clientGroup, endpoints),
  ];
}

/** The names of the security groups there are to be: none for endpoints nobody uses, none for a client nobody knows. */
export function planSecurityGroups(services: CallGraph, endpoints: readonly PlannedEndpoint[]): string[] {
  const users = endpointUsers.filter((user) => usesInterface(user, endpoints));
  return [
    ...(hasClient(services, endpoints) ? [clientGroup] : []),
    ...Object.keys(services),
    ...users.map((user) => endpointGroups[user]),
  ];
}

/** Whether there is a load client: it calls a service, or an endpoint is for it. */
export const hasClient = (services: CallGraph, endpoints: readonly PlannedEndpoint[]): boolean =>
  Object.values(services).some(({ callers }) => callers.includes(clientGroup)) ||
  endpoints.some(({ usedBy }) => usedBy.includes("client"));

/** What is wrong with a call graph. */
export function callGraphProblems(services: CallGraph): Problem[] {
  const reserved: readonly string[] = [clientGroup, ...Object.values(endpointGroups), ...gatewayEndpoints];
  return Object.entries(services).flatMap(([service, { port, callers }]) => {
    const isName = /^[a-z][a-z0-9-]*$/.test(service) && !reserved.includes(service);
    const isPort = Number.isInteger(port) && port >= 1 && port <= 65535;
    const unknown = callers.filter((caller) => caller !== clientGroup && !Object.hasOwn(services, caller));
    return [
      ...(isName ? [] : [`names are lower-case letters, digits and hyphens, and ${reserved.join(", ")} are taken`]),
      ...(isPort ? [] : [`port ${port} is not a whole number from 1 to 65535`]),
      ...unknown.map((caller) => `its caller "${caller}" is neither a service nor "${clientGroup}"`),
      ...(new Set(callers).size === callers.length ? [] : ["a caller is listed twice"]),
    ].map((wrong) => ({ property: `service "${service}"`, wrong }));
  });
}

function callRules(caller: string, service: string, port: number): SecurityGroupRule[] {
  return [
    ingress(service, caller, port, `Requests from ${caller}`),
    egress(caller, service, port, { group: service }, `Requests to ${service}`),
  ];
}

function endpointRules(
  user: EndpointUser,
  group: string,
  endpoints: readonly PlannedEndpoint[],
  gateways: readonly GatewayEndpoint[] = gatewayEndpoints,
): SecurityGroupRule[] {
  const toInterfaces = [
    ingress(endpointGroups[user], group, https, `AWS API calls from ${group}`),
    egress(
      group,
      endpointGroups[user],
      https,
      { group: endpointGroups[user] },
      "AWS API calls to the interface endpoints",
    ),
  ];
  const toGateways = endpoints.flatMap(({ endpoint, usedBy }) =>
    isGateway(endpoint) && usedBy.includes(user) && gateways.includes(endpoint)
      ? [egress(group, endpoint, https, { prefixList: endpoint }, `HTTPS to ${endpoint} through its gateway endpoint`)]
      : [],
  );
  return [...(usesInterface(user, endpoints) ? toInterfaces : []), ...toGateways];
}

const usesInterface = (user: EndpointUser, endpoints: readonly PlannedEndpoint[]): boolean =>
  endpoints.some(({ endpoint, usedBy }) => !isGateway(endpoint) && usedBy.includes(user));

function ingress(group: string, from: string, port: number, description: string): SecurityGroupRule {
  const peer = { group: from };
  return { name: `${group}-from-${from}`, group, direction: "ingress", port, protocol: "tcp", peer, description };
}

function egress(
  group: string,
  to: string,
  port: number,
  peer: SecurityGroupRule["peer"],
  description: string,
): SecurityGroupRule {
  return { name: `${group}-to-${to}`, group, direction: "egress", port, protocol: "tcp", peer, description };
}
