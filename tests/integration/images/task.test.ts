import assert from "node:assert/strict";
import type { TaskContainer } from "../../../tools/localRun/task/evaluatedTasks";
import { runArguments, startOrder } from "./task";

const container: TaskContainer = {
  name: "hello",
  image: "hello:1",
  essential: true,
  cpu: 256,
  memoryReservation: 512,
  user: "1000",
  readonlyRootFilesystem: true,
  environment: [{ name: "PORT", value: "8080" }],
  portMappings: [],
  stopTimeout: 30,
  linuxParameters: { initProcessEnabled: true, capabilities: { drop: ["ALL"] } },
  logConfiguration: { logDriver: "awslogs", options: {} },
};

describe("runArguments", () => {
  it("says what the container definition says", () => {
    assert.equal(
      runArguments(container, "image").join(" "),
      "--user 1000 --read-only --read-only-tmpfs=false --cap-drop ALL --init --env PORT=8080 --stop-timeout 30 image",
    );
  });

  it("leaves to the image what the container definition leaves to it, and overrides the rest", () => {
    const { user: _, ...withoutUser } = container;
    const changed = {
      ...(withoutUser as TaskContainer),
      readonlyRootFilesystem: false,
      linuxParameters: { initProcessEnabled: false, capabilities: { drop: [] } },
      entryPoint: ["sh", "-c"],
      command: ["true"],
    };
    assert.equal(
      runArguments(changed, "image").join(" "),
      '--env PORT=8080 --stop-timeout 30 --entrypoint ["sh","-c"] image true',
    );
  });
});

describe("startOrder", () => {
  it("starts a container after those it depends on", () => {
    const on = (name: string, ...others: string[]) => ({
      ...container,
      name,
      dependsOn: others.map((containerName) => ({ containerName, condition: "START" as const })),
    });
    const ordered = startOrder([on("a", "b", "c"), on("b"), on("c", "b")]);
    assert.deepEqual(
      ordered.map(({ name }) => name),
      ["b", "c", "a"],
    );
  });
});
