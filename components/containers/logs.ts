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
