import { AwsError } from "./awsProtocol";
import type { Ec2Account, Rule } from "./ec2DoubleAccount";
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

/** The target which a route is to have, checked as far as AWS does. */
function routeTarget(account: Ec2Account, request: Ec2Request, tableId: string): string {
  const { vpcId } = account.routeTable(tableId);
  const gatewayId = request.optional("GatewayId");
  const natGatewayId = request.optional("NatGatewayId");
  if (natGatewayId !== undefined) {
    if (account.find("natGateways", natGatewayId)?.state !== "available") {
      throw new AwsError("InvalidNatGatewayID.NotFound", `The natGateway ID '${natGatewayId}' does not exist`);
    }
    return natGatewayId;
  }
  const gateway = account.get("internetGateways", gatewayId ?? "", "InvalidInternetGatewayID.NotFound");
  if (gateway.vpcId !== vpcId || gateway.attaching) {
    // https://github.com/smoketurner/serverless-vpc-plugin/issues/147
    throw new AwsError(
      "InvalidParameterValue",
      `route table ${tableId} and network gateway ${gatewayId} belong to different networks`,
    );
  }
  return gatewayId ?? "";
}

/** Routes, and the rules of security groups. */
export const routeActions: Record<string, Action> = {
  CreateRoute(account, request) {
    const tableId = request.required("RouteTableId");
    const table = account.routeTable(tableId);
    const destination = request.required("DestinationCidrBlock");
    const target = routeTarget(account, request, tableId);
    if (table.routes[destination] !== undefined) {
      throw new AwsError("RouteAlreadyExists", `The route identified by ${destination} already exists.`);
    }
    table.routes[destination] = target;
    return ok;
  },

  ReplaceRoute(account, request) {
    const tableId = request.required("RouteTableId");
    const table = account.routeTable(tableId);
    const destination = request.required("DestinationCidrBlock");
    const target = routeTarget(account, request, tableId);
    if (table.routes[destination] === undefined) {
      throw new AwsError("InvalidParameterValue", `There is no route defined for '${destination}' in the route table.`);
    }
    table.routes[destination] = target;
    return ok;
  },

  DeleteRoute(account, request) {
    const id = request.required("RouteTableId");
    const destination = request.required("DestinationCidrBlock");
    const table = account.routeTable(id);
    if (table.routes[destination] === undefined) {
      throw new AwsError("InvalidRoute.NotFound", `no route with destination-cidr-block ${destination} in ${id}`);
    }
    delete table.routes[destination];
    return ok;
  },

  DescribeRouteTables(account, request) {
    const filters = request.filters(["route-table-id", "vpc-id"]);
    const found = Object.entries(account.objects.routeTables).filter(([id, { vpcId }]) =>
      filters.every(({ name, values }) => values.includes(name === "vpc-id" ? vpcId : id)),
    );
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
    const groupId = request.required("GroupId");
    const permission = (name: string) => request.required(`IpPermissions.1.${name}`);
    const [protocol, fromPort, toPort] = [permission("IpProtocol"), permission("FromPort"), permission("ToPort")];
    const cidr = permission("IpRanges.1.CidrIp");
    const description = request.optional("IpPermissions.1.IpRanges.1.Description");
    const tags = request.tags("security-group-rule");
    if (account.objects.securityGroups[groupId] === undefined) {
      throw new AwsError("InvalidGroup.NotFound", `The security group '${groupId}' does not exist`);
    }
    // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpRange.html
    if (description !== undefined && !/^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]{0,255}$/.test(description)) {
      throw new AwsError("InvalidParameterValue", "Invalid rule description.");
    }
    const rule = { groupId, protocol, fromPort: Number(fromPort), toPort: Number(toPort), cidr, description, tags };
    const same = Object.values(account.objects.rules).some(
      (other) =>
        other.groupId === groupId &&
        other.protocol === protocol &&
        other.fromPort === rule.fromPort &&
        other.toPort === rule.toPort &&
        other.cidr === cidr,
    );
    if (same) {
      throw new AwsError("InvalidPermission.Duplicate", "the specified rule already exists");
    }
    const id = account.newId("sgr");
    account.add("rules", id, rule);
    return { ...ok, securityGroupRuleSet: [ruleXml(id, rule)] };
  },

  RevokeSecurityGroupEgress(account, request) {
    const groupId = request.required("GroupId");
    const ids = request.list("SecurityGroupRuleId");
    if (account.objects.securityGroups[groupId] === undefined) {
      throw new AwsError("InvalidGroup.NotFound", `The security group '${groupId}' does not exist`);
    }
    if (ids.length === 0 || ids.some((id) => account.find("rules", id)?.groupId !== groupId)) {
      throw new AwsError("InvalidSecurityGroupRuleId.NotFound", `The security group rule ID '${ids}' does not exist`);
    }
    for (const id of ids) {
      delete account.objects.rules[id];
    }
    return ok;
  },

  DescribeSecurityGroupRules(account, request) {
    const filters = request.filters(["tag:", "group-id", "security-group-rule-id"]);
    const found = account.select("rules", filters, (rule, id, name) => [name === "group-id" ? rule.groupId : id]);
    return { securityGroupRuleSet: found.map(([id, rule]) => ruleXml(id, rule)) };
  },
};
