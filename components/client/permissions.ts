import * as pulumi from "@pulumi/pulumi";
import type { PolicyStatement } from "../iam";
import type { EndpointNeed } from "../network/endpoints";
import { packageRepositoryBucket } from "./userData";

/**
 * The channels of Session Manager and Run Command. IAM knows no resources for these actions
 * (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsessionmanagermessagegatewayservice.html).
 */
const sessionChannels: PolicyStatement = {
  Sid: "OpenSessionChannels",
  Effect: "Allow",
  Action: [
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
  ],
  Resource: ["*"],
};

/**
 * What the agent calls when it falls back to the older message service; IAM knows no resources here either
 * (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonmessagedeliveryservice.html).
 */
const messageDelivery: PolicyStatement = {
  Sid: "ReceiveMessages",
  Effect: "Allow",
  Action: [
    "ec2messages:AcknowledgeMessage",
    "ec2messages:DeleteMessage",
    "ec2messages:FailMessage",
    "ec2messages:GetEndpoint",
    "ec2messages:GetMessages",
    "ec2messages:SendReply",
  ],
  Resource: ["*"],
};

/** Which of the optional parts of Systems Manager the client uses. */
export interface LoadClientAccessOptions {
  /**
   * Also allow the message service `ec2messages`. SSM Agent 3.3.40.0 and later, so every current Amazon Linux 2023
   * image, does without it
   * (https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-setting-up-messageAPIs.html).
   *
   * @default false
   */
  readonly ec2messages?: boolean;
}

/**
 * What the SSM Agent needs for Session Manager and Run Command, and nothing else: the minimum listed at
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-create-iam-instance-profile.html.
 * The managed policy AmazonSSMManagedInstanceCore would also let the instance read every parameter of the account.
 *
 * @param region AWS region of the client.
 * @param accountId The account of the client: it registers as an instance of this account and region only.
 */
export function loadClientStatements(
  region: string,
  accountId: pulumi.Input<string>,
  options: LoadClientAccessOptions = {},
): PolicyStatement[] {
  return [
    registration(pulumi.interpolate`arn:aws:ec2:${region}:${accountId}:instance/*`),
    sessionChannels,
    ...(options.ec2messages === true ? [messageDelivery] : []),
  ];
}

/**
 * The VPC endpoints the client needs, each with the calls it makes through it: Systems Manager for sessions and
 * commands, and S3 for the packages of Amazon Linux.
 */
export function loadClientEndpoints(region: string, options: LoadClientAccessOptions = {}): EndpointNeed[] {
  return [
    { endpoint: "ssm", statements: [registration(`arn:aws:ec2:${region}:*:instance/*`)] },
    { endpoint: "ssmmessages", statements: [sessionChannels] },
    ...(options.ec2messages === true ? [{ endpoint: "ec2messages", statements: [messageDelivery] } as const] : []),
    {
      endpoint: "s3",
      statements: [
        {
          Sid: "InstallPackages",
          Effect: "Allow",
          Action: ["s3:GetObject"],
          Resource: [`arn:aws:s3:::${packageRepositoryBucket(region)}/*`],
        },
      ],
    },
  ];
}

function registration(instances: pulumi.Input<string>): PolicyStatement {
  return {
    Sid: "RegisterWithSystemsManager",
    Effect: "Allow",
    Action: ["ssm:UpdateInstanceInformation"],
    Resource: [instances],
  };
}
