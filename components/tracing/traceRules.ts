import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { physicalName } from "../names";

interface TraceRulesArgs {
  /** The traced services, each with its name in its traces. */
  readonly services: readonly { readonly name: string; readonly tracingName: string }[];
  /** What sets the stack apart in the account, project and stack: X-Ray's names are unique in account and region. */
  readonly scope: readonly string[];
}

/** The longest name of a group or sampling rule (https://docs.aws.amazon.com/xray/latest/api/API_SamplingRule.html). */
const longestName = 32;

/** Name of a stack's X-Ray group. */
export const groupNameOf = (scope: readonly string[]): string => physicalName(scope, longestName);

/** What X-Ray does with the services' traces: health checks are not sampled, the rest is found in a group. */
export class TraceRules extends pulumi.ComponentResource {
  readonly groupArn: pulumi.Output<string>;

  constructor(name: string, args: TraceRulesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("traced-fargate:tracing:TraceRules", name, {}, opts);
    for (const service of args.services) {
      const ruleName = physicalName([...args.scope, service.name, "health"], longestName);
      const rule = healthCheckRule(ruleName, service.tracingName);
      new aws.xray.SamplingRule(`${name}-${service.name}-health`, rule, { parent: this });
    }
    const group = new aws.xray.Group(
      name,
      {
        groupName: groupNameOf(args.scope),
        // The traces any of the services took part in.
        filterExpression: args.services.map(({ tracingName }) => `service("${tracingName}")`).join(" OR "),
      },
      { parent: this },
    );
    this.groupArn = group.arn;
    this.registerOutputs({ groupArn: this.groupArn });
  }
}

/**
 * The rule that keeps a service's health checks out of the traces: asked first (priority 1), and sampling none. Rules
 * hold for the account's whole region, so each service has one with its exact name: a pattern that fits all services of
 * the stack `dev` fits those of `dev-2`, too. A region may have 25 rules, and more on request
 * (https://docs.aws.amazon.com/general/latest/gr/xray.html).
 *
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-console-sampling.html
 */
function healthCheckRule(ruleName: string, serviceName: string): aws.xray.SamplingRuleArgs {
  return {
    ruleName,
    priority: 1,
    reservoirSize: 0,
    fixedRate: 0,
    httpMethod: "GET",
    urlPath: "/health",
    host: "*",
    serviceName,
    serviceType: "*",
    resourceArn: "*",
    version: 1,
  };
}
