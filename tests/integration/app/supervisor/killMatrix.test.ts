import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { type Container, SupervisedContainer, supervisorBundle } from "./supervisorProcess";

const ignoring = ["--ignore-term"];
const soon = { STOP_TIMEOUT_SECONDS: "5" };
/** A daemon that never listens, so that the app is not started for some time. */
const silent = [process.execPath, "-e", "console.log('daemon up', process.pid); setInterval(() => {}, 1000)"];

/** Who is sent which signals; without any, something ends by itself. SIGUSR2 makes the processes exit with 3. */
const rows: readonly (readonly [kills: string, when: string, code: number, container?: Container])[] = [
  ["supervisor SIGTERM", "running", 0],
  ["supervisor SIGINT", "running", 0],
  ["supervisor SIGTERM, supervisor SIGTERM", "running", 0],
  ["supervisor SIGTERM", "before the app is started", 143, { daemon: silent }],
  ["supervisor SIGTERM", "the app ignores it", 137, { app: ignoring, environment: soon }],
  ["supervisor SIGTERM", "the daemon ignores it", 137, { daemon: ignoring }],
  ["app SIGKILL", "running", 137],
  ["app SIGSEGV", "running", 139],
  ["app SIGUSR2", "running", 3],
  ["app SIGTERM", "running", 1],
  ["", "the app exits with 5", 5, { app: ["--exit", "5"] }],
  ["", "the app is not there", 127, { app: ["/no/such/app"] }],
  ["app SIGKILL", "the daemon ignores SIGTERM", 137, { daemon: ignoring }],
  ["daemon SIGKILL", "running", 137],
  ["daemon SIGSEGV", "running", 139],
  ["daemon SIGUSR2", "running", 3],
  ["daemon SIGTERM", "running", 1],
  ["", "the daemon exits with 5", 5, { daemon: ["--exit", "5"] }],
  ["", "the daemon is not there", 127, { daemon: ["/no/such/daemon"] }],
  ["", "the daemon is not executable", 126, { daemon: [__filename] }],
  ["daemon SIGKILL", "the app ignores SIGTERM", 137, { app: ignoring }],
  ["supervisor SIGTERM, daemon SIGKILL", "being stopped", 137, { app: ignoring, environment: soon }],
  ["", "the probe is done", 0, { app: ["--exit", "0"], once: true }],
  ["", "the probe has failed", 1, { app: ["--exit", "1"], once: true }],
  ["supervisor SIGKILL", "running", 137],
];

describe("the supervisor's kill matrix", () => {
  const seen: string[][] = [["signals", "when", "exit code", "after", "left"]];
  before(() => void supervisorBundle());
  after(() => {
    const widths = (seen[0] ?? []).map((_, column) => Math.max(...seen.map((row) => row[column]?.length ?? 0)));
    const lines = seen.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "));
    console.log(`\n${lines.map((line) => `      ${line.trimEnd()}`).join("\n")}\n`);
  });

  for (const [kills, when, code, container = {}] of rows) {
    it(`${kills || "no signal"}, ${when}: ${code}`, async () => {
      const run = await SupervisedContainer.start(container);
      if (kills !== "") await run.logs(container.daemon === silent ? /^daemon up/m : /^app up/m);
      for (const each of kills.split(", ").filter(Boolean)) {
        const [who, signal] = each.split(" ") as ["supervisor" | "app" | "daemon", NodeJS.Signals];
        await run.kill(who, signal);
        await pause(20);
      }
      const end = await run.ended();
      const { length: left } = end.remaining;
      seen.push([kills, when, String(end.code), `${(end.milliseconds / 1000).toFixed(1)} s`, String(left)]);
      assert.equal(end.code, code, run.log);
      // In a container the kernel ends the others together with the first process.
      assert.equal(left, kills === "supervisor SIGKILL" ? 2 : 0, end.remaining.join("\n"));
      // The table says how long each takes; the whole of the stop timeout, 26 s of it for the app, none of them does.
      assert.ok(end.milliseconds < 20_000, `took ${end.milliseconds} ms`);
    });
  }
});
