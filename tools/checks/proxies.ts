import { type Evaluation, ofType, type RecordedResource } from "../evaluation/evaluation";
import { asList, asRecord } from "./check";
import { type RawContainer, taskDefinitions } from "./taskDefinitions";

/** An HTTP proxy through which a container of a task sends what it calls X-Ray for. */
interface XrayProxy {
  readonly url: string;
  /** Whether the security groups of every service of the task let it reach the proxy's port. */
  readonly reachable: boolean;
}

/** The proxy which the X-Ray daemon of this role's tasks is told to use; nothing when there is none. */
export function xrayProxyOf(role: RecordedResource, evaluation: Evaluation): XrayProxy | undefined {
  for (const { resource, containers } of taskDefinitions(evaluation)) {
    const url = resource.inputs.taskRoleArn === role.outputs.arn ? containers.map(proxyFlag).find(Boolean) : undefined;
    if (url !== undefined) {
      const services = ofType(evaluation, "aws:ecs/service:Service").filter(
        ({ inputs }) => inputs.taskDefinition === resource.outputs.arn,
      );
      return { url, reachable: services.every((service) => canReach(service, portOf(url), evaluation)) };
    }
  }
  return undefined;
}

/**
 * The proxy in a daemon's command: its own flag
 * (https://docs.aws.amazon.com/xray/latest/devguide/xray-daemon-configuration.html).
 */
export function proxyFlag({ command }: RawContainer): string | undefined {
  const words = asList(command).map(String);
  const flag = words.findIndex((word) => word === "-p" || word === "--proxy-address");
  return flag === -1 ? undefined : words[flag + 1];
}

/** The port of a proxy, by its URL. */
export function portOf(url: string): number {
  if (!URL.canParse(url)) return 0;
  const { port, protocol } = new URL(url);
  return Number(port || (protocol === "https:" ? 443 : 80));
}

/** Whether a rule lets a service reach some addresses at a port. */
function canReach({ inputs }: RecordedResource, port: number, evaluation: Evaluation): boolean {
  const groups = asList(asRecord(inputs.networkConfiguration).securityGroups);
  return ofType(evaluation, "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule").some(
    ({ inputs: rule }) =>
      groups.includes(rule.securityGroupId) &&
      rule.cidrIpv4 !== undefined &&
      Number(rule.fromPort) <= port &&
      port <= Number(rule.toPort),
  );
}
