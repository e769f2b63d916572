import assert from "node:assert/strict";
import { createServer } from "node:http";
import { readCommandLine } from "../../../app/supervisor/commandLine";
import { awaitListener } from "../../../app/supervisor/daemonReady";
import { supervise } from "../../../app/supervisor/supervise";
import { freePort } from "../helpers/daemonDouble";

const times = { appStopMs: 1000, daemonStopMs: 500, crashStopMs: 500, lingerMs: 0 };
const script = (code: string) => [process.execPath, "-e", code];
const waiting = script("setInterval(() => {}, 1000)");

/** Supervises two scripts; `stopAfterMs` is when the container is asked to stop. */
async function run(daemon: readonly string[], app: readonly string[], { once = false, stopAfterMs = -1 } = {}) {
  const lines: string[] = [];
  const asked = new AbortController();
  if (stopAfterMs === 0) asked.abort();
  else if (stopAfterMs > 0) setTimeout(() => asked.abort(), stopAfterMs);
  const status = await supervise({
    daemon,
    app,
    once,
    asked: asked.signal,
    daemonReady: async () => undefined,
    times,
    say: (line) => lines.push(line),
  });
  return [status, ...lines];
}

describe("supervise", () => {
  it("stops both, the app first, when it is asked to", async () => {
    // Both are ended by SIGTERM, because neither has a handler for it.
    assert.deepEqual(await run(waiting, waiting, { stopAfterMs: 100 }), [143, "stopping the app, then the daemon"]);
  });

  it("does not start the app when it is asked to stop before", async () => {
    assert.deepEqual(await run(waiting, ["/never/started"], { stopAfterMs: 0 }), [
      143,
      "stopping the app, then the daemon",
    ]);
  });

  it("ends with the status of whichever ended unasked, and never with 0", async () => {
    const ended = (who: string, status: number, other: string) =>
      `${who} ended unasked, status ${status}; stopping ${other}`;
    assert.deepEqual(await run(waiting, script("process.exit(7)")), [7, ended("the app", 7, "the daemon")]);
    assert.deepEqual(await run(waiting, script("")), [1, ended("the app", 0, "the daemon")]);
    assert.deepEqual(await run(script("process.exit(7)"), waiting), [7, ended("the daemon", 7, "the app")]);
    assert.deepEqual(await run(script(""), waiting), [1, ended("the daemon", 0, "the app")]);
  });

  it("says why a process cannot be started", async () => {
    assert.deepEqual(await run(waiting, ["/no/such"]), [
      127,
      "the app cannot be started: spawn /no/such ENOENT; stopping the daemon",
    ]);
  });

  it("tells of a daemon that crashed while the app was being stopped", async () => {
    const stubborn = script("process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)");
    assert.deepEqual(await run(script("setTimeout(() => process.exit(9), 900)"), stubborn, { stopAfterMs: 700 }), [
      9,
      "stopping the app, then the daemon",
      "the daemon ended unasked, status 9 before it was asked to",
    ]);
  });

  it("lets a probe end by itself", async () => {
    assert.deepEqual(await run(waiting, script(""), { once: true }), [0, "the app is done"]);
    assert.deepEqual(await run(waiting, script("process.exit(1)"), { once: true }), [
      1,
      "the app ended unasked, status 1; stopping the daemon",
    ]);
  });
});

describe("the supervisor's command line", () => {
  const cases: readonly [args: string, expected: ReturnType<typeof readCommandLine>][] = [
    ["xray -o -- node service.cjs", { daemon: ["xray", "-o"], app: ["node", "service.cjs"], once: false }],
    ["xray -- --once node probe.cjs", { daemon: ["xray"], app: ["node", "probe.cjs"], once: true }],
    ["xray -- sh -- -c", { daemon: ["xray"], app: ["sh", "--", "-c"], once: false }],
    ["xray --", undefined],
    ["xray -- --once", undefined],
    ["-- node service.cjs", undefined],
    ["node service.cjs", undefined],
  ];
  for (const [args, expected] of cases) {
    it(`${args}: ${expected === undefined ? "refused" : "understood"}`, () => {
      assert.deepEqual(readCommandLine(args.split(" ")), expected);
    });
  }
});

describe("awaitListener", () => {
  it("resolves as soon as something listens", async () => {
    const port = await freePort();
    const server = createServer();
    setTimeout(() => server.listen(port, "127.0.0.1"), 100);
    const startedAt = performance.now();
    await awaitListener({ host: "127.0.0.1", port }, 5000);
    const waited = performance.now() - startedAt;
    server.close();
    assert.ok(waited >= 90 && waited < 2000, `waited ${waited} ms`);
  });

  it("gives up in the end", async () => {
    const startedAt = performance.now();
    await awaitListener({ host: "127.0.0.1", port: await freePort() }, 100);
    assert.ok(performance.now() - startedAt >= 90);
  });
});
