import { asList, asRecord, type Check, type Finding, finding, show } from "./check";

const everybody: readonly unknown[] = ["0.0.0.0/0", "::/0"];

/**
 * Nobody on the internet is let in, and no route leads out but those which a temporary NAT gateway adds and removes.
 */
export const checkOpenings: Check = ({ resources }) =>
  resources.flatMap((resource): Finding[] => {
    const { inputs, type } = resource;
    const blocks =
      type === "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule" ||
      (type === "aws:ec2/securityGroupRule:SecurityGroupRule" && inputs.type === "ingress")
        ? addressBlocks(inputs)
        : asList(inputs.ingress).map(asRecord).flatMap(addressBlocks);
    const open = blocks
      .filter((block) => everybody.includes(block))
      .map((block) =>
        finding(resource, "ingress", `${show(block)} lets everybody in`, "a security group or a private block"),
      );
    return [
      ...open,
      ...internetRoutes(type, inputs).map((target) =>
        finding(
          resource,
          "routes",
          `a lasting route to ${target}`,
          "no route; TemporaryNatGateway opens one for a while",
        ),
      ),
    ];
  });

function addressBlocks(rule: Readonly<Record<string, unknown>>): unknown[] {
  return [rule.cidrIpv4, rule.cidrIpv6, ...asList(rule.cidrBlocks), ...asList(rule.ipv6CidrBlocks)];
}

function internetRoutes(type: string, inputs: Readonly<Record<string, unknown>>): string[] {
  const routes =
    type === "aws:ec2/route:Route"
      ? [inputs]
      : type === "aws:ec2/routeTable:RouteTable"
        ? asList(inputs.routes).map(asRecord)
        : [];
  return routes
    .flatMap((route) => [route.gatewayId, route.natGatewayId, route.egressOnlyGatewayId])
    .filter((target) => target !== undefined)
    .map(String);
}
