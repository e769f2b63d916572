import { closest } from "fastest-levenshtein";
import { z } from "zod";
import { calledServices } from "../components/dynamicProvider/awsLocation";
import type { Problem } from "../components/problem";

// The provider's settings (https://www.pulumi.com/registry/packages/aws/installation-configuration/) must mean the same
// to the dynamic resources, which call AWS by themselves: else these would work in another account, or elsewhere.

/** A list or an object, which the CLI hands on as JSON. */
const json = <T extends z.ZodType>(schema: T) =>
  z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        context.addIssue("not JSON");
        return z.NEVER;
      }
    })
    .pipe(schema);

/** Texts: `pulumi config set --path` makes a number of a tag that looks like one. */
const tags = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String));

/** A role as the provider's setting has it, made a request of STS's AssumeRole. */
const role = z
  .strictObject({
    roleArn: z.string().regex(/^arn:aws:iam::\d{12}:role\/.+$/),
    duration: z.string().transform(durationSeconds).pipe(z.number().int().min(900).max(43_200)).optional(),
    externalId: z.string().optional(),
    policy: z.string().optional(),
    policyArns: z.array(z.string()).optional(),
    sessionName: z.string().optional(),
    sourceIdentity: z.string().optional(),
    tags: tags.optional(),
    transitiveTagKeys: z.array(z.string()).optional(),
  })
  .transform((given) =>
    withoutUndefined({
      RoleArn: given.roleArn,
      RoleSessionName: given.sessionName,
      DurationSeconds: given.duration,
      ExternalId: given.externalId,
      Policy: given.policy,
      PolicyArns: given.policyArns?.map((arn) => ({ arn })),
      SourceIdentity: given.sourceIdentity,
      Tags: given.tags && Object.entries(given.tags).map(([Key, Value]) => ({ Key, Value })),
      TransitiveTagKeys: given.transitiveTagKeys,
    }),
  );

/** Seconds of one of each of Go's units. */
const units: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
};

/** The seconds of a duration as Go writes it, such as `1h30m`; NaN for anything else. */
function durationSeconds(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)];
  const whole = parts.map(([part]) => part).join("") === text && parts.length > 0;
  return whole ? parts.reduce((sum, [, value, unit = ""]) => sum + Number(value) * (units[unit] ?? 0), 0) : Number.NaN;
}

/** Names under which the provider knows a service besides our own. */
const otherNames: Readonly<Record<string, (typeof calledServices)[number]>> = {
  cloudwatchlog: "logs",
  cloudwatchlogs: "logs",
  resourcegroupstagging: "resourcegroupstaggingapi",
};

/** Of the provider's endpoints those of the services which dynamic resources call. */
function calledEndpoints(list: readonly Readonly<Record<string, string>>[]) {
  const named = list.flatMap((endpoints) =>
    Object.entries(endpoints).map(([name, url]) => [otherNames[name] ?? name, url] as const),
  );
  return Object.fromEntries(named.filter(([name]) => calledServices.some((service) => service === name)));
}

function withoutUndefined<T extends object>(given: T): Partial<T> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** Settings of the provider which are handed on to the dynamic resources. */
export const handedOn = {
  assumeRoles: json(z.array(role).min(1)).optional().meta({
    allowed: "a list of roles, each with roleArn and what else STS's AssumeRole takes, for 15m to 12h; no MFA",
    example: '[{"roleArn":"arn:aws:iam::123456789012:role/deployer"}]',
  }),
  endpoints: json(z.array(z.record(z.string(), z.url())).transform(calledEndpoints))
    .optional()
    .meta({ allowed: "a list of objects with the URLs of services", example: '[{"ec2":"http://127.0.0.1:5000"}]' }),
  defaultTags: json(z.strictObject({ tags: tags.optional() }).transform((given) => given.tags ?? {}))
    .optional()
    .meta({ allowed: "an object with the tags", example: '{"tags":{"Team":"platform"}}' }),
};

/** Settings which say nothing of where AWS is called and as whom, or which the comparison of accounts stands in for. */
const harmless = [
  "allowedAccountIds",
  "forbiddenAccountIds",
  "ignoreTags",
  "maxRetries",
  "retryMode",
  "s3UsEast1RegionalEndpoint",
  "s3UsePathStyle",
  "skipCredentialsValidation",
  "skipMetadataApiCheck",
  "skipRegionValidation",
  "skipRequestingAccountId",
  "stsRegion",
  "tagPolicyCompliance",
  "tokenBucketRateLimiterCapacity",
  "userAgents",
];

const keepOut = "credentials must not get into Pulumi's state; set";
const inEnvironment = "the provider alone would follow it; set";

/** Settings which cannot be handed on: why, and what to set instead, in which all parts look for it. */
const refused: Readonly<Record<string, string>> = {
  accessKey: `${keepOut} AWS_ACCESS_KEY_ID in the environment, or aws:profile`,
  secretKey: `${keepOut} AWS_SECRET_ACCESS_KEY in the environment, or aws:profile`,
  token: `${keepOut} AWS_SESSION_TOKEN in the environment, or aws:profile`,
  assumeRole: "this version of the provider reads aws:assumeRoles, a list",
  assumeRoleWithWebIdentity: `${inEnvironment} AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE in the environment`,
  customCaBundle: `${inEnvironment} AWS_CA_BUNDLE and NODE_EXTRA_CA_CERTS in the environment`,
  ec2MetadataServiceEndpoint: `${inEnvironment} AWS_EC2_METADATA_SERVICE_ENDPOINT in the environment`,
  ec2MetadataServiceEndpointMode: `${inEnvironment} AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE in the environment`,
  httpProxy: "the provider alone would follow it; run the deployment where AWS is reached without a proxy",
  httpsProxy: "the provider alone would follow it; run the deployment where AWS is reached without a proxy",
  noProxy: "the provider alone would follow it; run the deployment where AWS is reached without a proxy",
  insecure: `${inEnvironment} NODE_EXTRA_CA_CERTS and AWS_CA_BUNDLE in the environment to trust a certificate`,
  sharedConfigFiles: `${inEnvironment} AWS_CONFIG_FILE in the environment`,
  sharedCredentialsFiles: `${inEnvironment} AWS_SHARED_CREDENTIALS_FILE in the environment`,
  useDualstackEndpoint: `${inEnvironment} AWS_USE_DUALSTACK_ENDPOINT in the environment`,
  useFipsEndpoint: `${inEnvironment} AWS_USE_FIPS_ENDPOINT in the environment`,
};

/** Every setting of the provider, by what is done with it. */
export const providerSettings = {
  handedOn: ["region", "profile", ...Object.keys(handedOn)],
  harmless,
  refused: Object.keys(refused),
};

/** What is wrong with the provider's settings that are set: they would not reach the dynamic resources. */
export function providerProblems(names: readonly string[]): Problem[] {
  const accepted = [...providerSettings.handedOn, ...harmless];
  return names
    .filter((name) => !accepted.includes(name))
    .map((property) => {
      const unknown = `is not a setting of the provider; did you mean aws:${closest(property, accepted)}?`;
      return { property, wrong: refused[property] ?? unknown, instead: "" };
    });
}
