import assert from "node:assert/strict";
import { ProofHarness, probeTask } from "./proofHarness";

describe("the proof of several services", () => {
  const harness = new ProofHarness();
  const tasks = ["date", "time"].map((service) => ({ ...probeTask, service, container: service, cachedImages: [] }));

  beforeEach(() => {
    harness.double.answers.RunTask = ({ overrides }) => {
      const { containerOverrides } = overrides as { containerOverrides: { name: string }[] };
      return { tasks: [{ taskArn: `arn:task/${containerOverrides[0]?.name}` }] };
    };
  });

  it("runs their tasks side by side", async () => {
    // None ends before both were started.
    harness.double.answers.DescribeTasks = (input) => {
      const ended = harness.double.inputs("RunTask").length === 2;
      return { tasks: [ended ? stopped(input, 0) : { lastStatus: "PENDING" }] };
    };
    await harness.prove({ tasks });
    assert.equal(harness.double.inputs("RunTask").length, 2);
  });

  it("says of each that failed why, and waits for those that run", async () => {
    harness.double.answers.GetLogEvents = () => ({ events: [] });
    let looks = 0;
    harness.double.answers.DescribeTasks = (input) => {
      if (nameOf(input) === "date") {
        return { tasks: [stopped(input, 2)] };
      }
      looks++;
      return { tasks: [looks < 3 ? { lastStatus: "RUNNING" } : stopped(input, 3)] };
    };
    assert.equal(
      await harness.failure({ tasks }),
      "date cannot do without the NAT gateway: the probe ended with exit code 2; its log date/date/date is empty\n" +
        "time cannot do without the NAT gateway: the probe ended with exit code 3; its log time/time/time is empty",
    );
  });

  it("ends all of them at once on SIGINT", async () => {
    let looks = 0;
    harness.double.answers.DescribeTasks = () => {
      looks++;
      if (looks === 2) {
        setImmediate(() => process.emit("SIGINT"));
      }
      return { tasks: [{ lastStatus: "RUNNING" }] };
    };
    harness.double.answers.StopTask = () => ({});
    // A pause of ten minutes, which nothing but the signal ends.
    const message = await harness.failure({ tasks, pollSeconds: 600 });
    assert.match(message, /^interrupted while waiting for the probe of date to end.*\ninterrupted .* of time to end/);
    const ended = harness.double.inputs("StopTask").map(({ task }) => task);
    assert.deepEqual(ended.sort(), ["arn:task/date", "arn:task/time"]);
  });
});

/** Of the service whose task is asked for. */
function nameOf({ tasks }: Readonly<Record<string, unknown>>): string {
  return String((tasks as string[])[0]).replace("arn:task/", "");
}

function stopped(input: Readonly<Record<string, unknown>>, exitCode: number): object {
  return { lastStatus: "STOPPED", containers: [{ name: nameOf(input), exitCode }] };
}
