import assert from "node:assert/strict";
import { xrayDaemon } from "../../../components/collectors/xrayDaemon";
import { xrayDaemonPacked } from "../../../components/collectors/xrayDaemonPacked";
import { xrayDaemonViaProxy } from "../../../components/collectors/xrayDaemonViaProxy";
import { taskContainers } from "../../../components/service/taskContainers";
import { daemonContainer, helloContainer, logConfiguration, packedContainer } from "../../stacks/expectedContainers";

const collector = xrayDaemon({
  collectorImageTag: "3.6.7",
  collectorCpu: 32,
  collectorMemoryReservation: 256,
  collectorLogLevel: "info",
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
    assert.deepEqual(containers, [helloContainer("dev", "app-image"), daemonContainer("dev", "hello", "daemon-image")]);
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
    const containers = taskContainers({
      name: "hello",
      appCpu: 480,
      appMemoryReservation: 768,
      appPort: 8080,
      tracingName: "traced-fargate-packed-hello",
      appImage: "packed-image",
      collector: packed,
      region: "eu-central-1",
      logGroupName: "/traced-fargate/packed/hello",
    });
    assert.deepEqual(containers, [packedContainer("packed", "packed-image")]);
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
  const context = {
    image: "daemon-image",
    region: "eu-central-1",
    logConfiguration: (container: string) => logConfiguration("dev", "hello", container),
  };

  it("is the sidecar with the proxy in its command, and nothing about a proxy in any environment", () => {
    const { containers, appEnvironment } = viaProxy("http://proxy.example.internal:3128", "10.1.0.0/28");
    const command = ["-o", "-l", "warn", "-p", "http://proxy.example.internal:3128"];
    assert.deepEqual(containers(context), [{ ...daemonContainer("dev", "hello", "daemon-image"), command }]);
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
