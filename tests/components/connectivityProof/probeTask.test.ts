import assert from "node:assert/strict";
import { hasEnded, probeFailure } from "../../../components/connectivityProof/probeTask";
import type { DescribedTask } from "../../../components/containers/describedTask";

describe("probeFailure", () => {
  const table: [what: string, task: DescribedTask, expected: string | undefined][] = [
    [
      "exit code 0, whatever became of the sidecar",
      {
        stoppedReason: "Essential container in task exited",
        containers: [
          { name: "hello", exitCode: 0 },
          { name: "xray-daemon", exitCode: 137, reason: "killed" },
        ],
      },
      undefined,
    ],
    [
      "another exit code",
      { stoppedReason: "Essential container in task exited", containers: [{ name: "hello", exitCode: 1 }] },
      "the probe ended with exit code 1; task stopped: Essential container in task exited",
    ],
    [
      "an image that cannot be pulled",
      {
        stoppedReason: "CannotPullContainerError: pull image manifest has been retried 7 time(s)",
        containers: [{ name: "xray-daemon", reason: "CannotPullContainerError: i/o timeout" }, { name: "hello" }],
      },
      "the probe never ran; task stopped: CannotPullContainerError: pull image manifest has been retried 7 time(s); " +
        "container xray-daemon: CannotPullContainerError: i/o timeout",
    ],
    ["a task ECS says nothing of", {}, "the probe never ran"],
    [
      "exit code 0 of another container",
      { containers: [{ name: "xray-daemon", exitCode: 0 }, { name: "hello" }] },
      "the probe never ran",
    ],
  ];
  for (const [what, task, expected] of table) {
    it(`judges ${what}`, () => assert.equal(probeFailure(task, "hello"), expected));
  }
});

describe("hasEnded", () => {
  const table: [what: string, task: DescribedTask, expected: boolean][] = [
    ["ends with a probe that passed, before ECS calls the task stopped", deprovisioning("hello", 0), true],
    ["waits for all that ECS has to say of a probe that failed", deprovisioning("hello", 1), false],
    ["does not end with another container", deprovisioning("xray-daemon", 0), false],
    ["waits for a task that runs", { lastStatus: "RUNNING", containers: [{ name: "hello" }] }, false],
    ["waits for a task which ECS does not see yet", {}, false],
    ["ends with the task", { lastStatus: "STOPPED" }, true],
  ];
  for (const [what, task, expected] of table) {
    it(what, () => assert.equal(hasEnded(task, "hello"), expected));
  }
});

function deprovisioning(name: string, exitCode: number): DescribedTask {
  return { lastStatus: "DEPROVISIONING", containers: [{ name, exitCode }] };
}
