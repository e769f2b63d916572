import assert from "node:assert/strict";
import { xrayDaemon } from "../../../components/service/collectors/xrayDaemon";
import { xrayDaemonPacked } from "../../../components/service/collectors/xrayDaemonPacked";
import { xrayDaemonViaProxy } from "../../../components/service/collectors/xrayDaemonViaProxy";
import { taskContainers } from "../../../components/service/taskContainers";

const collector = xrayDaemon({
  collectorImageTag: "3.6.7",
  collectorCpu: 32,
  collectorMemoryReservation: 256,
  collectorLogLevel: "info",
});
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

describe("the X-Ray daemon packed into the app's container", () => {
  const packed = xrayDaemonPacked({ collectorImageTag: "3.6.7", collectorCpu: 32, collectorMemoryReservation: 256 });

  it("makes one container with both shares and the image's own command", () => {
    const [app, ...others] = taskContainers({
      name: "hello",
      appCpu: 480,
      appMemoryReservation: 768,
      appPort: 8080,
      tracingName: "traced-fargate-packed-hello",
      appImage: "packed-image",
      collector: packed,
      region: "eu-central-1",
      logGroupName: "/traced-fargate/dev/hello",
    });
    const { healthCheck, ...rest } = app ?? assert.fail();
    assert.ok(healthCheck);
    assert.deepEqual(others, []);
    assert.deepEqual(rest, {
      name: "hello",
      image: "packed-image",
      cpu: 512,
      memoryReservation: 1024,
      essential: true,
      environment: [
        { name: "AWS_REGION", value: "eu-central-1" },
        { name: "AWS_XRAY_DAEMON_ADDRESS", value: "127.0.0.1:2000" },
        { name: "AWS_XRAY_TRACING_NAME", value: "traced-fargate-packed-hello" },
        { name: "PORT", value: "8080" },
        { name: "STOP_TIMEOUT_SECONDS", value: "30" },
        { name: "TRACING", value: "xray" },
      ],
      portMappings: [{ containerPort: 8080, protocol: "tcp" }],
      dependsOn: [],
      user: "1000",
      readonlyRootFilesystem: true,
      linuxParameters: { initProcessEnabled: true, capabilities: { drop: ["ALL"] } },
      stopTimeout: 30,
      logConfiguration: logs("hello"),
    });
  });

  it("needs no image but the app's, which is built with the daemon of its exact tag", () => {
    const { image, appTarget, appBuildArgs, probe, endpoints, egress } = packed;
    assert.deepEqual(
      { image, appTarget, appBuildArgs, probe, endpoints, egress },
      {
        image: undefined,
        appTarget: "packed",
        appBuildArgs: { XRAY_DAEMON_IMAGE: "public.ecr.aws/xray/aws-xray-daemon:3.6.7" },
        probe: ["--once", "node", "probe.cjs"],
        endpoints: collector.endpoints,
        egress: [],
      },
    );
  });
});

describe("the X-Ray daemon via a proxy", () => {
  const viaProxy = (proxyUrl: string, proxyCidr: string) =>
    xrayDaemonViaProxy({
      collectorImageTag: "3.6.7",
      collectorCpu: 32,
      collectorMemoryReservation: 256,
      collectorLogLevel: "warn",
      proxyUrl,
      proxyCidr,
    });
  const context = { image: "daemon-image", region: "eu-central-1", logConfiguration: logs } as const;

  it("is the sidecar with the proxy in its command, and nothing about a proxy in any environment", () => {
    const { containers, appEnvironment } = viaProxy("http://proxy.example.internal:3128", "10.1.0.0/28");
    const [sidecar] = collector.containers(context as Parameters<typeof containers>[0]);
    const found = containers(context as Parameters<typeof containers>[0]);
    const command = ["-o", "-l", "warn", "-p", "http://proxy.example.internal:3128"];
    assert.deepEqual(found, [{ ...sidecar, command }]);
    assert.deepEqual(found[0]?.environment, [{ name: "AWS_REGION", value: "eu-central-1" }]);
    assert.deepEqual(appEnvironment, collector.appEnvironment);
  });

  it("reaches the proxy and no endpoint of X-Ray", () => {
    const byName = viaProxy("http://proxy.example.internal:3128", "10.1.0.0/28");
    const byAddress = viaProxy("https://10.1.0.5:8443", "");
    const description = "X-Ray through the proxy";
    assert.deepEqual([byName.endpoints, byName.egress], [[], [{ cidr: "10.1.0.0/28", port: 3128, description }]]);
    assert.deepEqual([byAddress.endpoints, byAddress.egress], [[], [{ cidr: "10.1.0.5/32", port: 8443, description }]]);
    assert.deepEqual(byName.taskRoleStatements, collector.taskRoleStatements);
  });
});
