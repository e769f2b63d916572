import assert from "node:assert/strict";
import { taskContainers } from "../../../components/service/taskContainers";
import { sidecar } from "../collectors/daemonSettings";

describe("taskContainers", () => {
  it("sorts containers and variables by name, so that their order never changes a task definition", () => {
    const [daemon, app] = taskContainers({
      name: "zebra",
      appCpu: 1,
      appMemoryReservation: 6,
      appPort: 8080,
      tracingName: "zebra",
      environment: [{ name: "DATE_URL", value: "http://date" }],
      appImage: "app-image",
      collector: sidecar,
      collectorImage: "daemon-image",
      region: "eu-central-1",
      logGroupName: "/logs",
    });
    assert.deepEqual([daemon?.name, app?.name], ["xray-daemon", "zebra"]);
    const variables = ["AWS_REGION", "AWS_XRAY_DAEMON_ADDRESS", "AWS_XRAY_TRACING_NAME", "DATE_URL", "PORT", "TRACING"];
    assert.deepEqual(
      app?.environment.map(({ name }) => name),
      variables,
    );
  });
});
