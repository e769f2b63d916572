import { xrayDaemon } from "./xrayDaemon";

/** The collectors a stack can choose from, by their names in the configuration. */
export const collectors = {
  "xray-daemon": xrayDaemon,
};

/** Their names, the first being the usual choice. */
export const collectorNames = ["xray-daemon"] as const satisfies readonly (keyof typeof collectors)[];
