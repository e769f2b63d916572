import { parseArgs } from "node:util";
import { logLine, runStandIn, samplingRules } from "../standInProcess";
import { type Address, DaemonStandIn } from "./daemon";
import { proxyUplink } from "./uplink";

/**
 * The stand-in as a process: takes the daemon's own flags
 * (https://docs.aws.amazon.com/xray/latest/devguide/xray-daemon-configuration.html).
 */
runStandIn((onEvent) => {
  const { values } = parseArgs({
    options: {
      "local-mode": { type: "boolean", short: "o" },
      region: { type: "string", short: "n", default: process.env.AWS_REGION },
      bind: { type: "string", short: "b", default: "127.0.0.1:2000" },
      "bind-tcp": { type: "string", short: "t", default: "127.0.0.1:2000" },
      "log-level": { type: "string", short: "l", default: "prod" },
      "proxy-address": { type: "string", short: "p" },
    },
  });
  // The real daemon ends as well when it finds no region and must not ask the instance metadata.
  if (!values.region) throw new Error("Cannot fetch region from the environment variable AWS_REGION or the flag -n.");
  const proxy = values["proxy-address"];
  if (proxy !== undefined) logLine("Info", `Using region: ${values.region}; using proxy address: ${proxy}`);
  return new DaemonStandIn({
    udp: address(values.bind),
    tcp: address(values["bind-tcp"]),
    rules: samplingRules(),
    uplink: proxy === undefined ? undefined : proxyUplink(proxy, values.region),
    onEvent,
  });
});

function address(text: string): Address {
  const [, host, port] = /^(.+):(\d+)$/.exec(text) ?? [];
  if (host === undefined) throw new Error(`${text} is not an address; expected one such as 127.0.0.1:2000.`);
  return { host, port: Number(port) };
}
