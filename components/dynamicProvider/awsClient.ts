import type { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import type { EC2 } from "@aws-sdk/client-ec2";
import type { ECR } from "@aws-sdk/client-ecr";
import type { ECS } from "@aws-sdk/client-ecs";
import type { Scheduler } from "@aws-sdk/client-scheduler";
import type { SSM } from "@aws-sdk/client-ssm";

/** Where AWS is called, and as whom. */
export interface AwsLocation {
  /** AWS region, such as `eu-central-1`. */
  readonly region: string;
  /**
   * Profile of the AWS configuration files to take credentials from.
   * @default the SDK's own search: environment, default profile, instance role
   */
  readonly profile?: string;
}

/** How long a client waits for AWS, in milliseconds: the SDK itself would wait for an answer for ever. */
export interface ClientTimeouts {
  /** Until a connection is there. @default 5000 */
  readonly connectionTimeout?: number;
  /** Until a call is answered. @default 30000 */
  readonly requestTimeout?: number;
}

/** The settings of every client. */
function clientSettings({ region, profile }: AwsLocation, timeouts: ClientTimeouts = {}) {
  return {
    region,
    ...(profile === undefined ? {} : { profile }),
    requestHandler: { connectionTimeout: 5_000, requestTimeout: 30_000, throwOnRequestTimeout: true, ...timeouts },
  };
}

/*
 * One function for each client; clients are made nowhere else, so that none can wait for ever. Packages are loaded only
 * when called, because a preview calls no AWS.
 */

/**
 * An EC2 client which sends every call once: whether a call whose answer got lost may be repeated depends on what it
 * creates, so that is decided where it is made.
 */
export async function connectEc2(location: AwsLocation, timeouts?: ClientTimeouts): Promise<EC2> {
  const { EC2 } = await import("@aws-sdk/client-ec2");
  return new EC2({ ...clientSettings(location, timeouts), maxAttempts: 1 });
}

/** A client of EventBridge Scheduler, of the same kind. */
export async function connectScheduler(location: AwsLocation, timeouts?: ClientTimeouts): Promise<Scheduler> {
  const { Scheduler } = await import("@aws-sdk/client-scheduler");
  return new Scheduler({ ...clientSettings(location, timeouts), maxAttempts: 1 });
}

/** A client of ECS, which sends a call up to three times, like the following ones: the SDK's default. */
export async function connectEcs(location: AwsLocation, timeouts?: ClientTimeouts): Promise<ECS> {
  const { ECS } = await import("@aws-sdk/client-ecs");
  return new ECS(clientSettings(location, timeouts));
}

export async function connectEcr(location: AwsLocation, timeouts?: ClientTimeouts): Promise<ECR> {
  const { ECR } = await import("@aws-sdk/client-ecr");
  return new ECR(clientSettings(location, timeouts));
}

export async function connectLogs(location: AwsLocation, timeouts?: ClientTimeouts): Promise<CloudWatchLogs> {
  const { CloudWatchLogs } = await import("@aws-sdk/client-cloudwatch-logs");
  return new CloudWatchLogs(clientSettings(location, timeouts));
}

export async function connectSsm(location: AwsLocation, timeouts?: ClientTimeouts): Promise<SSM> {
  const { SSM } = await import("@aws-sdk/client-ssm");
  return new SSM(clientSettings(location, timeouts));
}
