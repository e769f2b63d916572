import { parseArgs } from "node:util";
import { errorMessage } from "../../../values";
import { defaultSamplingRule, type SamplingRule } from "../../checks/sampling";
import { type Address, DaemonStandIn } from "./daemon";
import { type DaemonEvent, eventSocketVariable, reportTo } from "./events";
import { proxyUplink } from "./uplink";

/**
 * The stand-in as a process: takes the daemon's own flags
 * (https://docs.aws.amazon.com/xray/latest/devguide/xray-daemon-configuration.html), logs as the daemon does and tells
 * whoever listens at the socket `EVENT_SOCKET`, if there is one, what arrived. `SAMPLING_RULES` holds the account's
 * rules as JSON.
 */
async function main(): Promise<void> {
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
  const rules: SamplingRule[] = JSON.parse(process.env.SAMPLING_RULES ?? JSON.stringify([defaultSamplingRule]));
  const proxy = values["proxy-address"];
  if (proxy !== undefined) logLine("Info", `Using region: ${values.region}; using proxy address: ${proxy}`);
  // ECS stops the daemon last, so what the app sent while it stopped still gets through. Ending the connection lets the
  // process end once everything sent over it has gone; when the run that it belongs to is gone, it ends, too.
  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    await daemon.close();
    events.end();
  };
  const events = reportTo(process.env[eventSocketVariable], stop);
  const daemon = new DaemonStandIn({
    udp: address(values.bind),
    tcp: address(values["bind-tcp"]),
    rules,
    uplink: proxy === undefined ? undefined : proxyUplink(proxy, values.region),
    onEvent: (event) => {
      log(event);
      events.report(event);
    },
  });
  process.on("SIGTERM", stop);
  await daemon.listen();
}

function address(text: string): Address {
  const [, host, port] = /^(.+):(\d+)$/.exec(text) ?? [];
  if (host === undefined) throw new Error(`${text} is not an address; expected one such as 127.0.0.1:2000.`);
  return { host, port: Number(port) };
}

function log(event: DaemonEvent): void {
  logLine(...describe(event));
}

function logLine(level: string, message: string): void {
  console.log(`${new Date().toISOString()} [${level}] ${message}`);
}

function describe(event: DaemonEvent): [level: string, message: string] {
  switch (event.kind) {
    case "listening":
      return ["Info", `Listening on udp ${event.udpPort} and tcp ${event.tcpPort}`];
    case "asked":
      return ["Debug", `${event.operation}: ${event.status}`];
    case "delivered":
      return ["Info", `Successfully sent batch of ${event.documents.length} segments`];
    case "sent":
      return ["Info", `Successfully sent batch of ${event.count} segments`];
    case "lost":
      return ["Error", `Sending segment batch of ${event.count} failed with: ${event.reason}`];
    case "refused":
      return ["Error", `Segment refused: ${event.problems.join("; ")}: ${event.start}`];
  }
}

main().catch((error: unknown) => {
  logLine("Error", errorMessage(error));
  process.exit(1);
});
