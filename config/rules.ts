import { apps } from "../components/apps/apps";
import { collectors } from "../components/collectors/collectors";
import { leastOtelMemory, otelPorts } from "../components/collectors/otelConfiguration";
import { proxyProblem } from "../components/collectors/proxySettings";
import { fargateMemorySizes } from "../components/containers/fargateSize";
import { logEndpoint } from "../components/containers/logs";
import { pullEndpoints } from "../components/images/pullStatements";
import { isGateway } from "../components/network/endpoints";
import type { Tenants } from "../components/network/subnetCapacity";
import type { Problem } from "../components/problem";
import type { AwsSettings, Key, Settings } from "./settings";
import type { StackConfig } from "./stackConfig";

/** What rules speak of: the settings, and the region they are for. */
type Values = Settings & Pick<AwsSettings, "region">;

/** A rule over several settings; it is asked only when each of them is valid by itself. */
interface Rule {
  readonly keys: readonly (keyof Values)[];
  /** Says what is wrong, of which key, and what to type instead; nothing when all is well. */
  readonly check: (values: Values) => (Problem & { readonly property: Key }) | undefined;
}

type Share = readonly [property: Key, value: number];

/** Makes one of two shares of a whole smaller: the first, unless the second leaves it less than the least it needs. */
function fitShares([first, one]: Share, [second, other]: Share, whole: number, least: number) {
  return other + least <= whole
    ? { property: first, instead: whole - other }
    : { property: second, instead: Math.max(whole - one, least) };
}

/** What is given by its ARN is in the stack's region. */
function inTheStacksRegion(property: "deadLetterQueueArn" | "logKmsKeyArn", what: string): Rule {
  return {
    keys: [property, "region"],
    check: ({ [property]: arn, region }) => {
      const parts = arn?.split(":") ?? [];
      const [, , , place = region] = parts;
      const wrong = `the ${what} is in ${place}, but the stack in ${region}`;
      return place === region ? undefined : { property, wrong, instead: parts.with(3, region).join(":") };
    },
  };
}

