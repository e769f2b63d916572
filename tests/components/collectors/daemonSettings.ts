import { xrayDaemon } from "../../../components/collectors/xrayDaemon";

/** Settings of the X-Ray daemon, as a stack has them that does not set any. */
export const daemonSettings = {
  collectorImageTag: "3.6.7",
  collectorCpu: 32,
  collectorMemoryReservation: 256,
  collectorLogLevel: "info",
};

/** The daemon of these settings, beside the app. */
export const sidecar = xrayDaemon(daemonSettings);
