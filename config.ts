import * as pulumi from "@pulumi/pulumi";
import { closest } from "fastest-levenshtein";
import { z } from "zod";
import { planSubnets, type SubnetPlan, SubnetPlanError, subnetProblems } from "./components/network/subnets";
import { appNames } from "./components/service/apps";
import { collectorNames } from "./components/service/collectors/collectors";
import { proxyProblem } from "./components/service/collectors/proxySettings";
import { fargateCpuSizes, fargateMemorySizes } from "./components/service/fargateSize";
import { logRetentionDays } from "./components/service/logRetention";
import {
  type ConfigProblem,
  choice,
  cidr,
  numberAmong,
  numberFrom,
  numberWhere,
  optionalCidr,
  optionalCidrs,
  parseValues,
  setCommand,
  yesOrNo,
} from "./components/settingValues";

/** All that is wrong with the configuration, one line each. Pulumi prints a `RunError` without a stack trace. */
export class ConfigError extends pulumi.RunError {
  constructor(readonly problems: readonly ConfigProblem[]) {
    super(problems.map(({ key, message }) => `${key}: ${message}`).join("\n"));
  }
}

const awsSettings = {
  region: z
    .string()
    // The ARNs in the policies are those of the commercial partition.
    .regex(/^(?!cn-|us-gov-|us-iso)[a-z]{2}(-[a-z]+){1,2}-\d$/)
    .meta({ allowed: "the name of a commercial AWS region", example: "eu-central-1" }),
  profile: z.string().min(1).optional().meta({ allowed: "the name of a profile", example: "default" }),
};

const settings = {
  app: choice(...appNames),
  collector: choice(...collectorNames),
  egress: choice("temporary-nat-gateway", "none"),
  connectivityProof: yesOrNo,
  natGatewayDeadlineMinutes: numberWhere((value) => value === 0 || (value >= 15 && value <= 1440), {
    allowed: "0 for none, or a whole number from 15 to 1440",
    example: "120",
  }),
  collectorImageSource: choice("pull-through-cache", "mirror", "upstream"),
  collectorImageTag: z
    .string()
    .regex(/^v?\d+\.\d+\.\d+$/)
    .meta({ allowed: "an exact version; a tag that moves changes the image under running tasks", example: "3.6.7" }),
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
};

type Outputs<T> = { [K in keyof T]: z.output<T[K]> };
type AwsSettings = Outputs<typeof awsSettings>;
type Settings = Outputs<typeof settings>;
type Key = keyof Settings;

/** Settings that passed the rules, which refuse the source `upstream`. */
type AcceptedSettings = Settings & { readonly collectorImageSource: "pull-through-cache" | "mirror" };

/** The configuration of a stack, checked; the keys are described in `Pulumi.yaml`. */
export interface StackConfig extends AcceptedSettings {
  /** Name of the Pulumi project. */
  readonly project: string;
  /** Name of the stack. */
  readonly stack: string;
  /** AWS region (`aws:region`). */
  readonly region: string;
  /** Profile of the AWS configuration (`aws:profile`). @default the credentials of the environment */
  readonly profile?: string;
  /** The subnets' addresses, given or computed. */
  readonly subnets: SubnetPlan;
}

/** A rule over several settings; it is asked only when each of them is valid by itself. */
interface Rule {
  readonly keys: readonly Key[];
  /** Says what is wrong, of which key, and what to type instead; nothing when all is well. */
  readonly check: (values: Settings) => { key: Key; wrong: string; instead: string | number } | undefined;
}

