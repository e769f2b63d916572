import { asList } from "../../checks/check";
import { type Evaluation, ofType } from "../../evaluation/evaluation";
import type { TemporaryEgress } from "../../network/lease";
import { type GivenRoute, givenRoutes } from "../../network/routes";
import { everywhere } from "../../network/rules";
import type { Gateway, Route } from "./network";

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
  const routed = givenRoutes(evaluation)
    .filter(({ targetKey }) => targetKey === "gatewayId")
    .map(({ target }) => target)
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
  const given = givenRoutes(evaluation)
    .filter((route) => route.table === table)
    .map(toRoute);
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

const targetNames: Readonly<Record<string, string>> = {
  egressOnlyGatewayId: "egress-only internet gateway",
  gatewayId: "internet gateway",
  natGatewayId: "NAT gateway",
  networkInterfaceId: "network interface",
  transitGatewayId: "transit gateway",
  vpcPeeringConnectionId: "peering connection",
};

function toRoute({ destination, targetKey, target }: GivenRoute): Route {
  return {
    destination,
    target: targetNames[targetKey] ?? targetKey,
    node: target,
    // A route to some addresses, such as those of a proxy, is what an organisation's network needs.
    lifetime: everywhere.includes(destination) ? "unwanted" : "lasting",
  };
}
