import { type Evaluation, ofType, type RecordedResource } from "../evaluation/evaluation";
import { parseJson } from "../values";
import { asList, asRecord, type Check, type DeclaredResource, type Finding, finding, formatFinding } from "./check";
import { type FoundStatement, policyStatements } from "./policies";
import { xrayProxyOf } from "./proxies";

/** The endpoints through which a service is called, by the prefix of its IAM actions, where the two names differ. */
const endpointsByPrefix: Readonly<Record<string, readonly string[]>> = {
  cloudwatch: ["monitoring"],
  // ECR hands out addresses in S3, where the layers of images lie.
  ecr: ["ecr.api", "ecr.dkr", "s3"],
};

/**
 * What a task or an instance may call can be reached: its VPC has no other way to AWS than endpoints, whose policies
 * allow what the roles allow, and for the X-Ray daemon the proxy it is told to use. A missing endpoint shows itself as
 * a timeout, an endpoint's policy as a denial which the role does not explain.
 */
export const checkReachableServices: Check = (evaluation) => {
  const endpoints = ofType(evaluation, "aws:ec2/vpcEndpoint:VpcEndpoint");
  const findings = [...policyStatements(evaluation.resources)].flatMap((call) => {
    const role = roleInVpc(call.resource, evaluation);
    const actions = role === undefined ? [] : asList(call.statement.Action).map(String);
    return actions.flatMap(
      (action) => proxyFindings(call, action, role, evaluation) ?? endpointFindings(call, action, endpoints),
    );
  });
  return [...new Map(findings.map((each) => [formatFinding(each), each])).values()];
};

/** The role of tasks or instances which a policy belongs to; nothing for any other policy. */
function roleInVpc({ type, inputs }: DeclaredResource, evaluation: Evaluation): RecordedResource | undefined {
  const role = ofType(evaluation, "aws:iam/role:Role").find(({ id }) => id === inputs.role);
  const isPolicy = type === "aws:iam/rolePolicy:RolePolicy";
  return isPolicy && role !== undefined && trusts(role, /^(ecs-tasks|ec2)\./) ? role : undefined;
}

/** What is wrong with calling X-Ray through a proxy; nothing when it is not called through one. */
function proxyFindings(
  { resource, path }: FoundStatement,
  action: string,
  role: RecordedResource | undefined,
  evaluation: Evaluation,
): Finding[] | undefined {
  const proxy = role === undefined || !action.startsWith("xray:") ? undefined : xrayProxyOf(role, evaluation);
  if (proxy === undefined) return undefined;
  const problem = `xray cannot be reached: no security group lets the task reach the proxy ${proxy.url}`;
  return proxy.reachable
    ? []
    : [finding(resource, `${path}.Action`, problem, "an egress rule to the proxy's addresses")];
}

function trusts({ inputs }: RecordedResource, service: RegExp): boolean {
  return asList(asRecord(parseJson(String(inputs.assumeRolePolicy))).Statement)
    .map(asRecord)
    .flatMap(({ Principal }) => asList(asRecord(Principal).Service))
    .some((principal) => service.test(String(principal)));
}

function endpointFindings(
  { resource, path }: FoundStatement,
  action: string,
  endpoints: readonly RecordedResource[],
): Finding[] {
  const [prefix = ""] = action.split(":");
  const needed = endpointsByPrefix[prefix] ?? [prefix];
  const missing = needed.filter((service) => !endpoints.some((endpoint) => serves(endpoint, service)));
  if (missing.length > 0) {
    const problem = `${prefix} cannot be reached without the endpoint ${missing.join(" and ")}`;
    return [finding(resource, `${path}.Action`, problem, "actions of services with an endpoint in the VPC")];
  }
  const used = endpoints.filter((endpoint) => needed.some((service) => serves(endpoint, service)));
  const allowed = [...policyStatements(used)].flatMap(({ statement }) => asList(statement.Action));
  const [first] = used;
  return first === undefined || allowed.includes(action) || used.some(({ inputs }) => inputs.policy === undefined)
    ? []
    : [finding(first, "policy", `does not allow ${action}, which ${resource.name} needs`, "what the roles allow")];
}

function serves({ inputs }: RecordedResource, service: string): boolean {
  return String(inputs.serviceName).endsWith(`.${service}`);
}
