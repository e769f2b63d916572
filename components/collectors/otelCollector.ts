import type { PolicyStatement } from "../iam";
import type { Collector, CollectorImageSpec, CollectorSettings } from "./collector";
import { configurationText, heapLimits, otelPorts, xrayConfiguration } from "./otelConfiguration";

/** Name of the collector's container, and so of its log streams. */
const container = "otel-collector";

/**
 * What is called of X-Ray: the exporter sends segments, and the app asks for its sampling through the proxy. The
 * exporter sends no telemetry of its own unless told to. These actions know no resources.
 *
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
 */
const statements: readonly PolicyStatement[] = [
  {
    Sid: "SendTraces",
    Effect: "Allow",
    Action: ["xray:GetSamplingRules", "xray:GetSamplingTargets", "xray:PutTraceSegments"],
    Resource: ["*"],
  },
];

/** AWS's distribution of the OpenTelemetry collector as a sidecar of the app, which sends it spans by OTLP. */
export function otelCollector(args: CollectorSettings): Collector & { readonly image: CollectorImageSpec } {
  const memoryReservation = args.collectorMemoryReservation;
  return {
    appTarget: "service",
    appBuildArgs: {},
    image: {
      registry: "public.ecr.aws",
      repository: "aws-observability/aws-otel-collector",
      // The newest in November 2026 (https://github.com/aws-observability/aws-otel-collector/pull/3233).
      tag: args.collectorImageTag ?? "v0.50.0",
      mirror: { target: "otel-collector", imageArg: "OTEL_COLLECTOR_IMAGE" },
    },
    containers: ({ image, region, logConfiguration }) => [
      {
        name: container,
        image,
        cpu: args.collectorCpu,
        memoryReservation,
        // The app serves without it, and a restart in place needs no new pull of the image.
        essential: false,
        restartPolicy: { enabled: true, restartAttemptPeriod: 60 },
        environment: [
          // Read in place of the file which the image's command names
          // (https://github.com/aws-observability/aws-otel-collector/blob/v0.49.0/pkg/config/config_factory.go).
          {
            name: "AOT_CONFIG_CONTENT",
            value: configurationText(
              xrayConfiguration({ region, memoryReservation, logLevel: args.collectorLogLevel }),
            ),
          },
          { name: "GOMEMLIMIT", value: `${heapLimits(memoryReservation).goMemoryLimit}MiB` },
        ],
        // It listens on the loopback address, which the containers of a task share, so no port is mapped.
        portMappings: [],
        // The image has no shell, but a program which asks the extension health_check
        // (https://github.com/aws-observability/aws-otel-collector/blob/v0.49.0/cmd/healthcheck/main.go).
        healthCheck: { command: ["CMD", "/healthcheck"], interval: 5, timeout: 3, retries: 3, startPeriod: 30 },
        // The image's own user.
        user: "4317",
        readonlyRootFilesystem: true,
        // It handles SIGTERM itself: it closes its ports and sends what it still holds.
        linuxParameters: { initProcessEnabled: false, capabilities: { drop: ["ALL"] } },
        stopTimeout: 30,
        logConfiguration: logConfiguration(container),
      },
    ],
    appEnvironment: [
      { name: "AWS_XRAY_DAEMON_ADDRESS", value: `127.0.0.1:${otelPorts.xrayProxy}` },
      { name: "OTEL_EXPORTER_OTLP_ENDPOINT", value: `http://127.0.0.1:${otelPorts.otlpHttp}` },
      { name: "TRACING", value: "otlp" },
    ],
    appDependsOn: [{ containerName: container, condition: "HEALTHY" }],
    taskRoleStatements: statements,
    probe: ["node", "probe.cjs"],
    endpoints: [{ endpoint: "xray", statements }],
    egress: [],
  };
}
