import { asList, asRecord, type Check, type DeclaredResource, type Finding, finding, show } from "./check";

type Inputs = Readonly<Record<string, unknown>>;

/** Nobody on the internet is let in, and nothing that leads there lasts longer than a deployment. */
export const checkOpenings: Check = ({ resources }) =>
  resources.flatMap((resource) => [...findOpenIngress(resource), ...findInternetAccess(resource)]);

const securityGroups = ["aws:ec2/securityGroup:SecurityGroup", "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"];

/** Security groups let in no more than private networks, in whichever resource their rules stand. */
export function findOpenIngress(resource: DeclaredResource): Finding[] {
  const { type, inputs } = resource;
  if (securityGroups.includes(type)) {
    return asList(inputs.ingress).flatMap((rule, index) =>
      wideBlocks(resource, asRecord(rule), `ingress[${index}].`, "securityGroups"),
    );
  }
  if (type === "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule") {
    return wideBlocks(resource, inputs, "", "referencedSecurityGroupId");
  }
  return type === "aws:ec2/securityGroupRule:SecurityGroupRule" && inputs.type === "ingress"
    ? wideBlocks(resource, inputs, "", "sourceSecurityGroupId")
    : [];
}

function wideBlocks(resource: DeclaredResource, rule: Inputs, path: string, group: string): Finding[] {
  return ["cidrIpv4", "cidrIpv6", "cidrBlocks", "ipv6CidrBlocks"].flatMap((property) =>
    asList(rule[property]).flatMap((block, index) => {
      const at = `${path}${property}${Array.isArray(rule[property]) ? `[${index}]` : ""}`;
      const instead = `the callers' security group in ${group}, or a private block such as "10.0.0.0/16"`;
      return holdsInternet(block) ? [finding(resource, at, `${show(block)} lets everybody in`, instead)] : [];
    }),
  );
}

/**
 * Whether a block holds addresses of the internet because no private network is as wide: the widest are 10.0.0.0/8
 * (https://www.rfc-editor.org/rfc/rfc1918) and fc00::/7 (https://www.rfc-editor.org/rfc/rfc4193). So that two halves,
 * 0.0.0.0/1 and 128.0.0.0/1, are not taken for less than the whole.
 */
function holdsInternet(block: unknown): boolean {
  const [, address = "", prefix = ""] = /^([\da-f.:]+)\/(\d+)$/i.exec(String(block)) ?? [];
  return prefix !== "" && Number(prefix) < (address.includes(":") ? 7 : 8);
}

const viaEndpoints =
  "an aws.ec2.VpcEndpoint for each service of AWS, and a TemporaryNatGateway where a deployment needs the internet";

const gateways: Readonly<Record<string, string>> = {
  "aws:ec2/internetGateway:InternetGateway": "an internet gateway",
  "aws:ec2/internetGatewayAttachment:InternetGatewayAttachment": "an internet gateway of a VPC",
  "aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway": "an egress-only internet gateway",
  "aws:ec2/carrierGateway:CarrierGateway": "a carrier gateway",
};

/**
 * No gateway and no route to the internet. What a temporary NAT gateway needs is not among a stack's resources: its own
 * provider makes and deletes it.
 */
export function findInternetAccess(resource: DeclaredResource): Finding[] {
  const { type, inputs } = resource;
  const gateway = gateways[type];
  if (gateway !== undefined)
    return [finding(resource, "type", `${gateway} leads to the internet`, `none, but ${viaEndpoints}`)];
  // A private one leads to other networks only: https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway.html
  if (type === "aws:ec2/natGateway:NatGateway" && inputs.connectivityType !== "private") {
    const wrong = "a public NAT gateway leads to the internet";
    return [finding(resource, "connectivityType", wrong, `"private"; or no NAT gateway, but ${viaEndpoints}`)];
  }
  return declaredRoutes(resource).flatMap(({ path, route }) => findInternetRoute(resource, path, route));
}

function declaredRoutes({ type, inputs }: DeclaredResource): { path: string; route: Inputs }[] {
  switch (type) {
    case "aws:ec2/route:Route":
    case "aws:ec2transitgateway/route:Route":
      return [{ path: "", route: inputs }];
    case "aws:ec2/routeTable:RouteTable":
    case "aws:ec2/defaultRouteTable:DefaultRouteTable":
      return asList(inputs.routes).map((route, index) => ({ path: `routes[${index}].`, route: asRecord(route) }));
    default:
      return [];
  }
}

const destinations = ["destinationCidrBlock", "destinationIpv6CidrBlock", "cidrBlock", "ipv6CidrBlock"];

function findInternetRoute(resource: DeclaredResource, path: string, route: Inputs): Finding[] {
  // A transit gateway drops what a blackhole route is for:
  // https://docs.aws.amazon.com/vpc/latest/tgw/tgw-route-tables.html
  const wide = route.blackhole === true ? [] : destinations.filter((property) => holdsInternet(route[property]));
  const targets = ["gatewayId", "egressOnlyGatewayId"].filter((property) => /^e?igw-/.test(String(route[property])));
  return [
    ...wide.map((property) => ({ property, wrong: `a lasting route for ${show(route[property])}` })),
    ...(wide.length > 0 ? [] : targets).map((property) => ({
      property,
      wrong: `a lasting route to ${route[property]}`,
    })),
  ].map(({ property, wrong }) => finding(resource, `${path}${property}`, wrong, `no such route, but ${viaEndpoints}`));
}
