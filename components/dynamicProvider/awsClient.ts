import type { EC2 } from "@aws-sdk/client-ec2";
import type { Scheduler } from "@aws-sdk/client-scheduler";

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

/** The settings of every client. Timeouts are in milliseconds: the SDK would wait for an answer for ever. */
export function clientSettings({ region, profile }: AwsLocation) {
  return {
    region,
    ...(profile === undefined ? {} : { profile }),
    requestHandler: { connectionTimeout: 5_000, requestTimeout: 30_000, throwOnRequestTimeout: true },
  };
}

/**
 * An EC2 client which sends every call once: whether a call whose answer got lost may be repeated depends on what it
 * creates, so that is decided where it is made. Loaded only when called, because a preview calls no AWS.
 */
export async function connectEc2(location: AwsLocation): Promise<EC2> {
  const { EC2 } = await import("@aws-sdk/client-ec2");
  return new EC2({ ...clientSettings(location), maxAttempts: 1 });
}

/** A client of EventBridge Scheduler, of the same kind. */
export async function connectScheduler(location: AwsLocation): Promise<Scheduler> {
  const { Scheduler } = await import("@aws-sdk/client-scheduler");
  return new Scheduler({ ...clientSettings(location), maxAttempts: 1 });
}
