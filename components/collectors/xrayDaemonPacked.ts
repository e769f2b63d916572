import type { Collector, CollectorSettings } from "./collector";
import { xrayDaemon } from "./xrayDaemon";

/**
 * The X-Ray daemon in the app's own container, beside it under a supervisor: for platforms that cannot run a sidecar.
 * The image's entry point is the supervisor with the daemon's command, which binds the daemon to the loopback address.
 */
export function xrayDaemonPacked(args: CollectorSettings): Collector {
  const { image, ...sidecar } = xrayDaemon(args);
  return {
    ...sidecar,
    appTarget: "packed",
    appBuildArgs: { [image.mirror.imageArg]: `${image.registry}/${image.repository}:${image.tag}` },
    containers: () => [],
    appContainer: (container) => ({
      ...container,
      cpu: container.cpu + args.collectorCpu,
      memoryReservation: container.memoryReservation + args.collectorMemoryReservation,
      // The supervisor stops the app early enough that the daemon can still send what it holds.
      environment: [
        ...container.environment,
        { name: "STOP_TIMEOUT_SECONDS", value: String(container.stopTimeout) },
      ].sort((a, b) => (a.name < b.name ? -1 : 1)),
    }),
    appDependsOn: [],
    // In place of the image's command; the entry point, and with it the daemon, stays.
    probe: ["--once", "node", "probe.cjs"],
  };
}
