import assert from "node:assert/strict";
import { xrayDaemon } from "../../../components/service/collectors/xrayDaemon";
import { taskContainers } from "../../../components/service/taskContainers";

const collector = xrayDaemon({ collectorImageTag: "3.6.7", collectorCpu: 32, collectorMemoryReservation: 256 });
const logs = (container: string) => ({
  logDriver: "awslogs",
  options: {
    "awslogs-group": "/traced-fargate/dev/hello",
    "awslogs-region": "eu-central-1",
    "awslogs-stream-prefix": container,
    "max-buffer-size": "10m",
    mode: "non-blocking",
  },
});

describe("taskContainers", () => {
  it("describes the app beside the X-Ray daemon", () => {
    const containers = taskContainers({
      name: "hello",
      appCpu: 480,
      appMemoryReservation: 768,
      appPort: 8080,
      tracingName: "traced-fargate-dev-hello",
      appImage: "app-image",
      collector,
      collectorImage: "daemon-image",
      region: "eu-central-1",
      logGroupName: "/traced-fargate/dev/hello",
    });
    assert.deepEqual(containers, [
      {
        name: "hello",
        image: "app-image",
        cpu: 480,
        memoryReservation: 768,
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
        user: "1000",
        readonlyRootFilesystem: true,
        linuxParameters: { initProcessEnabled: true, capabilities: { drop: ["ALL"] } },
        stopTimeout: 30,
        logConfiguration: logs("hello"),
      },
      {
        name: "xray-daemon",
        image: "daemon-image",
        cpu: 32,
        memoryReservation: 256,
        essential: false,
        restartPolicy: { enabled: true, restartAttemptPeriod: 60 },
        command: ["-o", "-l", "info"],
        environment: [{ name: "AWS_REGION", value: "eu-central-1" }],
        portMappings: [{ containerPort: 2000, protocol: "udp" }],
        user: "10001",
        readonlyRootFilesystem: true,
        linuxParameters: { initProcessEnabled: false, capabilities: { drop: ["ALL"] } },
        stopTimeout: 30,
        logConfiguration: logs("xray-daemon"),
      },
    ]);
  });

  it("sorts the containers by name, so that their order never changes a task definition", () => {
    const names = taskContainers({
      name: "zebra",
      appCpu: 1,
      appMemoryReservation: 6,
      appPort: 8080,
      tracingName: "zebra",
      appImage: "app-image",
      collector,
      collectorImage: "daemon-image",
      region: "eu-central-1",
      logGroupName: "/logs",
    }).map(({ name }) => name);
    assert.deepEqual(names, ["xray-daemon", "zebra"]);
  });
});

describe("the X-Ray daemon as a collector", () => {
  const statement = {
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
  };

  it("may do what the daemon does and nothing else, also through the endpoint", () => {
    assert.deepEqual(collector.taskRoleStatements, [statement]);
    assert.deepEqual(collector.endpoints, [{ endpoint: "xray", statements: [statement] }]);
  });

  it("runs the daemon's image by its exact tag", () => {
    assert.deepEqual(collector.image, {
      registry: "public.ecr.aws",
      repository: "xray/aws-xray-daemon",
      tag: "3.6.7",
      mirror: { target: "daemon", imageArg: "XRAY_DAEMON_IMAGE" },
    });
  });
});
