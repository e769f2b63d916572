import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { judgeInvocation, readinessCommands } from "../../../../components/client/readiness/readinessCommand";

type Invocation = Parameters<typeof judgeInvocation>[0];
type Verdict = ReturnType<typeof judgeInvocation>;

describe("judgeInvocation", () => {
  const banner = "This is ApacheBench, Version 2.3 <$Revision: 1923142 $>\n";
  const table: { title: string; invocation: Invocation; verdict: Verdict }[] = [
    { title: "nothing yet", invocation: {}, verdict: { kind: "running", seen: "command Pending" } },
    {
      title: "being carried out",
      invocation: { Status: "InProgress", StatusDetails: "InProgress", ResponseCode: -1 },
      verdict: { kind: "running", seen: "command InProgress" },
    },
    { title: "delayed", invocation: { Status: "Delayed" }, verdict: { kind: "running", seen: "command Delayed" } },
    {
      title: "cancelling",
      invocation: { Status: "Cancelling" },
      verdict: { kind: "running", seen: "command Cancelling" },
    },
    {
      title: "success",
      invocation: { Status: "Success", StatusDetails: "Success", ResponseCode: 0, StandardOutputContent: banner },
      verdict: { kind: "ready", abVersion: "2.3" },
    },
    {
      title: "success of an ab that says its version otherwise",
      invocation: { Status: "Success", StandardOutputContent: "ab three\n" },
      verdict: { kind: "ready", abVersion: "ab three" },
    },
    {
      title: "failure",
      invocation: {
        Status: "Failed",
        StatusDetails: "Failed",
        ResponseCode: 1,
        StandardOutputContent: "",
        StandardErrorContent: "Apache Bench (ab) is not installed.\n",
      },
      verdict: { kind: "failed", seen: "command Failed, exit code 1", output: "Apache Bench (ab) is not installed." },
    },
    {
      title: "cancelled by somebody",
      invocation: { Status: "Cancelled", ResponseCode: -1 },
      verdict: { kind: "failed", seen: "command Cancelled", output: "" },
    },
    {
      title: "took too long",
      invocation: { Status: "TimedOut", StatusDetails: "ExecutionTimedOut", ResponseCode: 137 },
      verdict: { kind: "failed", seen: "command TimedOut, ExecutionTimedOut, exit code 137", output: "" },
    },
    {
      title: "not delivered in time",
      invocation: { Status: "TimedOut", StatusDetails: "Delivery Timed Out" },
      verdict: { kind: "undelivered", seen: "command TimedOut, Delivery Timed Out" },
    },
    {
      title: "not delivered in time, spelt as one word",
      invocation: { Status: "TimedOut", StatusDetails: "DeliveryTimedOut" },
      verdict: { kind: "undelivered", seen: "command TimedOut, DeliveryTimedOut" },
    },
    {
      title: "undeliverable",
      invocation: { Status: "Failed", StatusDetails: "Undeliverable", ResponseCode: -1 },
      verdict: { kind: "undelivered", seen: "command Failed, Undeliverable" },
    },
  ];
  for (const { title, invocation, verdict } of table) {
    it(`judges ${title}`, () => assert.deepEqual(judgeInvocation(invocation), verdict));
  }
});

describe("readinessCommands, run by sh as the SSM Agent runs them", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "readiness-"));
    program("tail", 'echo "the last lines of $3"');
    program("head", "read -r line; echo $line");
    program("ab", 'echo "This is ApacheBench, Version 2.3"; echo "Copyright"');
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function program(name: string, body: string): void {
    writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  }

  function run() {
    const script = readinessCommands().join("\n");
    const { status, stdout, stderr } = spawnSync("/bin/sh", ["-c", script], {
      encoding: "utf8",
      env: { PATH: folder },
    });
    return { status, stdout, stderr };
  }

  for (const code of [0, 2]) {
    it(`succeeds when cloud-init ends with ${code}`, () => {
      program("cloud-init", `[ "$*" = "status --wait" ] || exit 9; echo ......; exit ${code}`);
      assert.deepEqual(run(), { status: 0, stdout: "This is ApacheBench, Version 2.3\n", stderr: "" });
    });
  }

  it("fails with the end of the log when cloud-init failed", () => {
    program("cloud-init", "exit 1");
    assert.deepEqual(run(), {
      status: 1,
      stdout: "",
      stderr:
        "cloud-init ended with exit code 1. The end of /var/log/cloud-init-output.log:\n" +
        "the last lines of /var/log/cloud-init-output.log\n",
    });
  });

  it("fails with the end of the log when ab is missing", () => {
    program("cloud-init", "exit 0");
    rmSync(join(folder, "ab"));
    assert.deepEqual(run(), {
      status: 1,
      stdout: "",
      stderr:
        "Apache Bench (ab) is not installed. The end of /var/log/cloud-init-output.log:\n" +
        "the last lines of /var/log/cloud-init-output.log\n",
    });
  });
});
