import type { EC2 } from "@aws-sdk/client-ec2";

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

/**
 * An EC2 client which sends every call once: whether a call whose answer got lost may be repeated depends on what it
 * creates, so that is decided where it is made. Loaded only when called, because a preview calls no AWS.
 */
export async function connectEc2({ region, profile }: AwsLocation): Promise<EC2> {
  const { EC2 } = await import("@aws-sdk/client-ec2");
  return new EC2({
    region,
    ...(profile === undefined ? {} : { profile }),
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 5_000, requestTimeout: 30_000, throwOnRequestTimeout: true },
  });
}
