import type { Problem } from "../problem";
import {
  type EndpointNeeds,
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
interface NetworkService {
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
export const groupNames = {
  client: "client",
  endpoints: { containers: "container-endpoints", client: "client-endpoints" },
} as const satisfies { client: string; endpoints: Record<keyof EndpointNeeds, string> };

/** A security group to be made. */
interface SecurityGroup {
  /** One of `groupNames`, or a service by its name. */
  readonly name: string;
  readonly description: string;
}

/** One rule of one security group. Everything is TCP. */
interface SecurityGroupRule {
  /** What sets it apart from the other rules, such as `hello-from-client`. */
  readonly name: string;
  /** The name of the group it belongs to. */
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

/** The security groups there are to be, and all that they allow. */
interface SecurityGroupPlan {
  /** None for endpoints that nobody uses, none for a client that nobody knows. */
  readonly groups: readonly SecurityGroup[];
  readonly rules: readonly SecurityGroupRule[];
  /** Whether there is a load client: it calls a service, or an endpoint is for it. */
  readonly hasClient: boolean;
}

/** A plan, or what is wrong with the services it was to be made from. */
type PlannedSecurityGroups =
  | { readonly plan: SecurityGroupPlan; readonly problems?: undefined }
  | { readonly plan?: undefined; readonly problems: readonly Problem[] };

/**
 * Plans the security groups; nobody is allowed more than their rules say. There are no rules for DNS, for a task's
 * metadata and credentials, or for an instance's metadata: security groups do not filter traffic to these
 * (https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html). Gateway endpoints have no network
 * interface and no security group; their traffic leaves towards the public addresses of their service, which its prefix
 * list names.
 */
export function planSecurityGroups(services: CallGraph, endpoints: readonly PlannedEndpoint[]): PlannedSecurityGroups {
  const problems = problemsOf(services);
  if (problems.length > 0) {
    return { problems };
  }
  const called = Object.entries(services);
  const isCaller = called.some(([, { callers }]) => callers.includes(groupNames.client));
  const hasClient = isCaller || endpoints.some(({ usedBy }) => usedBy.includes("client"));
  const endpointGroup = (user: keyof EndpointNeeds, description: string): SecurityGroup[] =>
    usesInterface(user, endpoints) ? [{ name: groupNames.endpoints[user], description }] : [];
  const groups = [
    ...(hasClient ? [{ name: groupNames.client, description: "Load client" }] : []),
    ...Object.keys(services).map((name) => ({ name, description: `Containers of ${name}` })),
    ...endpointGroup("containers", "Endpoints the containers use"),
    ...endpointGroup("client", "Endpoints the load client uses"),
  ];
  const rules = [
    ...called.flatMap(([service, { port, callers }]) => callers.flatMap((caller) => callRules(caller, service, port))),
    ...called.flatMap(([service, { gateways }]) => endpointRules("containers", service, endpoints, gateways)),
    ...called.flatMap(([service, { egress: addresses = [] }]) =>
      addresses.map(({ cidr, port, description }) => egress(service, `${cidr}-${port}`, port, { cidr }, description)),
    ),
    ...endpointRules("client", groupNames.client, endpoints),
  ];
  return { plan: { groups, rules, hasClient } };
}

function problemsOf(services: CallGraph): Problem[] {
  const { client, endpoints } = groupNames;
  const reserved: readonly string[] = [client, ...Object.values(endpoints), ...gatewayEndpoints];
  return Object.entries(services).flatMap(([service, { port, callers }]) => {
    const isName = /^[a-z][a-z0-9-]*$/.test(service) && !reserved.includes(service);
    const isPort = Number.isInteger(port) && port >= 1 && port <= 65535;
    const unknown = callers.filter((caller) => caller !== client && !Object.hasOwn(services, caller));
    return [
      ...(isName ? [] : [`names are lower-case letters, digits and hyphens, and ${reserved.join(", ")} are taken`]),
      ...(isPort ? [] : [`port ${port} is not a whole number from 1 to 65535`]),
      ...unknown.map((caller) => `its caller "${caller}" is neither a service nor "${client}"`),
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
  user: keyof EndpointNeeds,
  group: string,
  endpoints: readonly PlannedEndpoint[],
  gateways: readonly GatewayEndpoint[] = gatewayEndpoints,
): SecurityGroupRule[] {
  const interfaces = groupNames.endpoints[user];
  const toInterfaces = [
    ingress(interfaces, group, https, `AWS API calls from ${group}`),
    egress(group, interfaces, https, { group: interfaces }, "AWS API calls to the interface endpoints"),
  ];
  const toGateways = endpoints.flatMap(({ endpoint, usedBy }) =>
    isGateway(endpoint) && usedBy.includes(user) && gateways.includes(endpoint)
      ? [egress(group, endpoint, https, { prefixList: endpoint }, `HTTPS to ${endpoint} through its gateway endpoint`)]
      : [],
  );
  return [...(usesInterface(user, endpoints) ? toInterfaces : []), ...toGateways];
}

const usesInterface = (user: keyof EndpointNeeds, endpoints: readonly PlannedEndpoint[]): boolean =>
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

/** A rule as the provider reads it. */
interface OutboundRule {
  readonly protocol: string;
  readonly cidrBlocks?: readonly string[];
}

/**
 * What is wrong with a group that lets everything out, by the rule which EC2 gives every new one
 * (https://docs.aws.amazon.com/vpc/latest/userguide/default-custom-security-groups.html). The provider deletes it when it
 * makes the group, but one whose rule it could not delete, for want of a permission, is in the state as if it were
 * whole. A refresh reads the rule, and no update would ever delete it.
 */
export function openGroupProblem(
  groupId: string,
  region: string,
  outbound: readonly OutboundRule[] = [],
): string | undefined {
  const isOpen = ({ protocol, cidrBlocks }: OutboundRule) => protocol === "-1" && cidrBlocks?.includes("0.0.0.0/0");
  return outbound.some(isOpen)
    ? `security group ${groupId} lets everything out by a rule which is not this stack's. Delete the rule: ` +
        `aws ec2 revoke-security-group-egress --region ${region} --group-id ${groupId} --protocol all --cidr 0.0.0.0/0 ` +
        "&& pulumi up --refresh"
    : undefined;
}
