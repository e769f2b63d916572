import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { policyJson } from "../iam";

/**
 * A query for CloudWatch Logs Insights: which names were looked up that are neither AWS's nor the stack's, and by whom,
 * most first.
 *
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-query-logs-format.html
 *
 * @param domain the stack's private DNS zone
 */
export function whatWasLookedUp(domain: string): string {
  const own = ["amazonaws.com", domain].map((name) => name.replaceAll(".", "\\.")).join("|");
  return [
    "fields @timestamp",
    `filter query_name not like /(^|\\.)(${own})\\.$/`,
    "stats count(*) as lookups, max(@timestamp) as last by query_name, query_type, rcode, srcaddr, firewall_rule_action",
    "sort lookups desc",
    "limit 1000",
  ].join("\n| ");
}

/** Arguments of {@link DnsQueryLogs}. */
interface DnsQueryLogsArgs {
  /** AWS region, such as `eu-central-1`. */
  readonly region: string;
  readonly accountId: pulumi.Input<string>;
  readonly vpcId: pulumi.Input<string>;
  /** The stack's private DNS zone. */
  readonly domain: string;
  /** What the names of the log group and of the saved query begin with, such as `traced-fargate/dev`. */
  readonly prefix: string;
}

/**
 * Logs the names which are looked up in a VPC, with a saved query that says which were not AWS's nor the stack's. Route
 * 53 Resolver answers from its cache without a line in the log
 * (https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-query-logs.html).
 *
 * Cost: $0.50 for each GB of lines.
 */
export class DnsQueryLogs extends pulumi.ComponentResource {
  constructor(name: string, args: DnsQueryLogsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("traced-fargate:operations:DnsQueryLogs", name, {}, opts);
    const child = { parent: this };
    const { region, accountId, prefix } = args;
    const logGroup = new aws.cloudwatch.LogGroup(name, { name: `/${prefix}/dns-query-logs` }, child);
    const policy = new aws.cloudwatch.LogResourcePolicy(
      name,
      {
        // Of the log group, with which it goes: an account has ten others in a region.
        resourceArn: logGroup.arn,
        // To the letter, or AWS would add this statement
        // (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-CWL.html).
        policyDocument: policyJson([
          {
            Sid: "AWSLogDeliveryWrite20150319",
            Effect: "Allow",
            Principal: { Service: ["delivery.logs.amazonaws.com"] },
            Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
            Resource: [pulumi.interpolate`${logGroup.arn}:log-stream:*`],
            Condition: {
              StringEquals: { "aws:SourceAccount": [accountId] },
              ArnLike: { "aws:SourceArn": [pulumi.interpolate`arn:aws:logs:${region}:${accountId}:*`] },
            },
          },
        ]),
      },
      child,
    );
    const config = new aws.route53.ResolverQueryLogConfig(
      name,
      { destinationArn: logGroup.arn },
      { ...child, dependsOn: [policy] },
    );
    new aws.route53.ResolverQueryLogConfigAssociation(
      name,
      { resolverQueryLogConfigId: config.id, resourceId: args.vpcId },
      child,
    );
    new aws.cloudwatch.QueryDefinition(
      name,
      {
        name: `${prefix}/what-was-looked-up`,
        logGroupNames: [logGroup.name],
        queryString: whatWasLookedUp(args.domain),
      },
      child,
    );
    this.registerOutputs();
  }
}
