import { asList, asRecord } from "../../checks/check";
import { containerPorts, taskDefinitions } from "../../checks/taskDefinitions";
import { type Evaluation, ofType, type RecordedResource } from "../../evaluation/evaluation";
import { connectionsOf } from "./connections";
import { type Band, type EndpointGroup, type Moment, type Network, portName, type Resident } from "./network";
import { gatewaysOf, routesOf, temporaryEgress } from "./routes";

/** Everything the picture shows, from what the program told the Pulumi engine. */
export function readNetwork(evaluation: Evaluation, moment: Moment): Network {
  const lease = temporaryEgress(evaluation);
  const open = moment === "during" ? lease : undefined;
  const residents = [...instances(evaluation), ...services(evaluation)];
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
    temporaryGroups: open?.egressSecurityGroupIds ?? [],
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

function services(evaluation: Evaluation): Resident[] {
  return ofType(evaluation, "aws:ecs/service:Service").map(({ name, inputs }) => {
    const { subnets, securityGroups, assignPublicIp } = asRecord(inputs.networkConfiguration);
    const task = taskDefinitions(evaluation).find(({ resource }) => resource.outputs.arn === inputs.taskDefinition);
    const containers = (task?.containers ?? []).map((container) => {
      const ports = containerPorts(container).map(({ port, protocol }) => portName(protocol, port, port));
      return { name: String(container.name), ports };
    });
    const count = Number(inputs.desiredCount);
    return {
      node: `service ${name}`,
      name,
      kind: "service",
      detail: count === 1 ? undefined : `${count} tasks`,
      containers,
      groups: asList(securityGroups).map(String),
      subnets: asList(subnets).map(String),
      isPublic: assignPublicIp === true,
    };
  });
}

function instances(evaluation: Evaluation): Resident[] {
  return ofType(evaluation, "aws:ec2/instance:Instance").map(({ name, inputs }) => ({
    node: `instance ${name}`,
    name: "load client",
    kind: "instance",
    detail: `EC2 ${inputs.instanceType}`,
    containers: [],
    groups: asList(inputs.vpcSecurityGroupIds).map(String),
    subnets: [String(inputs.subnetId)],
    isPublic: inputs.associatePublicIpAddress === true,
  }));
}

function endpointResources(evaluation: Evaluation, type: "Interface" | "Gateway"): RecordedResource[] {
  return ofType(evaluation, "aws:ec2/vpcEndpoint:VpcEndpoint").filter(
    // The API's own default is Gateway (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpcEndpoint.html).
    ({ inputs }) => (inputs.vpcEndpointType ?? "Gateway") === type,
  );
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

/** `com.amazonaws.eu-central-1.ecr.api` is `ecr.api`. */
function serviceOf({ inputs }: RecordedResource): string {
  return String(inputs.serviceName).replace(/^com\.amazonaws\.[^.]+\./, "");
}

function routeTableOf(subnet: string, evaluation: Evaluation): string | undefined {
  const association = ofType(evaluation, "aws:ec2/routeTableAssociation:RouteTableAssociation").find(
    ({ inputs }) => inputs.subnetId === subnet,
  );
  return association === undefined ? undefined : String(association.inputs.routeTableId);
}

/** Resources of the network are named after it, `network-client`; the picture shows what sets them apart. */
function withoutPrefix(name: string): string {
  return name.replace(/^network-/, "");
}
