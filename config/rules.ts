import { proxyProblem } from "../components/collectors/proxySettings";
import { fargateMemorySizes } from "../components/containers/fargateSize";
import type { AwsSettings, Key, Settings } from "./settings";
import { type ConfigProblem, setCommand } from "./values";

/** What rules speak of: the settings, and the region they are for. */
type Values = Settings & Pick<AwsSettings, "region">;

/** A rule over several settings; it is asked only when each of them is valid by itself. */
interface Rule {
  readonly keys: readonly (keyof Values)[];
  /** Says what is wrong, of which key, and what to type instead; nothing when all is well. */
  readonly check: (values: Values) => { key: Key; wrong: string; instead: string | number } | undefined;
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
    keys: ["dnsFirewall", "collectorImageSource"],
    check: ({ dnsFirewall, collectorImageSource: source }) => {
      const wrong = "block does not let the public registry's hosts be looked up, from which pull-through-cache pulls";
      return dnsFirewall === "block" && source === "pull-through-cache"
        ? { key: "dnsFirewall", wrong, instead: "off" }
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
        : { key: "deadLetterQueueArn", wrong: `has no effect, because ${reason}`, instead: "" };
    },
  },
  {
    keys: ["deadLetterQueueArn", "region"],
    check: ({ deadLetterQueueArn: arn, region }) => {
      const [, , , place = region, ...queue] = arn?.split(":") ?? [];
      const wrong = `the queue is in ${place}, but the stack in ${region}`;
      return place === region
        ? undefined
        : { key: "deadLetterQueueArn", wrong, instead: ["arn:aws:sqs", region, ...queue].join(":") };
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

/** What the settings' rules say, as far as the settings they speak of, and the region, are valid. */
export function brokenRules(parsed: Readonly<Record<string, unknown>>, prefix: string): ConfigProblem[] {
  return rules
    .filter(({ keys }) => keys.every((key) => key in parsed))
    .flatMap(({ check }) => check(parsed as Values) ?? [])
    .map(({ key, wrong, instead }) => ({
      key: prefix + key,
      message: `${wrong}; ${setCommand(prefix + key, instead)}`,
    }));
}
