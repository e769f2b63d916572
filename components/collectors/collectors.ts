import { otelCollector } from "./otelCollector";
import { xrayDaemon } from "./xrayDaemon";
import { xrayDaemonPacked } from "./xrayDaemonPacked";
import { xrayDaemonViaProxy } from "./xrayDaemonViaProxy";

/** The collectors a stack can choose from, by their names in the configuration. */
export const collectors = {
  "xray-daemon": xrayDaemon,
  "xray-daemon-via-proxy": xrayDaemonViaProxy,
  "xray-daemon-packed": xrayDaemonPacked,
  "otel-collector": otelCollector,
};

/** Their names, the first being the usual choice. */
export const collectorNames = Object.keys(collectors) as [Name, ...Name[]];

type Name = keyof typeof collectors;
