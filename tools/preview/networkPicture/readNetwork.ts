import { asList } from "../../checks/check";
import { type Evaluation, ofType, type RecordedResource } from "../../evaluation/evaluation";
import { type Moment, temporaryEgress } from "../../network/lease";
import { endpointResources, residentsOf, serviceOf } from "../../network/residents";
import { routeTableOf } from "../../network/routes";
import { connectionsOf } from "./connections";
import type { Band, EndpointGroup, Network } from "./network";
import { gatewaysOf, routesOf } from "./routes";

/** Everything the picture shows, from what the program told the Pulumi engine. */
export function readNetwork(evaluation: Evaluation, moment: Moment): Network {
  const lease = temporaryEgress(evaluation);
  const open = moment === "during" ? lease : undefined;
  const residents = residentsOf(evaluation);
  const gateways = gatewaysOf(evaluation, open);
  const interfaces = endpointResources(evaluation, "Interface");
  const gatewayEndpoints = endpointResources(evaluation, "Gateway").map((resource) => ({
    node: `gateway ${serviceOf(resource)}`,
    service: serviceOf(resource),
    prefixList: resource.outputs.prefixListId,
    routeTables: asList(resource.inputs.routeTableIds),
  }));
  const subnets = ofType(evaluation, "aws:ec2/subnet:Subnet");
  const zones = [...new Set(subnets.map(({ inputs }) => inputs.availabilityZone))];
  const bands = new Map<string, { ids: string[]; band: Band }>();
  for (const { id = "", name, inputs } of subnets) {
    const table = routeTableOf(id, evaluation);
    const within = residents.filter((resident) => resident.subnets.includes(id));
    const endpoints = interfaces.filter((endpoint) => asList(endpoint.inputs.subnetIds).includes(id));
    const here = gateways.filter(({ subnet }) => subnet === id);
    const key = JSON.stringify([table, within, endpoints.map(({ urn }) => urn), here]);
    const subnet = {
      name: withoutPrefix(name),
      cidr: String(inputs.cidrBlock),
      zone: `zone ${zones.indexOf(inputs.availabilityZone) + 1}`,
    };
    const known = bands.get(key);
    bands.set(key, {
      ids: [...(known?.ids ?? []), id],
      band: {
        subnets: [...(known?.band.subnets ?? []), subnet],
        routes: routesOf(table, evaluation, open),
        residents: within,
        endpoints: endpointGroups(endpoints),
        gateways: here,
      },
    });
  }
  const { connections, addresses } = connectionsOf(evaluation, {
    bands: [...bands.values()].map(({ band }) => band),
    residents,
    gatewayEndpoints,
    gateways,
    lease: open,
    tablesOf: (resident) => resident.subnets.map((subnet) => routeTableOf(subnet, evaluation)),
  });
  return {
    stack: evaluation.stack,
    region: evaluation.config["aws:region"] ?? "",
    moment,
    hasTemporaryEgress: lease !== undefined,
    cidr: ofType(evaluation, "aws:ec2/vpc:Vpc")
      .map(({ inputs }) => String(inputs.cidrBlock))
      .join(", "),
    bands: [...bands.values()].map(({ band }) => band),
    internetGateways: gateways.filter(({ kind }) => kind === "internet gateway"),
    gatewayEndpoints,
    addresses,
    connections,
  };
}

function endpointGroups(endpoints: readonly RecordedResource[]): EndpointGroup[] {
  const byGroups = new Map<string, EndpointGroup>();
  for (const endpoint of endpoints) {
    const groups = asList(endpoint.inputs.securityGroupIds).map(String).sort();
    const key = `endpoints ${groups.join(" ")}`;
    const known = byGroups.get(key)?.services ?? [];
    byGroups.set(key, { node: key, groups, services: [...known, serviceOf(endpoint)] });
  }
  return [...byGroups.values()];
}

/** Resources of the network are named after it, `network-client`; the picture shows what sets them apart. */
function withoutPrefix(name: string): string {
  return name.replace(/^network-/, "");
}
