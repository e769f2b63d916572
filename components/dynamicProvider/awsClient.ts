import type { AwsLocation, calledServices } from "./awsLocation";

/** How long every client waits for AWS, in milliseconds: the SDK itself has no limit. */
const timeouts = { connectionTimeout: 5_000, requestTimeout: 30_000, throwOnRequestTimeout: true };

interface ClientSettings {
  readonly region: string;
  readonly profile?: string;
  readonly endpoint?: string;
  readonly credentials?: () => Promise<{ accessKeyId: string; secretAccessKey: string; expiration?: Date }>;
  readonly requestHandler: typeof timeouts;
}

type Service = (typeof calledServices)[number];

function clientSettings(service: Service, location: AwsLocation): ClientSettings {
  const { region, profile, assumeRoles = [], endpoints } = location;
  const endpoint = endpoints?.[service];
  return {
    region,
    ...(profile === undefined ? {} : { profile }),
    ...(endpoint === undefined ? {} : { endpoint }),
    // A client keeps them, and asks again before they expire.
    ...(assumeRoles.length === 0 ? {} : { credentials: () => assumeLastRole(location) }),
    requestHandler: timeouts,
  };
}

/**
 * The maker of each client. Clients are made nowhere else, so that all have these limits. Packages are loaded only when
 * called, because a preview calls no AWS.
 *
 * A client sends a call up to three times: the SDK's default. Those of EC2 and EventBridge Scheduler send it once:
 * whether a call whose answer got lost may be repeated depends on what it creates, so that is decided where it is made.
 */
const clientMakers = {
  async ec2(settings: ClientSettings) {
    const { EC2 } = await import("@aws-sdk/client-ec2");
    return new EC2({ ...settings, maxAttempts: 1 });
  },
  async ecr(settings: ClientSettings) {
    const { ECR } = await import("@aws-sdk/client-ecr");
    return new ECR(settings);
  },
  async ecs(settings: ClientSettings) {
    const { ECS } = await import("@aws-sdk/client-ecs");
    return new ECS(settings);
  },
  async logs(settings: ClientSettings) {
    const { CloudWatchLogs } = await import("@aws-sdk/client-cloudwatch-logs");
    return new CloudWatchLogs(settings);
  },
  async resourcegroupstaggingapi(settings: ClientSettings) {
    const { ResourceGroupsTaggingAPI } = await import("@aws-sdk/client-resource-groups-tagging-api");
    return new ResourceGroupsTaggingAPI(settings);
  },
  async scheduler(settings: ClientSettings) {
    const { Scheduler } = await import("@aws-sdk/client-scheduler");
    return new Scheduler({ ...settings, maxAttempts: 1 });
  },
  async ssm(settings: ClientSettings) {
    const { SSM } = await import("@aws-sdk/client-ssm");
    return new SSM(settings);
  },
  async sts(settings: ClientSettings) {
    const { STS } = await import("@aws-sdk/client-sts");
    return new STS(settings);
  },
  async xray(settings: ClientSettings) {
    const { XRay } = await import("@aws-sdk/client-xray");
    return new XRay(settings);
  },
} satisfies { readonly [service in Service]: unknown };

type Clients = { readonly [service in Service]: Awaited<ReturnType<(typeof clientMakers)[service]>> };

/** Connects to these services for as long as `work` takes. */
export async function withClients<S extends Service, T>(
  location: AwsLocation,
  services: readonly S[],
  work: (clients: Pick<Clients, S>) => Promise<T>,
): Promise<T> {
  const clients = await Promise.all(
    services.map(async (service) => [service, await clientMakers[service](clientSettings(service, location))] as const),
  );
  try {
    return await work(Object.fromEntries(clients) as Pick<Clients, S>);
  } finally {
    for (const [, client] of clients) {
      client.destroy();
    }
  }
}

/** Credentials of the last role, which is assumed with those of the one before it. */
function assumeLastRole(location: AwsLocation) {
  const roles = location.assumeRoles ?? [];
  return withClients({ ...location, assumeRoles: roles.slice(0, -1) }, ["sts"], async ({ sts }) => {
    const request = { RoleArn: undefined, RoleSessionName: "traced-fargate", ...roles.at(-1) };
    const { Credentials: assumed } = await sts.assumeRole(request);
    return {
      accessKeyId: assumed?.AccessKeyId ?? "",
      secretAccessKey: assumed?.SecretAccessKey ?? "",
      sessionToken: assumed?.SessionToken,
      expiration: assumed?.Expiration,
    };
  });
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
  await withClients(location, ["sts"], async ({ sts }) => {
    const { Account, Arn } = await sts.getCallerIdentity({});
    if (Account !== location.accountId) {
      throw new Error(
        `the credentials are those of ${Arn} in account ${Account}, but the stack is in account ` +
          `${location.accountId}; nothing was changed. Use credentials of that account: they follow from aws:profile, ` +
          "aws:assumeRoles and the environment",
      );
    }
  });
}
