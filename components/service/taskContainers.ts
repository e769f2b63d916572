import type { Collector } from "../collectors/collector";
import type { ContainerDefinition, EnvironmentVariable } from "../containers/containerDefinition";
import { awslogs } from "../containers/logs";

interface TaskContainersArgs {
  /** Name of the app's container, and of its log streams. */
  readonly name: string;
  /** Reference of the app's image. */
  readonly appImage: string;
  /** CPU of the app's container in units of 1/1024 vCPU. */
  readonly appCpu: number;
  /** Memory kept for the app's container in MiB. */
  readonly appMemoryReservation: number;
  /** TCP port the app serves HTTP on, `GET /health` included. */
  readonly appPort: number;
  /** Name of the service in its traces. */
  readonly tracingName: string;
  readonly collector: Collector;
  /** Reference of the collector's image; absent when the collector has none of its own. */
  readonly collectorImage?: string;
  /** What the app's environment holds besides. */
  readonly environment: readonly EnvironmentVariable[];
  readonly region: string;
  readonly logGroupName: string;
}

/**
 * The container definitions of a task: the app and what its collector adds, sorted by name, so that a task definition
 * does not change without a cause.
 */
export function taskContainers(args: TaskContainersArgs): ContainerDefinition[] {
  const logConfiguration = (container: string) => awslogs(args.logGroupName, args.region, container);
  const { name, appPort, collector } = args;
  const appContainer: ContainerDefinition = {
    name,
    image: args.appImage,
    cpu: args.appCpu,
    memoryReservation: args.appMemoryReservation,
    essential: true,
    environment: [
      { name: "AWS_REGION", value: args.region },
      { name: "AWS_XRAY_TRACING_NAME", value: args.tracingName },
      { name: "PORT", value: String(appPort) },
      ...collector.appEnvironment,
      ...args.environment,
    ].sort((a, b) => (a.name < b.name ? -1 : 1)),
    portMappings: [{ containerPort: appPort, protocol: "tcp" }],
    dependsOn: collector.appDependsOn,
    healthCheck: {
      // Node's own fetch, because the image has no curl.
      command: [
        "CMD",
        "node",
        "-e",
        `fetch('http://127.0.0.1:${appPort}/health').then(r=>process.exit(r.ok?0:1),()=>process.exit(1))`,
      ],
      interval: 10,
      timeout: 5,
      retries: 3,
      startPeriod: 30,
    },
    user: "1000",
    readonlyRootFilesystem: true,
    // An init as PID 1 reaps what health checks leave behind.
    linuxParameters: { initProcessEnabled: true, capabilities: { drop: ["ALL"] } },
    stopTimeout: 30,
    logConfiguration: logConfiguration(name),
  };
  const added = collector.containers({ image: args.collectorImage ?? "", region: args.region, logConfiguration });
  const app = collector.appContainer?.(appContainer) ?? appContainer;
  return [app, ...added].sort((a, b) => (a.name < b.name ? -1 : 1));
}
