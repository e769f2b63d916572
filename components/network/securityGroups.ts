import { type EndpointUsers, type GatewayEndpoint, gatewayEndpoints, type PlannedEndpoint } from "./endpoints";

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
} as const satisfies Record<keyof EndpointUsers, string>;

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
    ...Object.entries(services).flatMap(([service, { egress = [] }]) => egress.map((to) => addressRule(service, to))),
    ...endpointRules("client", clientGroup, endpoints),
  ];
}

/** The names of the security groups there are to be: none for endpoints nobody uses, none for a client nobody knows. */
export function planSecurityGroups(services: CallGraph, endpoints: readonly PlannedEndpoint[]): string[] {
  const users = (["containers", "client"] as const).filter((user) => usesInterface(user, endpoints));
  return [
    ...(hasClient(services, endpoints) ? [clientGroup] : []),
    ...Object.keys(services),
    ...users.map((user) => endpointGroups[user]),
  ];
}

/** Whether there is a load client: it calls a service, or an endpoint is for it. */
export const hasClient = (services: CallGraph, endpoints: readonly PlannedEndpoint[]): boolean =>
  Object.values(services).some(({ callers }) => callers.includes(clientGroup)) ||
  endpoints.some(({ usedBy }) => usedBy.client);

/** What is wrong with a call graph, one line for each finding. */
export function callGraphProblems(services: CallGraph): string[] {
  const reserved: readonly string[] = [clientGroup, ...Object.values(endpointGroups), ...gatewayEndpoints];
  return Object.entries(services).flatMap(([service, { port, callers }]) => [
    ...(/^[a-z][a-z0-9-]*$/.test(service) && !reserved.includes(service)
      ? []
      : [
          `service "${service}": names are lower-case letters, digits and hyphens, and ${reserved.join(", ")} are taken`,
        ]),
    ...(Number.isInteger(port) && port >= 1 && port <= 65535
      ? []
      : [`service "${service}": port ${port} is not a whole number from 1 to 65535`]),
    ...callers
      .filter((caller) => caller !== clientGroup && !Object.hasOwn(services, caller))
      .map((caller) => `service "${service}": its caller "${caller}" is neither a service nor "${clientGroup}"`),
    ...(new Set(callers).size === callers.length ? [] : [`service "${service}": a caller is listed twice`]),
  ]);
}

function callRules(caller: string, service: string, port: number): SecurityGroupRule[] {
  return [
    {
      name: `${service}-from-${caller}`,
      group: service,
      direction: "ingress",
      port,
      protocol: "tcp",
      peer: { group: caller },
      description: `Requests from ${caller}`,
    },
    {
      name: `${caller}-to-${service}`,
      group: caller,
      direction: "egress",
      port,
      protocol: "tcp",
      peer: { group: service },
      description: `Requests to ${service}`,
    },
  ];
}

function addressRule(service: string, { cidr, port, description }: AddressEgress): SecurityGroupRule {
  return {
    name: `${service}-to-${cidr}-${port}`,
    group: service,
    direction: "egress",
    port,
    protocol: "tcp",
    peer: { cidr },
    description,
  };
}

function endpointRules(
  user: keyof EndpointUsers,
  group: string,
  endpoints: readonly PlannedEndpoint[],
  gateways: readonly GatewayEndpoint[] = gatewayEndpoints,
): SecurityGroupRule[] {
  const endpointGroup = endpointGroups[user];
  const toInterfaces: SecurityGroupRule[] = [
    {
      name: `${endpointGroup}-from-${group}`,
      group: endpointGroup,
      direction: "ingress",
      port: https,
      protocol: "tcp",
      peer: { group },
      description: `AWS API calls from ${group}`,
    },
    {
      name: `${group}-to-${endpointGroup}`,
      group,
      direction: "egress",
      port: https,
      protocol: "tcp",
      peer: { group: endpointGroup },
      description: "AWS API calls to the interface endpoints",
    },
  ];
  const toGateways = endpoints.flatMap((planned): SecurityGroupRule[] =>
    planned.kind === "gateway" && planned.usedBy[user] && gateways.includes(planned.endpoint)
      ? [
          {
            name: `${group}-to-${planned.endpoint}`,
            group,
            direction: "egress",
            port: https,
            protocol: "tcp",
            peer: { prefixList: planned.endpoint },
            description: `HTTPS to ${planned.endpoint} through its gateway endpoint`,
          },
        ]
      : [],
  );
  return [...(usesInterface(user, endpoints) ? toInterfaces : []), ...toGateways];
}

const usesInterface = (user: keyof EndpointUsers, endpoints: readonly PlannedEndpoint[]): boolean =>
  endpoints.some((planned) => planned.kind === "interface" && planned.usedBy[user]);
