import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { LocalContainer, LocalHealthCheck } from "../../../../tools/localRun/task/plan";
import { RunningTask, TaskFailure } from "../../../../tools/localRun/task/runningTask";

/** What a container's process does: `log("text")` writes to the test's log, `run()` goes on until SIGTERM. */
const prelude = `
  const { appendFileSync, readFileSync } = require("node:fs");
  const log = (text) => appendFileSync(process.env.LOG, text + "\\n");
  const run = () => {
    process.on("SIGTERM", () => { log(process.env.NAME + " stops"); process.exit(0); });
    log(process.env.NAME + " runs");
    setInterval(() => undefined, 1000);
  };
`;

describe("a running task", () => {
  let directory: string;
  let messages: string[];
  let lines: string[];
  let task: RunningTask;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "running-task-"));
    messages = [];
    lines = [];
  });

  afterEach(async () => {
    task.kill();
    await task.stop();
    rmSync(directory, { recursive: true });
  });

  const log = () => readFileSync(join(directory, "log"), "utf8").trim().split("\n");

  function container(name: string, script: string, more: Partial<LocalContainer> = {}): LocalContainer {
    return {
      name,
      description: "a test's process",
      essential: true,
      command: ["node", "-e", prelude + script],
      workingDirectory: directory,
      environment: { PATH: process.env.PATH ?? "", NAME: name, LOG: join(directory, "log") },
      dependsOn: [],
      stopTimeoutMs: 5000,
      tcpPorts: [],
      workspaces: [],
      reportsEvents: false,
      ...more,
    };
  }

  function healthCheck(script: string, more: Partial<LocalHealthCheck> = {}): LocalHealthCheck {
    const { command, workingDirectory, environment } = container("check", script);
    const pace = { intervalMs: 20, timeoutMs: 2000, retries: 2, startPeriodMs: 5000 };
    return { command, workingDirectory, environment, ...pace, ...more };
  }

  const healthyWhenLogged = (text: string): LocalHealthCheck =>
    healthCheck(`process.exit(readFileSync(process.env.LOG, "utf8").includes("${text}") ? 0 : 1)`);

  function runningTask(...containers: LocalContainer[]): RunningTask {
    task = new RunningTask(
      { family: "example", service: "app", logGroup: "", containers, ports: new Map() },
      {
        onTrouble: (message) => messages.push(message),
        onLogLine: (name, line) => lines.push(`${name} | ${line}`),
        onDaemonEvent: () => undefined,
      },
    );
    return task;
  }

  const clean = { code: 0, signal: null, killed: false, unasked: false };
  const stop = async () => (await task.stop()).map((stopped) => ({ ...stopped, container: stopped.container.name }));

  it("starts in order, waits for health, and stops in the reverse order", async () => {
    const isUp = healthyWhenLogged("up");
    runningTask(
      container("daemon", `run(); setTimeout(() => log("up"), 200)`, { healthCheck: isUp }),
      container("app", `run(); console.log("hello")`, {
        dependsOn: [{ containerName: "daemon", condition: "HEALTHY" }],
        healthCheck: healthyWhenLogged("app runs"),
      }),
    );
    await task.start();
    assert.deepEqual(await stop(), [
      { container: "app", ...clean },
      { container: "daemon", ...clean },
    ]);
    assert.deepEqual(log(), ["daemon runs", "up", "app runs", "app stops", "daemon stops"]);
    assert.deepEqual(messages, []);
    assert.deepEqual(lines, ["app | hello"]);
  });

  const failing = (script: string, more: Partial<LocalHealthCheck> = {}) => [
    container("app", "run()", { healthCheck: healthCheck(script, { startPeriodMs: 0, ...more }) }),
  ];
  const needsMigration = { dependsOn: [{ containerName: "migration", condition: "SUCCESS" as const }] };
  const failures: Readonly<Record<string, readonly [containers: () => LocalContainer[], failure: object]>> = {
    "of a container whose success is needed": [
      () => [
        container("migration", "process.exit(4)", { essential: false }),
        container("app", "run()", needsMigration),
      ],
      { message: "app needs the success of migration, which ended with code 4." },
    ],
    "of an essential container that crashes, with its log": [
      () => [
        container("daemon", "run()"),
        container("app", 'console.error("out of luck"); process.exit(3)', { healthCheck: healthCheck("run()") }),
      ],
      new TaskFailure("app ended with code 3.", ["out of luck"]),
    ],
    "of a program that does not exist": [
      () => [container("app", "", { command: ["no-such-program"], healthCheck: healthCheck("run()") })],
      new TaskFailure("app ended with code 127.", ["spawn no-such-program ENOENT"]),
    ],
    "of a container that does not become healthy": [() => failing("process.exit(1)"), { message: "app is UNHEALTHY." }],
    "of a health check that takes too long": [
      () => failing("run()", { timeoutMs: 50, retries: 1 }),
      { message: "app is UNHEALTHY." },
    ],
  };
  for (const [what, [containers, failure]] of Object.entries(failures)) {
    it(`fails because ${what}`, async () => {
      runningTask(...containers());
      await assert.rejects(task.start(), failure);
    });
  }

  it("goes on without a container that is not essential", async () => {
    runningTask(
      container("daemon", "console.log('out of luck'); setTimeout(() => process.kill(process.pid, 'SIGKILL'), 50)", {
        essential: false,
      }),
      container("app", "run()", {
        dependsOn: [{ containerName: "daemon", condition: "COMPLETE" }],
        healthCheck: healthyWhenLogged("app"),
      }),
    );
    await task.start();
    assert.deepEqual(messages, ["daemon ended by SIGKILL. It is not essential, so the task goes on.", "| out of luck"]);
    assert.deepEqual(await stop(), [
      { container: "app", ...clean },
      { container: "daemon", code: null, signal: "SIGKILL", killed: false, unasked: true },
    ]);
  });

  it("fails when a healthy container becomes unhealthy later", async () => {
    // Healthy as long as nothing has been checked.
    const once = `
      const before = readFileSync(process.env.LOG, "utf8").includes("checked");
      log("checked");
      process.exit(before ? 1 : 0);`;
    runningTask(container("app", "run()", { healthCheck: healthCheck(once) }));
    await task.start();
    await assert.rejects(task.failed, { message: "app is UNHEALTHY." });
    // One success, and as many failures as `retries` says.
    assert.equal(log().filter((line) => line === "checked").length, 3);
  });

  it("kills what ignores SIGTERM when its stop timeout is over, and takes along all that containers have started", async () => {
    const starts = (text: string): string => `
      const endless = 'while true; do echo "${text}" >> "$LOG"; sleep 0.02; done';
      require("node:child_process").spawn("/bin/sh", ["-c", endless]);`;
    const stubborn = `process.on("SIGTERM", () => log("no")); setInterval(() => undefined, 1000); ${starts("child")}`;
    runningTask(
      container("migration", `${starts("left over")} setTimeout(() => process.exit(0), 200)`, { essential: false }),
      container("app", stubborn, {
        ...needsMigration,
        stopTimeoutMs: 100,
        healthCheck: healthyWhenLogged("child"),
      }),
    );
    await task.start();
    const [app, migration] = await stop();
    assert.deepEqual(app, { container: "app", code: null, signal: "SIGKILL", killed: true, unasked: false });
    assert.deepEqual(migration, { container: "migration", ...clean, unasked: true });
    const atTheEnd = log();
    await sleep(100);
    assert.deepEqual(log(), atTheEnd);
    assert.ok(atTheEnd.includes("no"));
    // The migration had ended, with all that it had started, before the app began.
    assert.ok(atTheEnd.lastIndexOf("left over") < atTheEnd.indexOf("child"));
  });

  it("can be stopped while it starts", async () => {
    runningTask(
      container("daemon", "run()", { healthCheck: healthCheck("process.exit(1)") }),
      container("app", "run()", { dependsOn: [{ containerName: "daemon", condition: "HEALTHY" }] }),
    );
    const starting = assert.rejects(task.start(), { message: "example was stopped." });
    await task.stop();
    await starting;
    assert.deepEqual(messages, []);
  });
});
