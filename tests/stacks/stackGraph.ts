import assert from "node:assert/strict";
import type { ContainerDefinition } from "../../components/containers/containerDefinition";
import { parseConfig } from "../../config";
import { tenantsOf } from "../../config/subnetCapacity";
import type { Evaluation, RecordedResource } from "../../tools/evaluation/evaluation";

/** What an evaluated stack is made of, in a form that tests can compare as a whole. */
export class StackGraph {
  constructor(private readonly evaluation: Evaluation) {}

  ofType(type: string): RecordedResource[] {
    return this.evaluation.resources.filter((resource) => resource.type === type);
  }

  one(type: string, name: string): RecordedResource {
    const found = this.ofType(type).find((resource) => resource.name === name);
    assert.ok(found !== undefined, `there is no ${type} "${name}"`);
    return found;
  }

  /** The container definitions of a task. */
  containers(task: string): ContainerDefinition[] {
    return JSON.parse(String(this.one("aws:ecs/taskDefinition:TaskDefinition", task).inputs.containerDefinitions));
  }

  /** The images that are built: by name, the target of the Dockerfile and the arguments. */
  builtImages(): unknown[][] {
    return this.ofType("awsx:ecr:Image").map(({ name, inputs }) => [name, inputs.target, inputs.args]);
  }

  /** What the policy of each endpoint lets through, by type and by the name AWS gives its service within a region. */
  endpoints(): Record<string, string[]> {
    return Object.fromEntries(
      this.ofType("aws:ec2/vpcEndpoint:VpcEndpoint").map(({ inputs }) => {
        const service = String(inputs.serviceName).replace(/^com\.amazonaws\.[^.]+\./, "");
        return [`${inputs.vpcEndpointType} ${service}`, statementsOf(inputs.policy)];
      }),
    );
  }

  /** How many network interfaces of endpoints are in the first container subnet, and what the configuration counts. */
  interfacesOfEndpoints(): { made: number; counted: number } {
    const { id } = this.one("aws:ec2/subnet:Subnet", "network-containers-1");
    const { config, project, stack } = this.evaluation;
    const endpoints = this.ofType("aws:ec2/vpcEndpoint:VpcEndpoint").map(({ inputs }) => inputs.subnetIds);
    return {
      made: endpoints.filter((subnetIds) => Array.isArray(subnetIds) && subnetIds.includes(id)).length,
      counted: tenantsOf(parseConfig(config, project, stack)).interfaceEndpoints,
    };
  }

  /** Everything the security groups allow, one line a rule. */
  rules(): string[] {
    const rules = [
      ...this.ofType("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"),
      ...this.ofType("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"),
    ];
    return rules
      .map(({ type, inputs }) => {
        const peer = inputs.cidrIpv4 ?? this.nameOf(inputs.referencedSecurityGroupId ?? inputs.prefixListId);
        const ports = inputs.fromPort === inputs.toPort ? inputs.toPort : `${inputs.fromPort}-${inputs.toPort}`;
        const direction = type.includes("Ingress") ? "from" : "to";
        return `${this.nameOf(inputs.securityGroupId)}: ${inputs.ipProtocol}/${ports} ${direction} ${peer}`;
      })
      .sort();
  }

  /** What every role may do. */
  roles(): Record<string, string[]> {
    return Object.fromEntries(
      this.ofType("aws:iam/rolePolicy:RolePolicy").map(({ name, inputs }) => [name, statementsOf(inputs.policy)]),
    );
  }

  /** What would be a lasting way out, and what would open one. */
  waysOut(): RecordedResource[] {
    return [
      "aws:ec2/route:Route",
      "aws:ec2/internetGateway:InternetGateway",
      "aws:ec2/natGateway:NatGateway",
      "aws:ec2/eip:Eip",
      "pulumi-nodejs:dynamic/temporaryNatGateway:NatGatewayLease",
      "pulumi-nodejs:dynamic/temporaryNatGateway:NatGatewayRelease",
    ].flatMap((type) => this.ofType(type));
  }

  /** How many resources there are of each type, with the types' short names. */
  counts(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { type, custom } of this.evaluation.resources) {
      const name = type.replace(/^aws:\w+\/\w+:/, "");
      if (custom) counts[name] = (counts[name] ?? 0) + 1;
    }
    return counts;
  }

  /** The name of the resource with an id; for a prefix list, that of its endpoint. */
  private nameOf(id: unknown): string {
    const found = this.evaluation.resources.find((each) => each.id === id || each.outputs.prefixListId === id);
    return found?.name ?? String(id);
  }
}

/** The statements of a policy, one text each: actions, then the resources without the random part of their names. */
function statementsOf(policy: unknown): string[] {
  const { Statement } = JSON.parse(String(policy)) as { Statement: { Action: string[]; Resource?: string[] }[] };
  return Statement.map(({ Action, Resource = [] }) => {
    return `${Action.join(" ")} on ${Resource.map((arn) => arn.replace(/-[0-9a-f]{7}\b/, "")).join(" ")}`;
  });
}
