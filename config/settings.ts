import { Region } from "@pulumi/aws";
import { closest } from "fastest-levenshtein";
import { z } from "zod";
import { appNames } from "../components/apps/apps";
import { collectorNames } from "../components/collectors/collectors";
import { fargateCpuSizes } from "../components/containers/fargateSize";
import { logRetentionDays } from "../components/containers/logs";
import type { Problem } from "../components/problem";
import { shorten } from "../components/words";
import { handedOn } from "./awsProvider";

// The kinds of values which settings have. Each says how a text becomes a value, and for an error message what is
// allowed, with an example.

/** What a setting says of itself for an error message. */
type Help = {
  readonly allowed: string;
  /** What to type instead, or how that follows from the value. */
  readonly example: string | ((value: string) => string);
};

/** One of these; the first is the example. */
const choice = <const T extends readonly [string, ...string[]]>(...values: T) =>
  z.enum(values).meta({ allowed: values.join(", "), example: values[0] });

/** A whole number of at most six digits which is accepted. */
const numberWhere = (accept: (value: number) => boolean, help: Help) =>
  z
    .string()
    .regex(/^\d{1,6}$/)
    .transform(Number)
    .refine(accept)
    .meta({ ...help });

const numberFrom = (from: number, to: number, example: number) =>
  numberWhere((value) => value >= from && value <= to, {
    allowed: `a whole number from ${from} to ${to}`,
    example: String(example),
  });

const numberAmong = (values: readonly number[], example: number) =>
  numberWhere((value) => values.includes(value), { allowed: values.join(", "), example: String(example) });

const yesOrNo = z
  .enum(["true", "false"])
  .transform((value) => value === "true")
  .meta({ allowed: "true, false", example: "false" });

/** An address range. Whether it is sound depends on the others, so `planSubnets` judges all. */
const cidr = z.string().min(1).meta({ allowed: "an IPv4 range", example: "10.0.0.0/16" });

/** A text of this pattern, or nothing. */
const optionalText = (pattern: RegExp, help: Help) =>
  z
    .string()
    .refine((text) => text === "" || pattern.test(text))
    .transform((text) => text || undefined)
    .meta({ ...help });

const optionalCidr = z
  .string()
  .transform((value) => value || undefined)
  .meta({ allowed: "an IPv4 range, or empty to have it computed", example: "10.0.1.0/24" });

const optionalCidrs = z
  .string()
  .transform((json, context): unknown => {
    try {
      return JSON.parse(json);
    } catch {
      context.addIssue("not a list");
      return z.NEVER;
    }
  })
  .pipe(z.array(z.string()).max(3))
  .transform((list) => (list.length === 0 ? undefined : list))
  .meta({
    allowed: "a list of IPv4 ranges, one a zone, or none to have them computed",
    example: "[]",
  });

/** The provider's regions but those of other partitions: the ARNs in the policies are those of the commercial one. */
const commercialRegions = Object.values(Region).filter((region) => !/^(cn-|us-gov-|[a-z]+-iso|eusc-)/.test(region));

/** The settings of the namespace `aws` which this program reads. */
export const awsSettings = {
  region: z
    .string()
    .refine((region) => commercialRegions.some((known) => known === region))
    .meta({
      allowed: "the name of a commercial AWS region",
      example: (region: string) => (region === "" ? "eu-central-1" : closest(region, commercialRegions)),
    }),
  profile: z.string().min(1).optional().meta({ allowed: "the name of a profile", example: "default" }),
  ...handedOn,
};

