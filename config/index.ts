import * as pulumi from "@pulumi/pulumi";
import { closest } from "fastest-levenshtein";
import { capacityProblems } from "../components/network/subnetCapacity";
import { planSubnets } from "../components/network/subnets";
import type { Problem } from "../components/problem";
import { configCommand } from "../components/words";
import { providerProblems } from "./awsProvider";
import { brokenRules, tenantsOf } from "./rules";
import { type AcceptedSettings, type AwsSettings, awsSettings, parseValues, settings } from "./settings";
import { inGroups, type StackConfig } from "./stackConfig";

/** All that is wrong with the configuration, one line each. Pulumi prints a `RunError` without a stack trace. */
export class ConfigError extends pulumi.RunError {
  constructor(readonly problems: readonly Problem[]) {
    super(problems.map(lineOf).join("\n"));
  }
}

/** What is wrong with a setting, by its full key, and what to type instead. */
function lineOf({ property, wrong, instead }: Problem): string {
  const command = instead === undefined ? "" : `; type: ${configCommand(property, instead)}`;
  return `${property}: ${wrong}${command}`.replace("?; type", "? type");
}

/** Problems of a namespace's settings, by their full keys. */
const within = (namespace: string, problems: readonly Problem[]): Problem[] =>
  problems.map((problem) => ({ ...problem, property: `${namespace}:${problem.property}` }));

/** Keys that nobody reads: most likely misspelt, and silently without effect. */
function unknownKeys(names: readonly string[]): Problem[] {
  const known = Object.keys(settings);
  return names
    .filter((name) => !known.includes(name))
    .map((property) => ({
      property,
      wrong: `is not a setting; did you mean ${closest(property, known)}?`,
      instead: "",
    }));
}

/** Namespaces of which somebody else reads the settings: the Pulumi CLI, and the providers this program uses. */
const othersNamespaces: readonly string[] = ["aws", "awsx", "docker-build", "pulumi"];

/** Keys in namespaces that nobody reads: those of the project before it was renamed, or of a provider not used. */
function foreignKeys(keys: readonly string[], project: string, stack: string): Problem[] {
  return keys.flatMap((property) => {
    const [namespace = "", name = ""] = property.split(":");
    if (namespace === project || othersNamespaces.includes(namespace)) {
      return [];
    }
    const rename =
      `has no effect, because the project is called ${project}; ` +
      `type: sed -i.bak 's/^  ${namespace}:/  ${project}:/' Pulumi.${stack}.yaml`;
    return Object.hasOwn(settings, name)
      ? [{ property, wrong: rename }]
      : [{ property, wrong: "is not read by anything", instead: "" }];
  });
}

/** Plans the subnets; there is nothing to say when a setting is wrong which they follow from. */
function subnetsOf(parsed: Readonly<Record<string, unknown>>): ReturnType<typeof planSubnets> {
  const { vpcCidr, availabilityZones: zones, publicSubnetCidr, clientSubnetCidr, containerSubnetCidrs } = parsed;
  const keys = ["vpcCidr", "availabilityZones", "publicSubnetCidr", "clientSubnetCidr", "containerSubnetCidrs"];
  const request = { vpcCidr, zones, publicSubnetCidr, clientSubnetCidr, containerSubnetCidrs };
  return keys.every((key) => key in parsed)
    ? planSubnets(request as Parameters<typeof planSubnets>[0])
    : { problems: [] };
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
  const aws = parseValues(awsSettings, valuesOf("aws"));
  const own = parseValues(settings, valuesOf(project));
  const { plan, problems: wrongSubnets = [] } = subnetsOf(own.parsed);
  const problems = [
    ...foreignKeys(Object.keys(values), project, stack),
    ...within("aws", [...providerProblems(Object.keys(valuesOf("aws"))), ...aws.problems]),
    ...within(project, [
      ...unknownKeys(Object.keys(valuesOf(project))),
      ...own.problems,
      ...brokenRules({ ...own.parsed, ...aws.parsed }),
      ...wrongSubnets,
    ]),
  ];
  if (problems.length > 0 || plan === undefined) {
    throw new ConfigError(problems);
  }
  const config = inGroups({ project, stack }, aws.parsed as AwsSettings, own.parsed as AcceptedSettings, plan);
  const crowded = within(project, capacityProblems(tenantsOf(config), config.task.minTaskCount, config.network));
  if (crowded.length > 0) {
    throw new ConfigError(crowded);
  }
  return config;
}

/** The configuration of the stack the program runs for. */
export function loadConfig(): StackConfig {
  return parseConfig(pulumi.runtime.allConfig(), pulumi.getProject(), pulumi.getStack());
}
