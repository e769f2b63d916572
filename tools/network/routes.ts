import { asList, asRecord } from "../checks/check";
import { type Evaluation, ofType, type RecordedResource } from "../evaluation/evaluation";

/** A route that the program makes, beside those that every route table has. */
export interface GivenRoute {
  readonly table: string;
  /** Addresses or the id of a prefix list. */
  readonly destination: string;
  /** Which property names the target, such as `natGatewayId`. */
  readonly targetKey: string;
  readonly target: string;
  /** What the program makes it with. */
  readonly resource: RecordedResource;
}

/** The routes that the program makes: each of its own, or those in a route table. */
export function givenRoutes({ resources }: Evaluation): GivenRoute[] {
  return resources.flatMap((resource) =>
    routeInputs(resource).map((route): GivenRoute => {
      const [targetKey = ""] = Object.keys(route).filter((each) => each.endsWith("Id") && !notTargets.includes(each));
      const destination = [
        route.destinationCidrBlock,
        route.cidrBlock,
        route.destinationIpv6CidrBlock,
        route.ipv6CidrBlock,
        route.destinationPrefixListId,
      ].find((each) => each !== undefined);
      const table = resource.type === "aws:ec2/route:Route" ? route.routeTableId : resource.id;
      const target = String(route[targetKey]);
      return { table: String(table), destination: String(destination), targetKey, target, resource };
    }),
  );
}

const notTargets: readonly string[] = ["routeTableId", "destinationPrefixListId"];

function routeInputs({ type, inputs }: RecordedResource): Readonly<Record<string, unknown>>[] {
  if (type === "aws:ec2/route:Route") return [inputs];
  return type === "aws:ec2/routeTable:RouteTable" ? asList(inputs.routes).map(asRecord) : [];
}

/** The route table of a subnet, which is the VPC's main one where the program names none. */
export function routeTableOf(subnet: string, evaluation: Evaluation): string | undefined {
  const association = ofType(evaluation, "aws:ec2/routeTableAssociation:RouteTableAssociation").find(
    ({ inputs }) => inputs.subnetId === subnet,
  );
  const main = () => ofType(evaluation, "aws:ec2/vpc:Vpc").map(({ outputs }) => outputs.mainRouteTableId)[0];
  const table = association === undefined ? main() : association.inputs.routeTableId;
  return table === undefined ? undefined : String(table);
}
