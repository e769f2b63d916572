import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, watch, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readCommandLine } from "../../../app/supervisor/commandLine";
import { awaitListener } from "../../../app/supervisor/daemonReady";
import { supervise } from "../../../app/supervisor/supervise";
import { freePort } from "../../../tools/localRun/task/ports";

const minute = 60_000;
/** None of these times passes in a test: every process ends when it is told to, or because of what another does. */
const times = { appStopMs: minute, daemonStopMs: minute, crashStopMs: minute, lingerMs: 0 };
const shell = (script: string) => ["/bin/sh", "-c", script];
/** Ended by SIGTERM, because it has no handler for it. */
const waiting = ["sleep", "60"];
const exits = (status: number) => shell(`exit ${status}`);

/** Supervises two commands to their end, and returns the status and what was said. */
async function run(
  [daemon, app]: readonly (readonly string[])[],
  options: { readonly once?: boolean; readonly asked?: AbortSignal; readonly onLine?: (line: string) => void } = {},
) {
  const { once = false, asked = new AbortController().signal, onLine } = options;
  const lines: string[] = [];
  const say = (line: string) => {
    lines.push(line);
    onLine?.(line);
  };
  const daemonReady = async () => undefined;
  return [await supervise({ daemon: daemon ?? [], app: app ?? [], once, asked, daemonReady, times, say }), ...lines];
}

describe("supervise", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "supervise-"));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  /** Aborted as soon as a process has made the file. */
  function whenMade(file: string): AbortSignal {
    const asked = new AbortController();
    const watcher = watch(directory, { persistent: false }, () => {
      if (!existsSync(join(directory, file))) return;
      watcher.close();
      asked.abort();
    });
    return asked.signal;
  }

  it("stops both, the app first, when it is asked to", async () => {
    const app = shell(`touch ${directory}/up; exec sleep 60`);
    const end = await run([waiting, app], { asked: whenMade("up") });
    assert.deepEqual(end, [143, "stopping the app, then the daemon"]);
  });

  it("does not start the app when it is asked to stop before", async () => {
    const end = await run([waiting, ["/never/started"]], { asked: AbortSignal.abort() });
    assert.deepEqual(end, [143, "stopping the app, then the daemon"]);
  });

  const ends: [daemon: readonly string[], app: readonly string[], once: boolean, status: number, says: string][] = [
    [waiting, exits(7), false, 7, "the app ended unasked, status 7; stopping the daemon"],
    [waiting, exits(0), false, 1, "the app ended unasked, status 0; stopping the daemon"],
    [waiting, ["/no/such"], false, 127, "the app cannot be started: spawn /no/such ENOENT; stopping the daemon"],
    [waiting, ["/"], false, 126, "the app cannot be started: spawn / EACCES; stopping the daemon"],
    [waiting, exits(0), true, 0, "the app is done"],
    [waiting, exits(1), true, 1, "the app ended unasked, status 1; stopping the daemon"],
    [exits(7), waiting, false, 7, "the daemon ended unasked, status 7; stopping the app"],
    [exits(0), waiting, false, 1, "the daemon ended unasked, status 0; stopping the app"],
  ];
  for (const [daemon, app, once, status, says] of ends) {
    it(`ends with ${status}: ${says}`, async () => {
      assert.deepEqual(await run([daemon, app], { once }), [status, says]);
    });
  }

  it("tells of a daemon that crashed while the app was being stopped", async () => {
    const daemon = shell(`cd ${directory}; echo $$ > daemon; until [ -e crash ]; do sleep 0.01; done; exit 9`);
    // It takes no SIGTERM, and ends when the daemon's end has been noticed: until then its process id is in use.
    const app = shell(`cd ${directory}; trap "" TERM; until [ -s daemon ]; do sleep 0.01; done; touch up
      while kill -0 $(cat daemon); do sleep 0.01; done 2>/dev/null`);
    const onLine = (line: string): void => {
      if (line.startsWith("stopping")) writeFileSync(join(directory, "crash"), "");
    };
    assert.deepEqual(await run([daemon, app], { asked: whenMade("up"), onLine }), [
      9,
      "stopping the app, then the daemon",
      "the daemon ended unasked, status 9 before it was asked to",
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
    let resolved = false;
    const waiting = awaitListener({ host: "127.0.0.1", port }, minute).then(() => {
      resolved = true;
    });
    // So many turns of the event loop take several attempts to connect.
    for (let turn = 0; turn < 100; turn += 1) await new Promise(setImmediate);
    assert.equal(resolved, false);
    const server = createServer().listen(port, "127.0.0.1");
    await waiting;
    server.close();
  });

  it("gives up in the end", async () => {
    await awaitListener({ host: "127.0.0.1", port: await freePort() }, 25);
  });
});
