import type { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import type { EC2 } from "@aws-sdk/client-ec2";
import type { ECR } from "@aws-sdk/client-ecr";
import type { ECS } from "@aws-sdk/client-ecs";
import type { ResourceGroupsTaggingAPI } from "@aws-sdk/client-resource-groups-tagging-api";
import type { Scheduler } from "@aws-sdk/client-scheduler";
import type { SSM } from "@aws-sdk/client-ssm";
import type { STS } from "@aws-sdk/client-sts";
import type { AwsLocation, CalledService } from "./awsLocation";

/** How long every client waits for AWS, in milliseconds: the SDK itself has no limit. */
const timeouts = { connectionTimeout: 5_000, requestTimeout: 30_000, throwOnRequestTimeout: true };

/** The settings of every client. */
function clientSettings(service: CalledService, location: AwsLocation) {
  const { region, profile, assumeRoles = [], endpoints } = location;
  const endpoint = endpoints?.[service];
  return {
    region,
    ...(profile === undefined ? {} : { profile }),
    ...(endpoint === undefined ? {} : { endpoint }),
    // A client keeps them, and asks again before they expire.
    ...(assumeRoles.length === 0 ? {} : { credentials: () => assumedCredentials(location) }),
    requestHandler: timeouts,
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
export async function connectEc2(location: AwsLocation): Promise<EC2> {
  const { EC2 } = await import("@aws-sdk/client-ec2");
  return new EC2({ ...clientSettings("ec2", location), maxAttempts: 1 });
}

/** A client of EventBridge Scheduler, of the same kind. */
export async function connectScheduler(location: AwsLocation): Promise<Scheduler> {
  const { Scheduler } = await import("@aws-sdk/client-scheduler");
  return new Scheduler({ ...clientSettings("scheduler", location), maxAttempts: 1 });
}

/** A client of ECS, which sends a call up to three times, like the following ones: the SDK's default. */
export async function connectEcs(location: AwsLocation): Promise<ECS> {
  const { ECS } = await import("@aws-sdk/client-ecs");
  return new ECS(clientSettings("ecs", location));
}

export async function connectEcr(location: AwsLocation): Promise<ECR> {
  const { ECR } = await import("@aws-sdk/client-ecr");
  return new ECR(clientSettings("ecr", location));
}

export async function connectLogs(location: AwsLocation): Promise<CloudWatchLogs> {
  const { CloudWatchLogs } = await import("@aws-sdk/client-cloudwatch-logs");
  return new CloudWatchLogs(clientSettings("logs", location));
}

export async function connectSsm(location: AwsLocation): Promise<SSM> {
  const { SSM } = await import("@aws-sdk/client-ssm");
  return new SSM(clientSettings("ssm", location));
}

export async function connectSts(location: AwsLocation): Promise<STS> {
  const { STS } = await import("@aws-sdk/client-sts");
  return new STS(clientSettings("sts", location));
}

export async function connectTagging(location: AwsLocation): Promise<ResourceGroupsTaggingAPI> {
  const { ResourceGroupsTaggingAPI } = await import("@aws-sdk/client-resource-groups-tagging-api");
  return new ResourceGroupsTaggingAPI(clientSettings("resourcegroupstaggingapi", location));
}

/** Credentials of the last role, which is assumed with those of the one before it. */
async function assumedCredentials(location: AwsLocation) {
  const roles = location.assumeRoles ?? [];
  const sts = await connectSts({ ...location, assumeRoles: roles.slice(0, -1) });
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
