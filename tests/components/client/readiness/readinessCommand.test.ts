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
  const running = (seen: string): Verdict => ({ kind: "running", seen });
  const undelivered = (seen: string): Verdict => ({ kind: "undelivered", seen });
  const failed = (seen: string, output = ""): Verdict => ({ kind: "failed", seen, output });
  const table: [what: string, invocation: Invocation, verdict: Verdict][] = [
    ["nothing yet", {}, running("command Pending")],
    ["being carried out", { Status: "InProgress", ResponseCode: -1 }, running("command InProgress")],
    ["delayed", { Status: "Delayed" }, running("command Delayed")],
    ["cancelling", { Status: "Cancelling" }, running("command Cancelling")],
    [
      "success",
      { Status: "Success", StatusDetails: "Success", ResponseCode: 0, StandardOutputContent: banner },
      { kind: "ready", abVersion: "2.3" },
    ],
    [
      "success of an ab that says its version otherwise",
      { Status: "Success", StandardOutputContent: "ab three\n" },
      { kind: "ready", abVersion: "ab three" },
    ],
    [
      "failure",
      { Status: "Failed", StatusDetails: "Failed", ResponseCode: 1, StandardErrorContent: "There is no ab.\n" },
      failed("command Failed, exit code 1", "There is no ab."),
    ],
    ["cancelled by somebody", { Status: "Cancelled", ResponseCode: -1 }, failed("command Cancelled")],
    [
      "took too long",
      { Status: "TimedOut", StatusDetails: "ExecutionTimedOut", ResponseCode: 137 },
      failed("command TimedOut, ExecutionTimedOut, exit code 137"),
    ],
    ...["Delivery Timed Out", "DeliveryTimedOut"].map((StatusDetails): [string, Invocation, Verdict] => [
      `not delivered in time, spelt ${StatusDetails}`,
      { Status: "TimedOut", StatusDetails },
      undelivered(`command TimedOut, ${StatusDetails}`),
    ]),
    [
      "undeliverable",
      { Status: "Failed", StatusDetails: "Undeliverable", ResponseCode: -1 },
      undelivered("command Failed, Undeliverable"),
    ],
  ];
  for (const [what, invocation, verdict] of table) {
    it(`judges ${what}`, () => assert.deepEqual(judgeInvocation(invocation), verdict));
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

  const failures: [what: string, arrange: () => void, message: string][] = [
    ["cloud-init failed", () => program("cloud-init", "exit 1"), "cloud-init ended with exit code 1."],
    ["ab is missing", () => rmSync(join(folder, "ab")), "Apache Bench (ab) is not installed."],
  ];
  for (const [what, arrange, message] of failures) {
    it(`fails with the end of the log when ${what}`, () => {
      program("cloud-init", "exit 0");
      arrange();
      const log = "/var/log/cloud-init-output.log";
      const stderr = `${message} The end of ${log}:\nthe last lines of ${log}\n`;
      assert.deepEqual(run(), { status: 1, stdout: "", stderr });
    });
  }
});
