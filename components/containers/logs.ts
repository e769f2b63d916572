import * as pulumi from "@pulumi/pulumi";
import type { PolicyStatement } from "../iam";
import type { EndpointNeed } from "../network/endpoints";
import type { ContainerDefinition } from "./containerDefinition";

/** What the awslogs driver does with existing log groups, for the role and for the endpoint. */
export function logStatements(logGroupArns: readonly pulumi.Input<string>[]): PolicyStatement[] {
  return [
    {
      Sid: "WriteLogs",
      Effect: "Allow",
      Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
      Resource: logGroupArns.map((arn) => pulumi.interpolate`${arn}:*`),
    },
  ];
}

/** The endpoint the awslogs driver sends to, for these log groups only, which need not exist yet. */
export function logEndpoint(
  region: string,
  accountId: pulumi.Input<string>,
  logGroups: readonly { readonly logGroupName: string }[],
): EndpointNeed {
  const arns = logGroups.map(
    ({ logGroupName }) => pulumi.interpolate`arn:aws:logs:${region}:${accountId}:log-group:${logGroupName}`,
  );
  return { endpoint: "logs", statements: logStatements(arns) };
}

/**
 * Sends a container's output to a log group, each container in streams of its own. Non-blocking, so that an app goes on
 * serving when CloudWatch Logs is slow or out of reach
 * (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html).
 */
export function awslogs(
  logGroupName: string,
  region: string,
  streamPrefix: string,
): ContainerDefinition["logConfiguration"] {
  return {
    logDriver: "awslogs",
    options: {
      "awslogs-group": logGroupName,
      "awslogs-region": region,
      "awslogs-stream-prefix": streamPrefix,
      "max-buffer-size": "10m",
      mode: "non-blocking",
    },
  };
}

/** What all log groups of a stack have in common. */
export interface LogGroupDefaults {
  /** Days after which CloudWatch Logs deletes what is in them. */
  readonly logRetentionDays: number;
  /** ARN of the KMS key they are encrypted with. @default CloudWatch Logs' own encryption */
  readonly logKmsKeyArn?: string;
}

/** Gives these to every log group which the program makes from now on, so that a new one cannot be forgotten. */
export function setLogGroupDefaults({ logRetentionDays, logKmsKeyArn }: LogGroupDefaults): void {
  pulumi.runtime.registerStackTransformation(({ type, props, opts }) =>
    type === "aws:cloudwatch/logGroup:LogGroup"
      ? { props: { ...props, retentionInDays: logRetentionDays, kmsKeyId: logKmsKeyArn }, opts }
      : undefined,
  );
}

/**
 * The retention times, in days, which CloudWatch Logs offers for a log group.
 *
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
 */
export const logRetentionDays: readonly number[] = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];
