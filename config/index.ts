import * as pulumi from "@pulumi/pulumi";
import { closest } from "fastest-levenshtein";
import type { AwsLocation } from "../components/dynamicProvider/awsLocation";
import {
  planSubnets,
  type SubnetPlan,
  SubnetPlanError,
  type SubnetProblem,
  subnetProblems,
} from "../components/network/subnets";
import { providerProblems } from "./awsProvider";
import { brokenRules } from "./rules";
import { type AcceptedSettings, type AwsSettings, awsSettings, type Key, type Settings, settings } from "./settings";
import { roomProblems } from "./subnetCapacity";
import { type ConfigProblem, parseValues, setCommand } from "./values";

/** All that is wrong with the configuration, one line each. Pulumi prints a `RunError` without a stack trace. */
export class ConfigError extends pulumi.RunError {
  constructor(readonly problems: readonly ConfigProblem[]) {
    super(problems.map(({ key, message }) => `${key}: ${message}`).join("\n"));
  }
}

/** The configuration of a stack, checked; the keys are described in `Pulumi.yaml`. */
export interface StackConfig extends AcceptedSettings, Omit<AwsLocation, "accountId"> {
  /** Name of the Pulumi project. */
  readonly project: string;
  /** Name of the stack. */
  readonly stack: string;
  /** Tags for everything (`aws:defaultTags`), which the provider adds to what it makes. @default none */
  readonly defaultTags?: Readonly<Record<string, string>>;
  /** The subnets' addresses, given or computed. */
  readonly subnets: SubnetPlan;
}

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

/** Namespaces of which somebody else reads the settings: the Pulumi CLI, and the providers this program uses. */
const othersNamespaces: readonly string[] = ["aws", "awsx", "docker-build", "pulumi"];

/** Keys in namespaces that nobody reads: those of the project before it was renamed, or of a provider not used. */
function foreignKeys(values: Readonly<Record<string, string>>, project: string, stack: string): ConfigProblem[] {
  return Object.keys(values).flatMap((key) => {
    const [namespace = "", name = ""] = key.split(":");
    if (namespace === project || othersNamespaces.includes(namespace)) {
      return [];
    }
    const message = Object.hasOwn(settings, name)
      ? `has no effect, because the project is called ${project}; ` +
        `type: sed -i.bak 's/^  ${namespace}:/  ${project}:/' Pulumi.${stack}.yaml`
      : `is not read by anything; type: pulumi config rm ${key}`;
    return [{ key, message }];
  });
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
  const report = (found: readonly SubnetProblem[]) => {
    for (const { field, message, instead } of found) {
      const key = prefix + field;
      problems.push({ key, message: `${message}; ${setCommand(key, instead)}` });
    }
  };
  if (!subnetKeys.every((key) => key in parsed)) {
    return { problems };
  }
  const { availabilityZones: zones, ...rest } = parsed as Settings;
  const request = { ...rest, zones };
  try {
    const plan = planSubnets(request);
    report(subnetProblems(plan, request));
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
  const judged = [
    ...foreignKeys(values, project, stack),
    ...providerProblems(Object.keys(valuesOf("aws"))),
    ...aws.problems,
    ...unknownKeys(own, prefix),
    ...wrongValues,
    ...brokenRules({ ...parsed, ...aws.parsed }, prefix),
    ...wrongSubnets,
  ];
  if (judged.length > 0 || plan === undefined) {
    throw new ConfigError(judged);
  }
  const config = { ...(parsed as AcceptedSettings), ...(aws.parsed as AwsSettings), project, stack, subnets: plan };
  const crowded = roomProblems(config, prefix);
  if (crowded.length > 0) {
    throw new ConfigError(crowded);
  }
  return config;
}

/** The configuration of the stack the program runs for. */
export function loadConfig(): StackConfig {
  return parseConfig(pulumi.runtime.allConfig(), pulumi.getProject(), pulumi.getStack());
}
