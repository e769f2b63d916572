import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { type Container, SupervisedContainer, supervisorBundle } from "./supervisorProcess";

type Who = "supervisor" | "app" | "daemon";

/** One way for a container to end, and what is expected of it. */
interface Row {
  readonly who: string;
  readonly how: string;
  readonly when: string;
  readonly container?: Container;
  /** What is sent, one after the other; nothing when something ends by itself. */
  readonly kills?: readonly [Who, NodeJS.Signals][];
  /** A line of the log to wait for first. */
  readonly after?: RegExp;
  readonly code: number;
  /** Processes that are left; in a container the kernel ends them together with its first process. @default 0 */
  readonly remaining?: number;
}

const running = /^app up/m;
const ignoring = ["--ignore-term"];
const rows: readonly Row[] = [
  { who: "container", how: "SIGTERM", when: "running", kills: [["supervisor", "SIGTERM"]], after: running, code: 0 },
  { who: "container", how: "SIGINT", when: "running", kills: [["supervisor", "SIGINT"]], after: running, code: 0 },
  {
    who: "container",
    how: "SIGTERM twice",
    when: "running",
    kills: [
      ["supervisor", "SIGTERM"],
      ["supervisor", "SIGTERM"],
    ],
    after: running,
    code: 0,
  },
  {
    who: "container",
    how: "SIGTERM",
    when: "before the app is started",
    // A daemon that never listens, so that the app is not started yet.
    container: {
      daemon: [process.execPath, "-e", "console.log('daemon up', process.pid); setInterval(() => {}, 1000)"],
    },
    kills: [["supervisor", "SIGTERM"]],
    after: /^daemon up/m,
    code: 143,
  },
  {
    who: "container",
    how: "SIGTERM",
    when: "the app ignores it",
    container: { app: ignoring, environment: { STOP_TIMEOUT_SECONDS: "5" } },
    kills: [["supervisor", "SIGTERM"]],
    after: running,
    code: 137,
  },
  {
    who: "container",
    how: "SIGTERM",
    when: "the daemon ignores it",
    container: { daemon: ignoring },
    kills: [["supervisor", "SIGTERM"]],
    after: running,
    code: 137,
  },
  { who: "app", how: "SIGKILL", when: "running", kills: [["app", "SIGKILL"]], after: running, code: 137 },
  { who: "app", how: "SIGSEGV", when: "running", kills: [["app", "SIGSEGV"]], after: running, code: 139 },
  { who: "app", how: "exit 3", when: "running", kills: [["app", "SIGUSR2"]], after: running, code: 3 },
  { who: "app", how: "exit 0, unasked", when: "running", kills: [["app", "SIGTERM"]], after: running, code: 1 },
  { who: "app", how: "exit 5", when: "starting", container: { app: ["--exit", "5"] }, code: 5 },
  { who: "app", how: "not there", when: "starting", container: { app: ["/no/such/app"] }, code: 127 },
  {
    who: "app",
    how: "SIGKILL",
    when: "the daemon ignores SIGTERM",
    container: { daemon: ignoring },
    kills: [["app", "SIGKILL"]],
    after: running,
    code: 137,
  },
  { who: "daemon", how: "SIGKILL", when: "running", kills: [["daemon", "SIGKILL"]], after: running, code: 137 },
  { who: "daemon", how: "SIGSEGV", when: "running", kills: [["daemon", "SIGSEGV"]], after: running, code: 139 },
  { who: "daemon", how: "exit 3", when: "running", kills: [["daemon", "SIGUSR2"]], after: running, code: 3 },
  { who: "daemon", how: "exit 0, unasked", when: "running", kills: [["daemon", "SIGTERM"]], after: running, code: 1 },
  { who: "daemon", how: "exit 5", when: "starting", container: { daemon: ["--exit", "5"] }, code: 5 },
  { who: "daemon", how: "not there", when: "starting", container: { daemon: ["/no/such/daemon"] }, code: 127 },
  { who: "daemon", how: "not executable", when: "starting", container: { daemon: [__filename] }, code: 126 },
  {
    who: "daemon",
    how: "SIGKILL",
    when: "the app ignores SIGTERM",
    container: { app: ignoring },
    kills: [["daemon", "SIGKILL"]],
    after: running,
    code: 137,
  },
  {
    who: "daemon",
    how: "SIGKILL",
    when: "the container is being stopped",
    container: { app: ignoring, environment: { STOP_TIMEOUT_SECONDS: "5" } },
    kills: [
      ["supervisor", "SIGTERM"],
      ["daemon", "SIGKILL"],
    ],
    after: running,
    code: 137,
  },
  { who: "probe", how: "exit 0", when: "done", container: { app: ["--exit", "0"], once: true }, code: 0 },
  { who: "probe", how: "exit 1", when: "done", container: { app: ["--exit", "1"], once: true }, code: 1 },
  {
    who: "supervisor",
    how: "SIGKILL",
    when: "running",
    kills: [["supervisor", "SIGKILL"]],
    after: running,
    code: 137,
    remaining: 2,
  },
];

describe("the supervisor's kill matrix", () => {
  const seen: string[][] = [["who ends", "how", "when", "exit code", "after", "left"]];
  before(() => void supervisorBundle());
  after(() => {
    const widths = (seen[0] ?? []).map((_, column) => Math.max(...seen.map((row) => row[column]?.length ?? 0)));
    const table = seen.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "));
    console.log(`\n${table.map((line) => `      ${line.trimEnd()}`).join("\n")}\n`);
  });

  for (const { who, how, when, container = {}, kills = [], after: line, code, remaining = 0 } of rows) {
    it(`${who}: ${how}, ${when}: ${code}`, async () => {
      const run = await SupervisedContainer.start(container);
      if (line !== undefined) await run.logs(line);
      for (const [target, signal] of kills) {
        await run.kill(target, signal);
        await pause(20);
      }
      const end = await run.ended();
      seen.push([
        who,
        how,
        when,
        String(end.code),
        `${(end.milliseconds / 1000).toFixed(1)} s`,
        String(end.remaining.length),
      ]);
      assert.equal(end.code, code, run.log);
      assert.equal(end.remaining.length, remaining, end.remaining.join("\n"));
      // The table says how long each takes; the whole of the stop timeout, 26 s of it for the app, none of them does.
      assert.ok(end.milliseconds < 20_000, `took ${end.milliseconds} ms`);
    });
  }
});
