import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { policyJson, trustPolicy } from "../iam";

/** The fields of a record in their order, and what the saved query calls each. */
const fields = [
  ["ecs-service-name", "service"],
  ["interface-id", "networkInterface"],
  ["srcaddr", "source"],
  ["srcport", "sourcePort"],
  ["dstaddr", "destination"],
  ["dstport", "port"],
  ["protocol", "ipProtocol"],
  ["packets", "packetCount"],
  ["bytes", "byteCount"],
  ["start", "began"],
  ["end", "ended"],
  ["action", "verdict"],
  ["log-status", "recorded"],
] as const;

/**
 * The format of the records. Not the default one, because that does not say which service a packet is from, and the
 * network interface of a task which has ended is gone
 * (https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html).
 */
export const logFormat = fields.map(([field]) => `\${${field}}`).join(" ");

/**
 * A query for CloudWatch Logs Insights: who in the VPC was kept from sending to which address outside it, most first.
 *
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
 */
export function whatTriedToLeave(vpcCidr: string): string {
  const isInVpc = (address: string) => `isIpv4InSubnet(${address}, "${vpcCidr}")`;
  return [
    `parse @message "${fields.map(() => "*").join(" ")}" as ${fields.map(([, name]) => name).join(", ")}`,
    `filter verdict = "REJECT" and ${isInVpc("source")} and not ${isInVpc("destination")}`,
    "stats sum(packetCount) as sent, max(@timestamp) as last by service, networkInterface, destination, port, ipProtocol",
    "sort sent desc",
    "limit 1000",
  ].join("\n| ");
}

/** Arguments of {@link FlowLogs}. */
interface FlowLogsArgs {
  /** AWS region, such as `eu-central-1`. */
  readonly region: string;
  readonly accountId: pulumi.Input<string>;
  readonly vpcId: pulumi.Input<string>;
  /** The ECS cluster whose services send the traffic. */
  readonly cluster: pulumi.Resource;
  /** Addresses of the VPC. */
  readonly vpcCidr: string;
  /** Which traffic is recorded: what security groups and network ACLs reject, or all. */
  readonly trafficType: "REJECT" | "ALL";
  /** What the names of the log group and of the saved query begin with, such as `traced-fargate/dev`. */
  readonly prefix: string;
}

/**
 * Records a VPC's traffic in a log group, with a saved query that says what tried to leave the VPC. Lookups of names are
 * not in it (https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-limitations.html).
 *
 * Cost: $0.50 for each GB of records; less than a cent a month without traffic.
 */
export class FlowLogs extends pulumi.ComponentResource {
  constructor(name: string, args: FlowLogsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("traced-fargate:operations:FlowLogs", name, {}, opts);
    const child = { parent: this };
    const { region, accountId, vpcId, cluster, trafficType, prefix } = args;
    const logGroup = new aws.cloudwatch.LogGroup(name, { name: `/${prefix}/flow-logs` }, child);
    // https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
    const flowLogs = pulumi.interpolate`arn:aws:ec2:${region}:${accountId}:vpc-flow-log/*`;
    const assumeRolePolicy = policyJson(trustPolicy("vpc-flow-logs.amazonaws.com", accountId, flowLogs));
    const role = new aws.iam.Role(name, { assumeRolePolicy }, child);
    const policy = new aws.iam.RolePolicy(
      name,
      {
        role: role.name,
        // Without CreateLogGroup, which that page lists: what arrives late would bring a deleted log group back, to be
        // kept for ever. AWS's CDK does without it, too
        // (https://github.com/aws/aws-cdk/blob/main/packages/aws-cdk-lib/aws-ec2/lib/vpc-flow-logs.ts).
        policy: policyJson([
          {
            Sid: "WriteFlowLogs",
            Effect: "Allow",
            Action: ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
            Resource: [pulumi.interpolate`${logGroup.arn}:*`],
          },
        ]),
      },
      child,
    );
    new aws.ec2.FlowLog(
      name,
      { vpcId, trafficType, logFormat, logDestination: logGroup.arn, iamRoleArn: role.arn },
      // Every change replaces it, and a second one with the same log group may be refused with FlowLogAlreadyExists
      // (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html).
      // AWS takes fields of ECS only when the account has a cluster
      // (https://github.com/hashicorp/terraform-provider-aws/pull/40638).
      { ...child, dependsOn: [policy, cluster], deleteBeforeReplace: true },
    );
    new aws.cloudwatch.QueryDefinition(
      name,
      {
        name: `${prefix}/what-tried-to-leave`,
        logGroupNames: [logGroup.name],
        queryString: whatTriedToLeave(args.vpcCidr),
      },
      child,
    );
    this.registerOutputs();
  }
}