const rules: readonly Rule[] = [
  {
    keys: ["collectorImageSource", "egress"],
    check: ({ collectorImageSource: source, egress }) => {
      const property = "collectorImageSource";
      if (source === "upstream") {
        const wrong =
          "upstream is refused: Fargate pulls again for every task, when the VPC has no internet access any more";
        return { property, wrong, instead: egress === "none" ? "mirror" : "pull-through-cache" };
      }
      return source === "pull-through-cache" && egress === "none"
        ? {
            property,
            wrong: "pull-through-cache needs internet access for its first pull, but egress is none",
            instead: "mirror",
          }
        : undefined;
    },
  },
  {
    keys: ["dnsFirewall", "collectorImageSource"],
    check: ({ dnsFirewall, collectorImageSource: source }) => {
      const wrong = "block does not let the public registry's hosts be looked up, from which pull-through-cache pulls";
      return dnsFirewall === "block" && source === "pull-through-cache"
        ? { property: "dnsFirewall", wrong, instead: "off" }
        : undefined;
    },
  },
  {
    keys: ["deadLetterQueueArn", "egress", "natGatewayDeadlineMinutes"],
    check: ({ deadLetterQueueArn: arn, egress, natGatewayDeadlineMinutes: minutes }) => {
      const reason =
        egress === "none" ? "egress is none" : minutes === 0 ? "natGatewayDeadlineMinutes is 0" : undefined;
      return arn === undefined || reason === undefined
        ? undefined
        : { property: "deadLetterQueueArn", wrong: `has no effect, because ${reason}`, instead: "" };
    },
  },
  inTheStacksRegion("deadLetterQueueArn", "queue"),
  inTheStacksRegion("logKmsKeyArn", "key"),
  {
    keys: ["alarmEmail", "alarms"],
    check: ({ alarmEmail, alarms }) =>
      alarmEmail !== undefined && alarms === "off"
        ? { property: "alarmEmail", wrong: "has no effect, because alarms is off", instead: "" }
        : undefined,
  },
  {
    keys: ["collector", "proxyUrl", "proxyCidr"],
    check: ({ collector, proxyUrl, proxyCidr }) => {
      if (collector === "xray-daemon-via-proxy") {
        return proxyProblem(proxyUrl, proxyCidr);
      }
      return proxyUrl + proxyCidr === ""
        ? undefined
        : { property: "collector", wrong: `${collector} uses no proxy`, instead: "xray-daemon-via-proxy" };
    },
  },
  {
    keys: ["collector", "collectorImageTag"],
    check: ({ collector, collectorImageTag: tag }) =>
      tag === undefined || tag.startsWith("v") === (collector === "otel-collector")
        ? undefined
        : { property: "collectorImageTag", wrong: `the image of ${collector} has no tag ${tag}`, instead: "" },
  },
  {
    keys: ["collector", "collectorLogLevel"],
    check: ({ collector, collectorLogLevel: level }) =>
      collector === "xray-daemon-packed" && level !== "info"
        ? {
            property: "collectorLogLevel",
            wrong: `the image with the daemon packed into it logs at info`,
            instead: "info",
          }
        : undefined,
  },
  {
    keys: ["collector", "collectorLogLevel"],
    check: ({ collector, collectorLogLevel: level }) => {
      const instead = { dev: "debug", prod: "error" }[level as string];
      return collector === "otel-collector" && instead !== undefined
        ? { property: "collectorLogLevel", wrong: `${level} is a level of the X-Ray daemon only`, instead }
        : undefined;
    },
  },
  {
    keys: ["collector", "collectorMemoryReservation"],
    check: ({ collector, collectorMemoryReservation: memory }) =>
      collector === "otel-collector" && memory < leastOtelMemory
        ? {
            property: "collectorMemoryReservation",
            wrong: `${memory} MiB are less than otel-collector needs`,
            instead: leastOtelMemory,
          }
        : undefined,
  },
  {
    keys: ["taskCpu", "taskMemory"],
    check: ({ taskCpu, taskMemory }) => {
      const sizes = fargateMemorySizes(taskCpu);
      const wrong = `${taskMemory} MiB does not go with taskCpu ${taskCpu}; allowed: ${sizes.join(", ")}`;
      const instead = sizes.find((size) => size >= taskMemory) ?? Math.max(...sizes);
      return sizes.includes(taskMemory) ? undefined : { property: "taskMemory", wrong, instead };
    },
  },
  {
    keys: ["taskCpu", "appCpu", "collectorCpu"],
    check: ({ taskCpu, appCpu, collectorCpu }) => {
      const wrong = `appCpu ${appCpu} and collectorCpu ${collectorCpu} together exceed taskCpu ${taskCpu}`;
      const fitting = fitShares(["appCpu", appCpu], ["collectorCpu", collectorCpu], taskCpu, 1);
      return appCpu + collectorCpu <= taskCpu ? undefined : { ...fitting, wrong };
    },
  },
  {
    keys: ["taskMemory", "appMemoryReservation", "collectorMemoryReservation"],
    check: ({ taskMemory, appMemoryReservation: app, collectorMemoryReservation: collector }) => {
      const wrong =
        `appMemoryReservation ${app} and collectorMemoryReservation ${collector} together exceed ` +
        `taskMemory ${taskMemory}`;
      const shares: [Share, Share] = [
        ["appMemoryReservation", app],
        ["collectorMemoryReservation", collector],
      ];
      return app + collector <= taskMemory ? undefined : { ...fitShares(...shares, taskMemory, 6), wrong };
    },
  },
  {
    keys: ["collector", "appPort"],
    check: ({ collector, appPort }) => {
      const taken = collector === "otel-collector" ? Object.values(otelPorts) : [2000];
      return taken.includes(appPort)
        ? { property: "appPort", wrong: `${appPort} is taken by the collector in the same task`, instead: 8080 }
        : undefined;
    },
  },
  {
    keys: ["minTaskCount", "maxTaskCount"],
    check: ({ minTaskCount, maxTaskCount }) =>
      maxTaskCount < minTaskCount
        ? {
            property: "maxTaskCount",
            wrong: `${maxTaskCount} is less than minTaskCount ${minTaskCount}`,
            instead: minTaskCount,
          }
        : undefined,
  },
];

/** What is wrong with the settings together. Invalid ones are not in `parsed`. */
export function brokenRules(parsed: Readonly<Record<string, unknown>>): Problem[] {
  return rules
    .filter(({ keys }) => keys.every((key) => key in parsed))
    .flatMap(({ check }) => check(parsed as Values) ?? []);
}

/** What will have addresses in the container subnets. */
export function tenantsOf({ app, collector, connectivityProof, location, task }: StackConfig): Tenants {
  const services = apps[app.kind];
  const { endpoints } = collectors[collector.kind](collector);
  const needs = [...pullEndpoints(location.region, []), logEndpoint(location.region, "", []), ...endpoints];
  const interfaces = needs.map(({ endpoint }) => endpoint).filter((endpoint) => !isGateway(endpoint));
  return {
    services: services.length,
    maxTaskCount: task.maxTaskCount,
    proofTasks: connectivityProof ? services.filter(({ traced }) => traced).length : 0,
    interfaceEndpoints: new Set(interfaces).size,
  };
}

/** What a deployment with allowed settings will not do, and what it will take to have it done. */
export function settingWarnings({ connectivityProof, egress, images }: StackConfig): string[] {
  return [
    ...(egress !== undefined && images.collectorImageSource === "mirror"
      ? [
          "egress is temporary-nat-gateway, although nothing is fetched from the internet with collectorImageSource " +
            "mirror. To make no NAT gateway, type: pulumi config set egress none",
        ]
      : []),
    ...(connectivityProof
      ? []
      : ["connectivityProof is off: the NAT gateway is removed without proof that nothing needs it."]),
    // The provider deletes by what the state says, so that the setting alone changes nothing
    // (https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/ecr_repository#force_delete).
    ...(images.repositoryForceDelete
      ? []
      : [
          "repositoryForceDelete is off: `destroy` will stop at repositories that hold images. To remove them with the " +
            "stack, first type: pulumi config set repositoryForceDelete true && npm run up",
        ]),
  ];
}
