import { asList, asRecord } from "../../checks/check";
import { type Evaluation, ofType } from "../../evaluation/evaluation";
import { everywhere, type Gateway, type Route } from "./network";

/** What the lease of the temporary NAT gateway works on, as its resource is told. */
interface TemporaryEgress {
  readonly publicSubnetId: string;
  readonly publicRouteTableId: string;
  readonly privateRouteTableIds: readonly unknown[];
  readonly egressSecurityGroupIds: readonly unknown[];
}

/** The temporary NAT gateway that `pulumi up` makes and deletes; nothing for a stack without one. */
export function temporaryEgress(evaluation: Evaluation): TemporaryEgress | undefined {
  const [lease] = ofType(evaluation, "pulumi-nodejs:dynamic/temporaryNatGateway:NatGatewayLease");
  if (lease === undefined) return undefined;
  const network = asRecord(lease.inputs.network);
  return {
    publicSubnetId: String(network.publicSubnetId),
    publicRouteTableId: String(network.publicRouteTableId),
    privateRouteTableIds: asList(network.privateRouteTableIds),
    egressSecurityGroupIds: asList(network.egressSecurityGroupIds),
  };
}

const temporaryNat = "temporary NAT gateway";
const temporaryInternetGateway = "temporary internet gateway";

/** The NAT gateways and internet gateways there are: those of the program last, those of the lease do not. */
export function gatewaysOf(evaluation: Evaluation, lease: TemporaryEgress | undefined): Gateway[] {
  const lasting = evaluation.resources.flatMap(({ type, id = "", inputs }): Gateway[] => {
    if (type === "aws:ec2/natGateway:NatGateway") {
      return [{ node: id, kind: "NAT gateway", subnet: String(inputs.subnetId), lifetime: "unwanted" }];
    }
    return type === "aws:ec2/internetGateway:InternetGateway"
      ? [{ node: id, kind: "internet gateway", lifetime: "unwanted" }]
      : [];
  });
  // What a route leads to is there, whoever made it.
  const routed = evaluation.resources
    .flatMap(({ type, inputs }) => routeInputs(type, inputs))
    .map(({ gatewayId }) => String(gatewayId))
    .filter((id) => id.startsWith("igw-") && !lasting.some(({ node }) => node === id))
    .map((node): Gateway => ({ node, kind: "internet gateway", lifetime: "unwanted" }));
  const temporary: Gateway[] =
    lease === undefined
      ? []
      : [
          { node: temporaryNat, kind: "NAT gateway", subnet: lease.publicSubnetId, lifetime: "temporary" },
          { node: temporaryInternetGateway, kind: "internet gateway", lifetime: "temporary" },
        ];
  return [...lasting, ...routed, ...temporary];
}

/** The routes of a table beside the one that every table has, for addresses in the VPC. */
export function routesOf(
  table: string | undefined,
  evaluation: Evaluation,
  lease: TemporaryEgress | undefined,
): Route[] {
  const endpoints = ofType(evaluation, "aws:ec2/vpcEndpoint:VpcEndpoint")
    .filter(({ inputs }) => asList(inputs.routeTableIds).includes(table))
    .map(
      ({ inputs }): Route => ({
        destination: String(inputs.serviceName).split(".").slice(3).join("."),
        lifetime: "lasting",
      }),
    );
  const given = evaluation.resources.flatMap(({ type, id, inputs }) =>
    (type === "aws:ec2/route:Route" ? inputs.routeTableId : id) === table ? routeInputs(type, inputs).map(toRoute) : [],
  );
  const temporary = (node: string, target: string): Route => ({
    destination: "0.0.0.0/0",
    target,
    node,
    lifetime: "temporary",
  });
  return [
    ...endpoints,
    ...given,
    ...(lease !== undefined && lease.publicRouteTableId === table
      ? [temporary(temporaryInternetGateway, "internet gateway")]
      : []),
    ...(lease?.privateRouteTableIds.includes(table) ? [temporary(temporaryNat, "NAT gateway")] : []),
  ];
}

/** The routes that a resource makes: one of its own, or those in a route table. */
function routeInputs(type: string, inputs: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>[] {
  if (type === "aws:ec2/route:Route") return [inputs];
  return type === "aws:ec2/routeTable:RouteTable" ? asList(inputs.routes).map(asRecord) : [];
}

const targetNames: Readonly<Record<string, string>> = {
  egressOnlyGatewayId: "egress-only internet gateway",
  gatewayId: "internet gateway",
  natGatewayId: "NAT gateway",
  networkInterfaceId: "network interface",
  transitGatewayId: "transit gateway",
  vpcPeeringConnectionId: "peering connection",
};

function toRoute(route: Readonly<Record<string, unknown>>): Route {
  const [key = ""] = Object.keys(route).filter((each) => each.endsWith("Id") && each !== "routeTableId");
  const destination = [
    route.destinationCidrBlock,
    route.cidrBlock,
    route.destinationIpv6CidrBlock,
    route.ipv6CidrBlock,
    route.destinationPrefixListId,
  ].find((each) => each !== undefined);
  return {
    destination: String(destination),
    target: targetNames[key] ?? key,
    node: String(route[key]),
    // A route to some addresses, such as those of a proxy, is what an organisation's network needs.
    lifetime: everywhere.includes(destination) ? "unwanted" : "lasting",
  };
}
