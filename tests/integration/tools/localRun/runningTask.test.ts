import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { LocalContainer, LocalHealthCheck } from "../../../../tools/localRun/task/plan";
import { RunningTask, TaskFailure } from "../../../../tools/localRun/task/runningTask";

/** What a container's process does: `log("text")` writes to the test's log, `run()` goes on until SIGTERM. */
const prelude = `
  const { appendFileSync } = require("node:fs");
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
    healthCheck(`process.exit(require("node:fs").readFileSync(process.env.LOG, "utf8").includes("${text}") ? 0 : 1)`);

  function runningTask(...containers: LocalContainer[]): RunningTask {
    task = new RunningTask(
      { family: "example", containers, ports: new Map() },
      {
        onProgress: (message) => messages.push(message),
        onLogLine: (name, line) => lines.push(`${name} | ${line}`),
        onDaemonEvent: () => undefined,
      },
    );
    return task;
  }

  const isHealthy = "is HEALTHY (checked every 0.25 s while it starts, every 0.02 s on ECS)";
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
    assert.deepEqual(messages, [
      "daemon runs: a test's process",
      `daemon ${isHealthy}`,
      "app runs: a test's process",
      `app ${isHealthy}`,
    ]);
    assert.deepEqual(lines, ["app | hello"]);
  });

  it("waits for a container that does its work and ends", async () => {
    runningTask(
      container("migration", `setTimeout(() => log("migrated"), 100)`, { essential: false }),
      container("app", "run()", {
        dependsOn: [{ containerName: "migration", condition: "SUCCESS" }],
        healthCheck: healthyWhenLogged("app"),
      }),
    );
    await task.start();
    assert.deepEqual(log(), ["migrated", "app runs"]);
  });

  it("does not start what needs the success of a failure", async () => {
    runningTask(
      container("migration", "process.exit(4)", { essential: false }),
      container("app", "run()", { dependsOn: [{ containerName: "migration", condition: "SUCCESS" }] }),
    );
    await assert.rejects(task.start(), {
      message: "app needs the success of migration, which ended with code 4.",
    });
  });

  it("fails with the log of an essential container that crashes", async () => {
    const script = `console.log("1"); console.error("out of luck"); setTimeout(() => process.exit(3), 50)`;
    runningTask(
      container("daemon", "run()"),
      container("app", script, { healthCheck: healthCheck("process.exit(1)") }),
    );
    await assert.rejects(task.start(), (error) => {
      assert.ok(error instanceof TaskFailure);
      assert.equal(error.message, "app ended with code 3.");
      assert.deepEqual([...error.log].sort(), ["1", "out of luck"]);
      return true;
    });
  });

  it("fails when a program does not exist", async () => {
    runningTask(container("app", "", { command: ["no-such-program"], healthCheck: healthCheck("process.exit(1)") }));
    await assert.rejects(task.start(), (error) => {
      assert.ok(error instanceof TaskFailure);
      assert.deepEqual([error.message, ...error.log], ["app ended with code 127.", "spawn no-such-program ENOENT"]);
      return true;
    });
  });

  it("goes on without a container that is not essential", async () => {
    runningTask(
      container("daemon", "setTimeout(() => process.kill(process.pid, 'SIGKILL'), 50)", { essential: false }),
      container("app", "run()", {
        dependsOn: [{ containerName: "daemon", condition: "COMPLETE" }],
        healthCheck: healthyWhenLogged("app"),
      }),
    );
    await task.start();
    assert.deepEqual(messages, [
      "daemon runs: a test's process",
      "daemon ended by SIGKILL. It is not essential, so the task goes on.",
      "app runs: a test's process",
      `app ${isHealthy}`,
    ]);
    assert.deepEqual(await stop(), [
      { container: "app", ...clean },
      { container: "daemon", code: null, signal: "SIGKILL", killed: false, unasked: true },
    ]);
  });

  it("fails when a container does not become healthy", async () => {
    const attempts = `log("checked"); process.exit(1)`;
    runningTask(container("app", "run()", { healthCheck: healthCheck(attempts, { startPeriodMs: 0 }) }));
    await assert.rejects(task.start(), { message: "app is UNHEALTHY." });
    assert.deepEqual(
      log().filter((line) => line === "checked"),
      ["checked", "checked"],
    );
  });

  it("fails when a health check takes too long", async () => {
    const slow = healthCheck("setTimeout(() => undefined, 60_000)", { timeoutMs: 50, retries: 1, startPeriodMs: 0 });
    runningTask(container("app", "run()", { healthCheck: slow }));
    await assert.rejects(task.start(), { message: "app is UNHEALTHY." });
  });

  it("fails when a healthy container becomes unhealthy later", async () => {
    const once = `
      const { existsSync, writeFileSync } = require("node:fs");
      const before = existsSync("checked");
      writeFileSync("checked", "");
      process.exit(before ? 1 : 0);
    `;
    runningTask(container("app", "run()", { healthCheck: healthCheck(once) }));
    await task.start();
    await assert.rejects(task.failed, { message: "app is UNHEALTHY." });
    assert.deepEqual(messages.slice(1), [`app ${isHealthy}`, `app ${isHealthy.replace("HEALTHY", "UNHEALTHY")}`]);
  });

  it("kills what ignores SIGTERM when its stop timeout is over, with all that it started", async () => {
    const stubborn = `
      process.on("SIGTERM", () => log("no"));
      const endless = 'while true; do echo "child" >> "$LOG"; sleep 0.02; done';
      require("node:child_process").spawn("/bin/sh", ["-c", endless]);
      setInterval(() => undefined, 1000);
    `;
    const started = healthyWhenLogged("child");
    runningTask(container("app", stubborn, { stopTimeoutMs: 100, healthCheck: started }));
    await task.start();
    assert.deepEqual(await stop(), [{ container: "app", code: null, signal: "SIGKILL", killed: true, unasked: false }]);
    const atTheEnd = log();
    await sleep(100);
    assert.deepEqual(log(), atTheEnd);
    assert.ok(atTheEnd.includes("no"));
  });

  it("takes along all that a container has started when that ends", async () => {
    const leaving = `
      const endless = 'while true; do echo "child" >> "$LOG"; sleep 0.02; done';
      require("node:child_process").spawn("/bin/sh", ["-c", endless]);
      setTimeout(() => process.exit(0), 200);
    `;
    runningTask(
      container("migration", leaving, { essential: false }),
      container("app", "run()", { dependsOn: [{ containerName: "migration", condition: "SUCCESS" }] }),
    );
    await task.start();
    const children = () => log().filter((line) => line === "child").length;
    const atTheEnd = children();
    await sleep(200);
    assert.ok(atTheEnd > 0);
    assert.equal(children(), atTheEnd);
  });

  it("can be stopped while it starts", async () => {
    runningTask(
      container("daemon", "run()", { healthCheck: healthCheck("process.exit(1)") }),
      container("app", "run()", { dependsOn: [{ containerName: "daemon", condition: "HEALTHY" }] }),
    );
    const starting = assert.rejects(task.start(), { message: "example was stopped." });
    await task.stop();
    await starting;
    assert.ok(!messages.some((message) => message.startsWith("app")));
  });
});
