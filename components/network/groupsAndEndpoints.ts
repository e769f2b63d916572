import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type PolicyStatement, policyJson } from "../iam";
import { type GatewayEndpoint, isGateway, type PlannedEndpoint } from "./endpoints";
import { groupNames, openGroupProblem, type planSecurityGroups } from "./securityGroups";
import type { makeSubnetsAndRoutes } from "./subnetsAndRoutes";

/** What security groups and endpoints are made from. */
interface EndpointArgs extends NonNullable<ReturnType<typeof planSecurityGroups>["plan"]> {
  readonly endpoints: readonly PlannedEndpoint[];
  readonly region: string;
  readonly accountId: pulumi.Input<string>;
  /** What they are put into. */
  readonly places: ReturnType<typeof makeSubnetsAndRoutes>;
}

/** Makes the security groups, the endpoints and the rules; answers what others attach themselves to. */
export function makeGroupsAndEndpoints(
  name: string,
  child: { readonly parent: pulumi.Resource },
  { groups: plannedGroups, rules, endpoints, region, accountId, places }: EndpointArgs,
) {
  const vpcId = places.vpc.id;
  // Without inline rules the provider takes away AWS's rule that allows everything out, and leaves later rules alone
  // (https://www.pulumi.com/registry/packages/aws/api-docs/ec2/securitygroup/).
  const groupIds = new Map(
    plannedGroups.map(({ name: group, description }) => {
      const made = new aws.ec2.SecurityGroup(`${name}-${group}`, { vpcId, description }, child);
      pulumi.all([made.id, made.egress]).apply(([id, outbound]) => {
        const problem = openGroupProblem(id, region, outbound);
        if (problem !== undefined) throw new Error(problem);
      });
      return [group, made.id];
    }),
  );
  const prefixListIds = new Map<GatewayEndpoint, pulumi.Output<string>>();
  let interfaceEndpointCount = 0;
  for (const planned of endpoints) {
    const { endpoint, usedBy } = planned;
    const policy = policyJson(endpointPolicy(planned, accountId));
    const serviceName = `com.amazonaws.${region}.${endpoint}`;
    const makeEndpoint = (args: Partial<aws.ec2.VpcEndpointArgs>): aws.ec2.VpcEndpoint =>
      new aws.ec2.VpcEndpoint(`${name}-${endpoint}`, { vpcId, serviceName, policy, ...args }, child);
    if (isGateway(endpoint)) {
      const routeTableIds = [places.privateRouteTable.id];
      prefixListIds.set(endpoint, makeEndpoint({ vpcEndpointType: "Gateway", routeTableIds }).prefixListId);
    } else {
      // Near the containers, in every zone, unless only the client uses it.
      const { containers, client } = places;
      const subnets = usedBy.includes("containers") || client === undefined ? containers : [client];
      interfaceEndpointCount += subnets.length;
      makeEndpoint({
        vpcEndpointType: "Interface",
        privateDnsEnabled: true,
        subnetIds: subnets.map(({ id }) => id),
        securityGroupIds: usedBy.map((user) => lookUp(groupIds, groupNames.endpoints[user])),
      });
    }
  }
  for (const { name: suffix, group, direction, description, protocol, port, peer } of rules) {
    const Rule = direction === "ingress" ? aws.vpc.SecurityGroupIngressRule : aws.vpc.SecurityGroupEgressRule;
    const securityGroupId = lookUp(groupIds, group);
    const common = { securityGroupId, description, ipProtocol: protocol, fromPort: port, toPort: port };
    if ("group" in peer) {
      new Rule(`${name}-${suffix}`, { ...common, referencedSecurityGroupId: lookUp(groupIds, peer.group) }, child);
    } else if ("cidr" in peer) {
      new Rule(`${name}-${suffix}`, { ...common, cidrIpv4: peer.cidr }, child);
    } else {
      new Rule(`${name}-${suffix}`, { ...common, prefixListId: lookUp(prefixListIds, peer.prefixList) }, child);
    }
  }
  return {
    securityGroupId: (group: string) => lookUp(groupIds, group),
    s3PrefixListId: lookUp(prefixListIds, "s3"),
    interfaceEndpointCount,
  };
}

/**
 * The statements of an endpoint's policy: each allowed to everybody of this account and to nobody else, so that the
 * endpoint cannot carry data to somebody else's account with somebody else's keys. Not so for S3: ECR's layers and
 * Amazon Linux's packages are fetched by signed or anonymous requests that do not come from this account
 * (https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html).
 */
function endpointPolicy({ endpoint, statements }: PlannedEndpoint, account: pulumi.Input<string>): PolicyStatement[] {
  return statements.map((statement) => ({
    ...statement,
    Principal: "*",
    ...(endpoint === "s3" ? {} : { Condition: withinAccount(statement.Condition, account) }),
  }));
}

function withinAccount(condition: PolicyStatement["Condition"], account: pulumi.Input<string>) {
  return { ...condition, StringEquals: { ...condition?.StringEquals, "aws:PrincipalAccount": account } };
}

/** What a map holds under a key. Throws when it holds nothing, which means that the plan contradicts itself. */
function lookUp<Key, Value>(map: ReadonlyMap<Key, Value>, key: Key): Value {
  const value = map.get(key);
  if (value === undefined) {
    throw new Error(`the network has no "${key}"`);
  }
  return value;
}
