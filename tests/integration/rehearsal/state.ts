/** What is looked at of a resource in a stack's state. */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly parent?: string;
  /** Such as `vpc-0a1b2c3d`. */
  readonly id?: string;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

/** The components that the program makes; all others are parts of one of these. */
const componentsOfStack = new Set([
  "traced-fargate:client:LoadClient",
  "traced-fargate:images:StackImages",
  "traced-fargate:network:DnsFirewall",
  "traced-fargate:network:PrivateNetwork",
  "traced-fargate:operations:DnsQueryLogs",
  "traced-fargate:operations:FlowLogs",
  "traced-fargate:operations:Operations",
  "traced-fargate:service:ServiceCluster",
  "traced-fargate:service:TracedService",
  "traced-fargate:table:LastAccessTable",
  "traced-fargate:temporaryNatGateway:TemporaryNatGateway",
  "traced-fargate:tracing:TraceRules",
]);

/** What has lost its parent, and with it its URN: it belongs to the stack itself, but is not one of its components. */
export function withoutComponent(resources: readonly StateResource[]): string[] {
  return resources
    .filter(({ type }) => !type.startsWith("pulumi:") && !componentsOfStack.has(type))
    .filter(({ parent }) => parent === undefined || parent.split("::")[2] === "pulumi:pulumi:Stack")
    .map(({ urn, type }) => `${type} ${urn.split("::").slice(3).join("::")}`);
}