const rules: readonly Rule[] = [
  {
    keys: ["collectorImageSource", "egress"],
    check: ({ collectorImageSource: source, egress }) => {
      const key = "collectorImageSource";
      if (source === "upstream") {
        const wrong = "upstream is refused: Fargate pulls again for every task, when the VPC has no way out any more";
        return { key, wrong, instead: egress === "none" ? "mirror" : "pull-through-cache" };
      }
      return source === "pull-through-cache" && egress === "none"
        ? { key, wrong: "pull-through-cache needs a way out for its first pull, but egress is none", instead: "mirror" }
        : undefined;
    },
  },
  {
    keys: ["collector", "proxyUrl", "proxyCidr"],
    check: ({ collector, proxyUrl, proxyCidr }) => {
      if (collector === "xray-daemon-via-proxy") {
        return proxyProblem(proxyUrl, proxyCidr);
      }
      return proxyUrl + proxyCidr === ""
        ? undefined
        : { key: "collector", wrong: `${collector} uses no proxy`, instead: "xray-daemon-via-proxy" };
    },
  },
  {
    keys: ["collector", "collectorLogLevel"],
    check: ({ collector, collectorLogLevel: level }) =>
      collector === "xray-daemon-packed" && level !== "info"
        ? { key: "collectorLogLevel", wrong: `the image with the daemon packed into it logs at info`, instead: "info" }
        : undefined,
  },
  {
    keys: ["taskCpu", "taskMemory"],
    check: ({ taskCpu, taskMemory }) => {
      const sizes = fargateMemorySizes(taskCpu);
      const wrong = `${taskMemory} MiB does not go with taskCpu ${taskCpu}; allowed: ${sizes.join(", ")}`;
      const instead = sizes.find((size) => size >= taskMemory) ?? Math.max(...sizes);
      return sizes.includes(taskMemory) ? undefined : { key: "taskMemory", wrong, instead };
    },
  },
  {
    keys: ["taskCpu", "appCpu", "collectorCpu"],
    check: ({ taskCpu, appCpu, collectorCpu }) => {
      const wrong = `appCpu ${appCpu} and collectorCpu ${collectorCpu} together exceed taskCpu ${taskCpu}`;
      const instead = collectorCpu < taskCpu ? taskCpu - collectorCpu : 1;
      return appCpu + collectorCpu <= taskCpu ? undefined : { key: "appCpu", wrong, instead };
    },
  },
  {
    keys: ["taskMemory", "appMemoryReservation", "collectorMemoryReservation"],
    check: ({ taskMemory, appMemoryReservation: app, collectorMemoryReservation: collector }) => {
      const wrong =
        `appMemoryReservation ${app} and collectorMemoryReservation ${collector} together exceed ` +
        `taskMemory ${taskMemory}`;
      const instead = collector + 6 <= taskMemory ? taskMemory - collector : 6;
      return app + collector <= taskMemory ? undefined : { key: "appMemoryReservation", wrong, instead };
    },
  },
  {
    keys: ["appPort"],
    check: ({ appPort }) =>
      appPort === 2000
        ? { key: "appPort", wrong: "2000 is taken by the X-Ray daemon in the same task", instead: 8080 }
        : undefined,
  },
  {
    keys: ["minTaskCount", "maxTaskCount"],
    check: ({ minTaskCount, maxTaskCount }) =>
      maxTaskCount < minTaskCount
        ? {
            key: "maxTaskCount",
            wrong: `${maxTaskCount} is less than minTaskCount ${minTaskCount}`,
            instead: minTaskCount,
          }
        : undefined,
  },
];

/** Keys that nobody reads: most likely misspelt, and silently without effect. */
function unknownKeys(values: Readonly<Record<string, string>>, prefix: string): ConfigProblem[] {
  const known = Object.keys(settings);
  return Object.keys(values)
    .filter((name) => !known.includes(name))
    .map((name) => ({
      key: prefix + name,
      message: `is not a setting; did you mean ${closest(name, known)}? type: pulumi config rm ${prefix}${name}`,
    }));
}

/** What the settings' rules say, as far as the settings they speak of are valid. */
function brokenRules(parsed: Readonly<Record<string, unknown>>, prefix: string): ConfigProblem[] {
  return rules
    .filter(({ keys }) => keys.every((key) => key in parsed))
    .flatMap(({ check }) => check(parsed as Settings) ?? [])
    .map(({ key, wrong, instead }) => ({
      key: prefix + key,
      message: `${wrong}; ${setCommand(prefix + key, instead)}`,
    }));
}

const subnetKeys: readonly Key[] = [
  "vpcCidr",
  "availabilityZones",
  "publicSubnetCidr",
  "clientSubnetCidr",
  "containerSubnetCidrs",
];

/** Plans the subnets, as far as the settings they follow from are valid. */
function planOf(parsed: Readonly<Record<string, unknown>>, prefix: string) {
  const problems: ConfigProblem[] = [];
  const report = (found: readonly { field: string; message: string }[]) =>
    problems.push(...found.map(({ field, message }) => ({ key: prefix + field, message })));
  if (!subnetKeys.every((key) => key in parsed)) {
    return { problems };
  }
  const { availabilityZones: zones, ...request } = parsed as Settings;
  try {
    const plan = planSubnets({ ...request, zones });
    report(subnetProblems(plan, request.vpcCidr, zones));
    return { plan, problems };
  } catch (error) {
    if (!(error instanceof SubnetPlanError)) {
      throw error;
    }
    report(error.problems);
    return { problems };
  }
}

/**
 * Checks a stack's configuration.
 *
 * @param values every value by its full key, such as `aws:region`, the defaults of `Pulumi.yaml` included
 * @throws ConfigError with all that is wrong at once
 */
export function parseConfig(values: Readonly<Record<string, string>>, project: string, stack: string): StackConfig {
  const valuesOf = (namespace: string) =>
    Object.fromEntries(
      Object.entries(values)
        .filter(([key]) => key.startsWith(`${namespace}:`))
        .map(([key, value]) => [key.slice(namespace.length + 1), value]),
    );
  const prefix = `${project}:`;
  const own = valuesOf(project);
  const aws = parseValues(awsSettings, valuesOf("aws"), "aws:");
  const { parsed, problems: wrongValues } = parseValues(settings, own, prefix);
  const { plan, problems: wrongSubnets } = planOf(parsed, prefix);
  const problems = [
    ...aws.problems,
    ...unknownKeys(own, prefix),
    ...wrongValues,
    ...brokenRules(parsed, prefix),
    ...wrongSubnets,
  ];
  if (problems.length > 0 || plan === undefined) {
    throw new ConfigError(problems);
  }
  return { ...(parsed as AcceptedSettings), ...(aws.parsed as AwsSettings), project, stack, subnets: plan };
}

/** The configuration of the stack the program runs for. */
export function loadConfig(): StackConfig {
  return parseConfig(pulumi.runtime.allConfig(), pulumi.getProject(), pulumi.getStack());
}
