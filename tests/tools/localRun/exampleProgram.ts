import type { EvaluatedProgram, TaskContainer } from "../../../tools/localRun/evaluatedTasks";

/** Reference of the app's image in the example. */
export const appImage = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/hello@sha256:0123";

/** Reference of the daemon's image in the example, filled by a pull-through cache. */
export const daemonImage =
  "123456789012.dkr.ecr.eu-central-1.amazonaws.com/traced-fargate-dev/xray/aws-xray-daemon:3.6.7";

const fargate = {
  cpu: 32,
  memoryReservation: 256,
  readonlyRootFilesystem: true,
  user: "1000",
  linuxParameters: { initProcessEnabled: true, capabilities: { drop: ["ALL"] } },
  logConfiguration: { logDriver: "awslogs", options: {} },
} as const;

/** An app beside the X-Ray daemon, as in the dev stack. */
export function exampleContainers(): [app: TaskContainer, daemon: TaskContainer] {
  return [
    {
      ...fargate,
      name: "hello",
      image: appImage,
      essential: true,
      environment: [
        { name: "AWS_REGION", value: "eu-central-1" },
        { name: "AWS_XRAY_DAEMON_ADDRESS", value: "127.0.0.1:2000" },
        { name: "AWS_XRAY_TRACING_NAME", value: "traced-fargate-dev-hello" },
        { name: "PORT", value: "8080" },
        { name: "TRACING", value: "xray" },
      ],
      portMappings: [{ containerPort: 8080, protocol: "tcp" }],
      dependsOn: [{ containerName: "xray-daemon", condition: "START" }],
      healthCheck: {
        command: [
          "CMD",
          "node",
          "-e",
          "fetch('http://127.0.0.1:8080/health').then(r=>process.exit(r.ok?0:1),()=>process.exit(1))",
        ],
        interval: 10,
        timeout: 5,
        retries: 3,
        startPeriod: 30,
      },
      stopTimeout: 30,
    },
    {
      ...fargate,
      name: "xray-daemon",
      image: daemonImage,
      essential: false,
      restartPolicy: { enabled: true, restartAttemptPeriod: 60 },
      command: ["-o", "-l", "info"],
      environment: [{ name: "AWS_REGION", value: "eu-central-1" }],
      portMappings: [{ containerPort: 2000, protocol: "udp" }],
      stopTimeout: 30,
    },
  ];
}

/** What evaluating a stack like dev records, as far as a local run looks at it. */
export function exampleProgram(containers: readonly TaskContainer[] = exampleContainers()): EvaluatedProgram {
  return {
    resources: [
      {
        type: "awsx:ecr:Image",
        name: "hello",
        inputs: { context: ".", dockerfile: "./app/Dockerfile", target: "service", args: { SERVICE: "hello" } },
        outputs: { imageUri: appImage },
      },
      {
        type: "aws:ecr/pullThroughCacheRule:PullThroughCacheRule",
        name: "xray-daemon",
        inputs: { ecrRepositoryPrefix: "traced-fargate-dev", upstreamRegistryUrl: "public.ecr.aws" },
        outputs: {},
      },
      {
        type: "aws:xray/samplingRule:SamplingRule",
        name: "health",
        inputs: {
          ruleName: "health",
          priority: 1,
          reservoirSize: 0,
          fixedRate: 0,
          serviceName: "*",
          serviceType: "*",
          host: "*",
          httpMethod: "GET",
          urlPath: "/health",
          resourceArn: "*",
          version: 1,
        },
        outputs: { ruleName: "health", arn: "arn:aws:xray:eu-central-1:123456789012:sampling-rule/health" },
      },
      {
        type: "aws:ecs/taskDefinition:TaskDefinition",
        name: "hello",
        inputs: { family: "traced-fargate-dev-hello", containerDefinitions: JSON.stringify(containers) },
        outputs: {},
      },
    ],
  };
}
