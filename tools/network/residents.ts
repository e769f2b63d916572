import { asList, asRecord } from "../checks/check";
import { containerPorts, taskDefinitions } from "../checks/taskDefinitions";
import { type Evaluation, ofType, type RecordedResource } from "../evaluation/evaluation";
import { portName } from "./rules";

/** A container of a task, and the ports it listens on. */
interface Container {
  readonly name: string;
  readonly ports: readonly string[];
}

/** What runs in subnets: the tasks of an ECS service, or an instance. */
export interface Resident {
  readonly node: string;
  readonly name: string;
  readonly kind: "service" | "instance";
  /** What it is, in words. */
  readonly detail?: string;
  readonly containers: readonly Container[];
  readonly groups: readonly string[];
  readonly subnets: readonly string[];
  readonly isPublic: boolean;
}

/** Everything that runs in the subnets: instances, then services. */
export function residentsOf(evaluation: Evaluation): Resident[] {
  return [...instances(evaluation), ...services(evaluation)];
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

/** The endpoints of a type. */
export function endpointResources(evaluation: Evaluation, type: "Interface" | "Gateway"): RecordedResource[] {
  return ofType(evaluation, "aws:ec2/vpcEndpoint:VpcEndpoint").filter(
    // The API's own default is Gateway (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpcEndpoint.html).
    ({ inputs }) => (inputs.vpcEndpointType ?? "Gateway") === type,
  );
}

/** `com.amazonaws.eu-central-1.ecr.api` is `ecr.api`. */
export function serviceOf({ inputs }: RecordedResource): string {
  return String(inputs.serviceName).replace(/^com\.amazonaws\.[^.]+\./, "");
}
