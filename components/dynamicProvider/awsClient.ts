import type { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import type { EC2 } from "@aws-sdk/client-ec2";
import type { ECR } from "@aws-sdk/client-ecr";
import type { ECS } from "@aws-sdk/client-ecs";
import type { ResourceGroupsTaggingAPI } from "@aws-sdk/client-resource-groups-tagging-api";
import type { Scheduler } from "@aws-sdk/client-scheduler";
import type { SSM } from "@aws-sdk/client-ssm";
import type { STS } from "@aws-sdk/client-sts";
import type { AwsLocation, CalledService } from "./awsLocation";

/** How long a client waits for AWS, in milliseconds: the SDK itself has no limit. */
export interface ClientTimeouts {
  /** Until a connection is there. @default 5000 */
  readonly connectionTimeout?: number;
  /** Until a call is answered. @default 30000 */
  readonly requestTimeout?: number;
}

/** The settings of every client. */
function clientSettings(service: CalledService, location: AwsLocation, timeouts: ClientTimeouts = {}) {
  const { region, profile, assumeRoles = [], endpoints } = location;
  const endpoint = endpoints?.[service];
  return {
    region,
    ...(profile === undefined ? {} : { profile }),
    ...(endpoint === undefined ? {} : { endpoint }),
    // A client keeps them, and asks again before they expire.
    ...(assumeRoles.length === 0 ? {} : { credentials: () => assumedCredentials(location, timeouts) }),
    requestHandler: { connectionTimeout: 5_000, requestTimeout: 30_000, throwOnRequestTimeout: true, ...timeouts },
  };
}

/*
 * One function for each client; clients are made nowhere else, so that all have these limits. Packages are loaded only
 * when called, because a preview calls no AWS.
 */

/**
 * An EC2 client which sends every call once: whether a call whose answer got lost may be repeated depends on what it
 * creates, so that is decided where it is made.
 */
export async function connectEc2(location: AwsLocation, timeouts?: ClientTimeouts): Promise<EC2> {
  const { EC2 } = await import("@aws-sdk/client-ec2");
  return new EC2({ ...clientSettings("ec2", location, timeouts), maxAttempts: 1 });
}

/** A client of EventBridge Scheduler, of the same kind. */
export async function connectScheduler(location: AwsLocation, timeouts?: ClientTimeouts): Promise<Scheduler> {
  const { Scheduler } = await import("@aws-sdk/client-scheduler");
  return new Scheduler({ ...clientSettings("scheduler", location, timeouts), maxAttempts: 1 });
}

/** A client of ECS, which sends a call up to three times, like the following ones: the SDK's default. */
export async function connectEcs(location: AwsLocation, timeouts?: ClientTimeouts): Promise<ECS> {
  const { ECS } = await import("@aws-sdk/client-ecs");
  return new ECS(clientSettings("ecs", location, timeouts));
}

export async function connectEcr(location: AwsLocation, timeouts?: ClientTimeouts): Promise<ECR> {
  const { ECR } = await import("@aws-sdk/client-ecr");
  return new ECR(clientSettings("ecr", location, timeouts));
}

export async function connectLogs(location: AwsLocation, timeouts?: ClientTimeouts): Promise<CloudWatchLogs> {
  const { CloudWatchLogs } = await import("@aws-sdk/client-cloudwatch-logs");
  return new CloudWatchLogs(clientSettings("logs", location, timeouts));
}

export async function connectSsm(location: AwsLocation, timeouts?: ClientTimeouts): Promise<SSM> {
  const { SSM } = await import("@aws-sdk/client-ssm");
  return new SSM(clientSettings("ssm", location, timeouts));
}

export async function connectSts(location: AwsLocation, timeouts?: ClientTimeouts): Promise<STS> {
  const { STS } = await import("@aws-sdk/client-sts");
  return new STS(clientSettings("sts", location, timeouts));
}

export async function connectTagging(
  location: AwsLocation,
  timeouts?: ClientTimeouts,
): Promise<ResourceGroupsTaggingAPI> {
  const { ResourceGroupsTaggingAPI } = await import("@aws-sdk/client-resource-groups-tagging-api");
  return new ResourceGroupsTaggingAPI(clientSettings("resourcegroupstaggingapi", location, timeouts));
}

/** Credentials of the last role, which is assumed with those of the one before it. */
async function assumedCredentials(location: AwsLocation, timeouts: ClientTimeouts) {
  const roles = location.assumeRoles ?? [];
  const sts = await connectSts({ ...location, assumeRoles: roles.slice(0, -1) }, timeouts);
  try {
    const request = { RoleArn: undefined, RoleSessionName: "traced-fargate", ...roles.at(-1) };
    const { Credentials: assumed } = await sts.assumeRole(request);
    return {
      accessKeyId: assumed?.AccessKeyId ?? "",
      secretAccessKey: assumed?.SecretAccessKey ?? "",
      sessionToken: assumed?.SessionToken,
      expiration: assumed?.Expiration,
    };
  } finally {
    sts.destroy();
  }
}

/**
 * Refuses credentials of another account than the stack's, in which a look finds nothing of the stack, and what is made
 * is lost. Everybody may ask who they are
 * (https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html).
 *
 * @throws when the account is another one, or AWS does not answer
 */
export async function assertAccount(location: AwsLocation): Promise<void> {
  if (location.accountId === undefined) {
    return;
  }
  const sts = await connectSts(location);
  try {
    const { Account, Arn } = await sts.getCallerIdentity({});
    if (Account !== location.accountId) {
      throw new Error(
        `the credentials are those of ${Arn} in account ${Account}, but the stack is in account ` +
          `${location.accountId}; nothing was changed. Use credentials of that account: they follow from aws:profile, ` +
          "aws:assumeRoles and the environment",
      );
    }
  } finally {
    sts.destroy();
  }
}
