import { type Evaluation, ofType, type RecordedResource } from "../evaluation/evaluation";
import { asList, asRecord, type Check, type Finding, finding, leaves, show } from "./check";
import { containerPath, containerPorts, type TaskDefinition, taskDefinitions } from "./taskDefinitions";

/**
 * Ports which agree with each other: of the containers, their health checks, and the security group rules that lead to
 * them.
 */
export const checkPorts: Check = (evaluation) => {
  const tasks = taskDefinitions(evaluation);
  return [
    ...tasks.flatMap(containerFindings),
    ...tasks.flatMap(healthCheckFindings),
    ...ofType(evaluation, "aws:ecs/service:Service").flatMap((service) => ruleFindings(evaluation, service, tasks)),
  ];
};

function containerFindings({ resource, containers }: TaskDefinition): Finding[] {
  const taken = new Map<string, unknown>();
  return containers.flatMap((container, index) =>
    containerPorts(container).flatMap(({ port, protocol }) => {
      const path = containerPath(container, index, "portMappings");
      if (!Number.isInteger(port) || Number(port) < 1 || Number(port) > 65535) {
        return [finding(resource, path, `${show(port)} is not a port`, "1 to 65535")];
      }
      // The containers of a task share one network interface.
      const key = `${port}/${protocol}`;
      const owner = taken.get(key);
      taken.set(key, container.name);
      return owner === undefined ? [] : [finding(resource, path, `${owner} has ${key} already`, "a free port")];
    }),
  );
}

function healthCheckFindings({ resource, containers }: TaskDefinition): Finding[] {
  const ports = containers.flatMap(containerPorts).map(({ port }) => port);
  return containers.flatMap((container, index) =>
    [...leaves(asRecord(container.healthCheck).command, "")].flatMap(({ value }) =>
      [...String(value).matchAll(/(?:localhost|127\.0\.0\.1):(\d+)/g)]
        .map((match) => Number(match[1]))
        .filter((port) => !ports.includes(port))
        .map((port) => {
          const path = containerPath(container, index, "healthCheck.command");
          return finding(resource, path, `nothing listens on port ${port}`, ports.join(", "));
        }),
    ),
  );
}

function ruleFindings(evaluation: Evaluation, service: RecordedResource, tasks: readonly TaskDefinition[]): Finding[] {
  const task = tasks.find(({ resource }) => resource.outputs.arn === service.inputs.taskDefinition);
  const groups = asList(asRecord(service.inputs.networkConfiguration).securityGroups);
  const listening = (task?.containers ?? []).flatMap(containerPorts).filter(({ protocol }) => protocol === "tcp");
  const ports = listening.map(({ port }) => port);
  const ingress = ofType(evaluation, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule").filter(({ inputs }) =>
    groups.includes(inputs.securityGroupId),
  );
  const wrongRules = ingress
    .filter(({ inputs }) => !ports.some((port) => port === inputs.fromPort && port === inputs.toPort))
    .map((rule) => {
      const range = `${rule.inputs.fromPort} to ${rule.inputs.toPort}`;
      return finding(rule, "fromPort", `no container of ${service.name} listens on ${range}`, ports.join(", "));
    });
  // Only a load client calls the first service of an app; without one, no rule lets anybody in there.
  const hasCallers = ingress.length > 0 || ofType(evaluation, "aws:ec2/instance:Instance").length > 0;
  const closed = (hasCallers ? ports : [])
    .filter((port) => !ingress.some(({ inputs }) => inputs.fromPort === port))
    .map((port) =>
      finding(
        service,
        "networkConfiguration.securityGroups",
        `no rule lets anybody in on port ${port}`,
        "an ingress rule",
      ),
    );
  return [...wrongRules, ...closed, ...ingress.flatMap((rule) => callerFindings(evaluation, rule))];
}

/** Who is let in must be let out as well. */
function callerFindings(evaluation: Evaluation, { inputs, name }: RecordedResource): Finding[] {
  const caller = ofType(evaluation, "aws:ec2/securityGroup:SecurityGroup").find(
    ({ id }) => id === inputs.referencedSecurityGroupId,
  );
  const egress = ofType(evaluation, "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule").some(
    (rule) =>
      rule.inputs.securityGroupId === caller?.id &&
      rule.inputs.referencedSecurityGroupId === inputs.securityGroupId &&
      rule.inputs.fromPort === inputs.fromPort,
  );
  return caller === undefined || egress
    ? []
    : [
        finding(
          caller,
          "egress",
          `the rule "${name}" lets it in on port ${inputs.fromPort}, but nothing lets it out`,
          "an egress rule",
        ),
      ];
}
