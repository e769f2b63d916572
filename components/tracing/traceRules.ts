import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { physicalName } from "../names";

export interface TraceRulesArgs {
  /** Names of the services in their traces. */
  readonly tracingNames: readonly string[];
  /** What sets the stack apart in the account, project and stack: X-Ray's names are unique in account and region. */
  readonly scope: readonly string[];
}

/** The longest name of a group or sampling rule (https://docs.aws.amazon.com/xray/latest/api/API_SamplingRule.html). */
const longestName = 32;

/** What X-Ray does with the services' traces: health checks are not sampled, the rest is found in a group. */
export class TraceRules extends pulumi.ComponentResource {
  readonly groupArn: pulumi.Output<string>;

  constructor(name: string, args: TraceRulesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("traced-fargate:tracing:TraceRules", name, {}, opts);
    new aws.xray.SamplingRule(`${name}-health`, healthCheckRule(physicalName([...args.scope, "health"], longestName)), {
      parent: this,
    });
    const group = new aws.xray.Group(
      name,
      { groupName: physicalName(args.scope, longestName), filterExpression: serviceFilter(args.tracingNames) },
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

/** The filter expression of the traces any of the services took part in. */
export function serviceFilter(tracingNames: readonly string[]): string {
  return tracingNames.map((name) => `service("${name}")`).join(" OR ");
}