/** The project's own settings; `Pulumi.yaml` describes them and holds their defaults. */
export const settings = {
  app: choice(...appNames),
  collector: choice(...collectorNames),
  egress: choice("temporary-nat-gateway", "none"),
  connectivityProof: yesOrNo,
  natGatewayDeadlineMinutes: numberWhere((value) => value === 0 || (value >= 60 && value <= 1440), {
    allowed: "0 for none, or a whole number from 60 to 1440",
    example: "120",
  }),
  // EventBridge Scheduler's own pattern, which a FIFO queue's name does not match either
  // (https://docs.aws.amazon.com/scheduler/latest/APIReference/API_DeadLetterConfig.html).
  deadLetterQueueArn: optionalText(/^arn:aws:sqs:[a-z0-9-]+:\d{12}:[\w-]{1,80}$/, {
    allowed: "the ARN of a standard SQS queue, which is not a FIFO queue, or empty for none",
    example: "arn:aws:sqs:eu-central-1:123456789012:dead-man-switch",
  }),
  // A rule refuses "upstream" and says why.
  collectorImageSource: choice("pull-through-cache", "mirror", "upstream").meta({
    allowed: "pull-through-cache, mirror",
    example: "pull-through-cache",
  }),
  // The longest tag there is has 128 characters (https://docs.docker.com/reference/cli/docker/image/tag/).
  collectorImageTag: optionalText(/^(?=.{1,128}$)v?\d+\.\d+\.\d+$/, {
    allowed:
      "an exact version of at most 128 characters, or empty for the newest known; a tag that moves changes the image " +
      "under running tasks",
    example: "",
  }),
  collectorLogLevel: choice("info", "dev", "debug", "warn", "error", "prod"),
  // What they may be is said by a rule, which does not repeat a value that holds a password.
  proxyUrl: z.string().meta({ allowed: "the URL of a proxy", example: "http://proxy.example.internal:3128" }),
  proxyCidr: z.string().meta({ allowed: "an IPv4 range", example: "10.1.0.0/28" }),
  vpcCidr: cidr,
  availabilityZones: numberFrom(1, 3, 1),
  publicSubnetCidr: optionalCidr,
  clientSubnetCidr: optionalCidr,
  containerSubnetCidrs: optionalCidrs,
  timeZone: z
    .string()
    .regex(/^([+-](0\d|1[0-3]):[0-5]\d|\+14:00)$/)
    .meta({ allowed: "an offset from UTC, from -13:59 to +14:00", example: "+09:00" }),
  cpuArchitecture: choice("ARM64", "X86_64"),
  taskCpu: numberAmong(fargateCpuSizes, 512),
  taskMemory: numberFrom(512, 122880, 1024),
  appCpu: numberFrom(1, 16384, 480),
  appMemoryReservation: numberFrom(6, 122880, 768),
  collectorCpu: numberFrom(1, 16384, 32),
  collectorMemoryReservation: numberFrom(6, 122880, 256),
  appPort: numberFrom(1024, 65535, 8080),
  minTaskCount: numberFrom(1, 100, 1),
  maxTaskCount: numberFrom(1, 100, 1),
  autoscalingCpuPercent: numberFrom(10, 90, 60),
  logRetentionDays: numberAmong(logRetentionDays, 14),
  accessLog: choice("off", "on"),
  // Key ARNs, also of multi-Region keys: CloudWatch Logs takes no aliases
  // (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html).
  logKmsKeyArn: optionalText(/^arn:aws:kms:[a-z0-9-]+:\d{12}:key\/[\w-]{1,64}$/, {
    allowed: "the ARN of a KMS key, which is not that of an alias, or empty for none",
    example: "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
  }),
  dnsFirewall: choice("off", "block"),
  dnsQueryLogs: choice("off", "on"),
  flowLogs: choice("off", "rejected", "all"),
  containerInsights: choice("disabled", "enabled", "enhanced"),
  alarms: choice("off", "on"),
  // What SNS takes is wider; it sends a mail which has to be confirmed, so a wrong address is found at once.
  alarmEmail: optionalText(/^[^\s@]{1,64}@[^\s@]{1,189}\.[^\s@.]{2,63}$/, {
    allowed: "an e-mail address, or empty for none",
    example: "on-call@example.com",
  }),
  dashboard: choice("off", "on"),
  client: choice("load", "none"),
  clientInstanceType: choice(
    "t4g.nano",
    "t4g.micro",
    "t4g.small",
    "t4g.medium",
    "t4g.large",
    "t4g.xlarge",
    "t4g.2xlarge",
  ),
  ec2messagesEndpoint: yesOrNo,
  repositoryForceDelete: yesOrNo,
  permissionsBoundary: optionalText(/^arn:aws:iam::(\d{12}|aws):policy\/[\w+=,.@/-]{1,512}$/, {
    allowed: "the ARN of an IAM policy, or empty for none",
    example: "arn:aws:iam::123456789012:policy/boundary",
  }),
  // Without the odder characters which IAM would take, too (https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html).
  rolePath: z
    .string()
    .regex(/^\/([\w+=,.@-]+\/)*$/)
    .max(512)
    .meta({ allowed: "a path which begins and ends with /", example: "/traced-fargate/" }),
};

type Outputs<T> = { [K in keyof T]: z.output<T[K]> };
export type AwsSettings = Outputs<typeof awsSettings>;
export type Settings = Outputs<typeof settings>;
/** The name of a setting. */
export type Key = keyof Settings;

/** Settings that passed the rules, which refuse the source `upstream`. */
export type AcceptedSettings = Settings & { readonly collectorImageSource: "pull-through-cache" | "mirror" };

/** Parses every value by itself and reports those that are wrong. */
export function parseValues(shape: z.ZodRawShape, values: Readonly<Record<string, string>>) {
  const parsed: Record<string, unknown> = {};
  const problems: Problem[] = [];
  for (const [property, schema] of Object.entries(shape) as [string, z.ZodType][]) {
    const value = values[property];
    const result = schema.safeParse(value);
    if (result.success) {
      parsed[property] = result.data;
    } else {
      const { allowed, example } = schema.meta() as Help;
      const reason = value === undefined ? "is not set" : `${JSON.stringify(shorten(value))} is not allowed`;
      const instead = typeof example === "string" ? example : example(value ?? "");
      problems.push({ property, wrong: `${reason}; allowed: ${allowed}`, instead });
    }
  }
  return { parsed, problems };
}
