import { isDeepStrictEqual } from "node:util";
import { must } from "./awsProtocol";
import type { Ec2Account, RouteTable, Rule } from "./ec2DoubleAccount";
import { type Action, type Ec2Request, ok, tagSet, type XmlValue } from "./ec2DoubleRequest";

function ruleXml(id: string, rule: Rule): XmlValue {
  return {
    securityGroupRuleId: id,
    groupId: rule.groupId,
    isEgress: true,
    ipProtocol: rule.protocol,
    fromPort: rule.fromPort,
    toPort: rule.toPort,
    cidrIpv4: rule.cidr,
    description: rule.description,
    tagSet: tagSet(rule.tags),
  };
}

/** The table of a call about a route, and its destination. */
function routeIn(account: Ec2Account, request: Ec2Request): { id: string; table: RouteTable; destination: string } {
  const id = request.get("RouteTableId");
  const table = account.objects.routeTables[id];
  must(table !== undefined, "InvalidRouteTableID.NotFound", `The routeTable ID '${id}' does not exist`);
  return { id, table, destination: request.get("DestinationCidrBlock") };
}

/** The target which a route is to have, checked as far as AWS does. */
function targetIn(account: Ec2Account, request: Ec2Request, id: string, { vpcId }: RouteTable): string {
  const natGatewayId = request.optional("NatGatewayId");
  if (natGatewayId !== undefined) {
    const available = account.find("natGateways", natGatewayId)?.state === "available";
    must(available, "InvalidNatGatewayID.NotFound", `The natGateway ID '${natGatewayId}' does not exist`);
    return natGatewayId;
  }
  const gatewayId = request.get("GatewayId");
  const gateway = account.get("internetGateways", gatewayId, "InvalidInternetGatewayID.NotFound");
  // https://github.com/smoketurner/serverless-vpc-plugin/issues/147
  const refused = `route table ${id} and network gateway ${gatewayId} belong to different networks`;
  must(gateway.vpcId === vpcId && !gateway.attaching, "InvalidParameterValue", refused);
  return gatewayId;
}

function groupIn(account: Ec2Account, request: Ec2Request): string {
  const id = request.get("GroupId");
  const exists = account.objects.securityGroups[id] !== undefined;
  must(exists, "InvalidGroup.NotFound", `The security group '${id}' does not exist`);
  return id;
}

/** Routes, and the rules of security groups. */
export const routeActions: Record<string, Action> = {
  CreateRoute(account, request) {
    const { id, table, destination } = routeIn(account, request);
    const target = targetIn(account, request, id, table);
    const exists = `The route identified by ${destination} already exists.`;
    must(table.routes[destination] === undefined, "RouteAlreadyExists", exists);
    table.routes[destination] = target;
    return ok;
  },

  ReplaceRoute(account, request) {
    const { id, table, destination } = routeIn(account, request);
    const target = targetIn(account, request, id, table);
    const none = `There is no route defined for '${destination}' in the route table.`;
    must(table.routes[destination] !== undefined, "InvalidParameterValue", none);
    table.routes[destination] = target;
    return ok;
  },

  DeleteRoute(account, request) {
    const { id, table, destination } = routeIn(account, request);
    const none = `no route with destination-cidr-block ${destination} in ${id}`;
    must(table.routes[destination] !== undefined, "InvalidRoute.NotFound", none);
    delete table.routes[destination];
    return ok;
  },

  DescribeRouteTables(account, request) {
    const filters = request.filters();
    const known = filters.every(({ name }) => name === "route-table-id");
    must(known, "InvalidParameterValue", "The filter is invalid");
    const tables = Object.entries(account.objects.routeTables);
    const found = tables.filter(([id]) => filters.every(({ values }) => values.includes(id)));
    return {
      routeTableSet: found.map(([routeTableId, { vpcId, routes }]) => ({
        routeTableId,
        vpcId,
        routeSet: Object.entries(routes).map(([destination, target]) => ({
          destinationCidrBlock: destination,
          natGatewayId: target.startsWith("nat-") ? target : undefined,
          transitGatewayId: target.startsWith("tgw-") ? target : undefined,
          gatewayId: /^(nat|tgw)-/.test(target) ? undefined : target,
          state: account.routeState(target, vpcId),
        })),
      })),
    };
  },

  AuthorizeSecurityGroupEgress(account, request) {
    const groupId = groupIn(account, request);
    const permission = (name: string) => request.get(`IpPermissions.1.${name}`);
    const rule = {
      groupId,
      protocol: permission("IpProtocol"),
      fromPort: Number(permission("FromPort")),
      toPort: Number(permission("ToPort")),
      cidr: permission("IpRanges.1.CidrIp"),
    };
    const description = request.optional("IpPermissions.1.IpRanges.1.Description");
    // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpRange.html
    const sound = /^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]{0,255}$/.test(description ?? "");
    must(sound, "InvalidParameterValue", "Invalid rule description.");
    const tags = request.tags("security-group-rule");
    const others = Object.values(account.objects.rules).map(({ tags, description, ...other }) => other);
    const isNew = !others.some((other) => isDeepStrictEqual(other, rule));
    must(isNew, "InvalidPermission.Duplicate", "the specified rule already exists");
    const id = account.newId("sgr");
    account.add("rules", id, { ...rule, description, tags });
    return { ...ok, securityGroupRuleSet: [ruleXml(id, { ...rule, description, tags })] };
  },

  RevokeSecurityGroupEgress(account, request) {
    const groupId = groupIn(account, request);
    const ids = request.list("SecurityGroupRuleId");
    const known = ids.length > 0 && ids.every((id) => account.find("rules", id)?.groupId === groupId);
    must(known, "InvalidSecurityGroupRuleId.NotFound", `The security group rule ID '${ids}' does not exist`);
    for (const id of ids) delete account.objects.rules[id];
    return ok;
  },

  DescribeSecurityGroupRules(account, request) {
    const found = account.select("rules", request.filters(), (_rule, id) => ({ "security-group-rule-id": id }));
    return { securityGroupRuleSet: found.map(([id, rule]) => ruleXml(id, rule)) };
  },
};
