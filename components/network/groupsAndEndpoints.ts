import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { policyJson } from "../iam";
import { endpointPolicy, type GatewayEndpoint, isGateway, type PlannedEndpoint } from "./endpoints";
import { clientGroup, endpointGroups, type SecurityGroupRule } from "./securityGroups";
import type { Scope, Subnets } from "./subnetsAndRoutes";

/** Security groups by the name they have among the rules. */
type SecurityGroups = ReadonlyMap<string, aws.ec2.SecurityGroup>;
/** Prefix lists of the gateway endpoints. */
type PrefixLists = ReadonlyMap<GatewayEndpoint, pulumi.Output<string>>;

/** Makes security groups which allow nothing yet. */
export function makeSecurityGroups(
  { name, child }: Scope,
  vpc: aws.ec2.Vpc,
  groups: readonly string[],
): SecurityGroups {
  // Without inline rules the provider takes away AWS's rule that allows everything out, and leaves later rules alone
  // (https://www.pulumi.com/registry/packages/aws/api-docs/ec2/securitygroup/).
  return new Map(
    groups.map((group) => [
      group,
      new aws.ec2.SecurityGroup(`${name}-${group}`, { vpcId: vpc.id, description: describeGroup(group) }, child),
    ]),
  );
}

function describeGroup(group: string): string {
  const known: Readonly<Record<string, string>> = {
    [clientGroup]: "Load client",
    [endpointGroups.containers]: "Endpoints the containers use",
    [endpointGroups.client]: "Endpoints the load client uses",
  };
  return known[group] ?? `Containers of ${group}`;
}

/** What endpoints are put into. */
interface EndpointNetwork {
  readonly region: string;
  readonly accountId: pulumi.Input<string>;
  readonly vpc: aws.ec2.Vpc;
  readonly subnets: Subnets;
  readonly groups: SecurityGroups;
  /** The table that gets the routes of gateway endpoints. */
  readonly routeTable: aws.ec2.RouteTable;
}

/** Makes the endpoints; returns the prefix lists of those that are gateways. */
export function makeEndpoints(
  { name, child }: Scope,
  endpoints: readonly PlannedEndpoint[],
  network: EndpointNetwork,
): PrefixLists {
  const { region, accountId, vpc, subnets, groups, routeTable } = network;
  const prefixLists = new Map<GatewayEndpoint, pulumi.Output<string>>();
  for (const planned of endpoints) {
    const common = {
      vpcId: vpc.id,
      serviceName: `com.amazonaws.${region}.${planned.endpoint}`,
      policy: policyJson(endpointPolicy(planned, accountId)),
    };
    const make = (more: Partial<aws.ec2.VpcEndpointArgs>): aws.ec2.VpcEndpoint =>
      new aws.ec2.VpcEndpoint(`${name}-${planned.endpoint}`, { ...common, ...more }, child);
    if (isGateway(planned.endpoint)) {
      const endpoint = make({ vpcEndpointType: "Gateway", routeTableIds: [routeTable.id] });
      prefixLists.set(planned.endpoint, endpoint.prefixListId);
    } else {
      make({
        vpcEndpointType: "Interface",
        privateDnsEnabled: true,
        subnetIds: subnetsOf(planned, subnets).map((subnet) => subnet.id),
        securityGroupIds: planned.usedBy.map((user) => lookUp(groups, endpointGroups[user]).id),
      });
    }
  }
  return prefixLists;
}

/**
 * Where an interface endpoint has its network interfaces: near the containers, in every zone, unless only the client
 * uses it.
 */
export const subnetsOf = ({ usedBy }: PlannedEndpoint, subnets: Subnets): readonly aws.ec2.Subnet[] =>
  usedBy.includes("containers") || subnets.client === undefined ? subnets.containers : [subnets.client];

/** Makes one rule of one group. */
export function makeSecurityGroupRule(
  { name, child }: Scope,
  rule: SecurityGroupRule,
  groups: SecurityGroups,
  prefixLists: PrefixLists,
): void {
  const { direction, peer, port } = rule;
  const Rule = direction === "ingress" ? aws.vpc.SecurityGroupIngressRule : aws.vpc.SecurityGroupEgressRule;
  const args = {
    securityGroupId: lookUp(groups, rule.group).id,
    description: rule.description,
    ipProtocol: rule.protocol,
    fromPort: port,
    toPort: port,
    ...peerArgs(peer, groups, prefixLists),
  };
  new Rule(`${name}-${rule.name}`, args, child);
}

function peerArgs(peer: SecurityGroupRule["peer"], groups: SecurityGroups, prefixLists: PrefixLists) {
  if ("group" in peer) {
    return { referencedSecurityGroupId: lookUp(groups, peer.group).id };
  }
  return "cidr" in peer ? { cidrIpv4: peer.cidr } : { prefixListId: lookUp(prefixLists, peer.prefixList) };
}

/** What a map holds under a key. Throws when it holds nothing, which means that the plan contradicts itself. */
export function lookUp<Key, Value>(map: ReadonlyMap<Key, Value>, key: Key): Value {
  const value = map.get(key);
  if (value === undefined) {
    throw new Error(`the network has no "${key}"`);
  }
  return value;
}
