import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface TraceRulesArgs {
  /** Name of the service in its traces. */
  readonly tracingName: string;
  /** Name of the X-Ray group, unique in account and region, at most 32 characters. */
  readonly groupName: string;
  /** Name of the sampling rule for health checks, unique in account and region, at most 32 characters. */
  readonly healthRuleName: string;
}

/** What X-Ray does with the service's traces: health checks are not sampled, the rest is found in a group. */
export class TraceRules extends pulumi.ComponentResource {
  readonly groupArn: pulumi.Output<string>;

  constructor(name: string, args: TraceRulesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("traced-fargate:tracing:TraceRules", name, {}, opts);
    new aws.xray.SamplingRule(`${name}-health`, healthCheckRule(args.healthRuleName), { parent: this });
    const group = new aws.xray.Group(
      name,
      { groupName: args.groupName, filterExpression: serviceFilter(args.tracingName) },
      { parent: this },
    );
    this.groupArn = group.arn;
    this.registerOutputs({ groupArn: this.groupArn });
  }
}

/**
 * The rule that keeps health checks out of the traces: asked first (priority 1), and sampling none. It holds for every
 * service of the account, as an SDK's own rules know only its service.
 *
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-console-sampling.html
 */
export function healthCheckRule(ruleName: string): aws.xray.SamplingRuleArgs {
  return {
    ruleName,
    priority: 1,
    reservoirSize: 0,
    fixedRate: 0,
    httpMethod: "GET",
    urlPath: "/health",
    host: "*",
    serviceName: "*",
    serviceType: "*",
    resourceArn: "*",
    version: 1,
  };
}

/** The filter expression of the traces a service took part in. */
export function serviceFilter(tracingName: string): string {
  return `service("${tracingName}")`;
}
