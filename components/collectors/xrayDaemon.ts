import type { EnvironmentVariable } from "../containers/containerDefinition";
import type { PolicyStatement } from "../iam";
import type { Collector, CollectorImageSpec, CollectorSettings } from "./collector";

/** Name of the daemon's container, and so of its log streams. */
const container = "xray-daemon";

/**
 * The port the daemon takes segments on (UDP) and answers for the sampling API on (TCP). The containers of a task share
 * their network, so the app finds it on the loopback address, where the SDK looks by default.
 */
const port = 2000;

/**
 * What the daemon and the sampling of the SDKs behind it do: AWS's policy `AWSXRayDaemonWriteAccess`, written out.
 * These actions know no resources.
 *
 * https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSXRayDaemonWriteAccess.html
 */
const statements: readonly PolicyStatement[] = [
  {
    Sid: "SendTraces",
    Effect: "Allow",
    Action: [
      "xray:GetSamplingRules",
      "xray:GetSamplingStatisticSummaries",
      "xray:GetSamplingTargets",
      "xray:PutTelemetryRecords",
      "xray:PutTraceSegments",
    ],
    Resource: ["*"],
  },
];

/** What tells the app to trace, and where the daemon is. */
const environment: readonly EnvironmentVariable[] = [
  { name: "AWS_XRAY_DAEMON_ADDRESS", value: `127.0.0.1:${port}` },
  { name: "TRACING", value: "xray" },
];

/** The X-Ray daemon as a sidecar of the app, talking to X-Ray through the VPC's endpoint. */
export function xrayDaemon(args: CollectorSettings): Collector & { readonly image: CollectorImageSpec } {
  return {
    appTarget: "service",
    appBuildArgs: {},
    image: {
      registry: "public.ecr.aws",
      repository: "xray/aws-xray-daemon",
      tag: args.collectorImageTag ?? "3.6.7",
      mirror: { target: "daemon", imageArg: "XRAY_DAEMON_IMAGE" },
    },
    containers: ({ image, region, logConfiguration }) => [
      {
        name: container,
        image,
        cpu: args.collectorCpu,
        memoryReservation: args.collectorMemoryReservation,
        // The app serves without it, and a restart in place needs no new pull of the image.
        essential: false,
        restartPolicy: { enabled: true, restartAttemptPeriod: 60 },
        // Appended to the image's entry point, which binds udp and tcp to 0.0.0.0:2000. -o: there is no EC2 instance
        // metadata on Fargate to ask. No health check: the image has no shell, and the daemon no endpoint for one
        // (https://github.com/aws/aws-xray-daemon/issues/9).
        command: ["-o", "-l", args.collectorLogLevel],
        environment: [{ name: "AWS_REGION", value: region }],
        portMappings: [{ containerPort: port, protocol: "udp" }],
        user: "10001",
        readonlyRootFilesystem: true,
        // The daemon handles SIGTERM itself: it closes its sockets and sends what it still holds.
        linuxParameters: { initProcessEnabled: false, capabilities: { drop: ["ALL"] } },
        stopTimeout: 30,
        logConfiguration: logConfiguration(container),
      },
    ],
    appEnvironment: environment,
    appDependsOn: [{ containerName: container, condition: "START" }],
    taskRoleStatements: statements,
    probe: ["node", "probe.cjs"],
    endpoints: [{ endpoint: "xray", statements }],
    egress: [],
  };
}
