import assert from "node:assert/strict";
import { freePort } from "../../../../tools/localRun/task/ports";
import { TestProcess, typescript } from "../../../processes/testProcess";

/** Runs the supervisor to its end. */
async function run(args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  const command = typescript("app/supervisor/main.ts", ...args);
  const supervisor = new TestProcess(command, { env: { ...process.env, ...environment } });
  const [code] = await supervisor.exited;
  return [code, supervisor.errors];
}

describe("the supervisor's start", () => {
  it("runs a probe with a daemon and ends with its code", async () => {
    const port = await freePort();
    const daemon = [process.execPath, "-e", `require("net").createServer().listen(${port})`];
    const probe = [process.execPath, "-e", ""];
    const environment = { AWS_XRAY_DAEMON_ADDRESS: `127.0.0.1:${port}` };
    const end = await run([...daemon, "--", "--once", ...probe], environment);
    assert.deepEqual(end, [0, "supervisor: the app is done\n"]);
  });

  const both = ["xray", "--", "app"];
  const address =
    'AWS_XRAY_DAEMON_ADDRESS is "2000": use host:port, as in 127.0.0.1:2000, or tcp:host:port udp:host:port';
  const mistakes: readonly [code: number, says: string, args: string[], environment: NodeJS.ProcessEnv][] = [
    [2, "usage: supervisor <daemon command> -- [--once] <app command>", ["xray"], {}],
    [2, "STOP_TIMEOUT_SECONDS must be a number of seconds", both, { STOP_TIMEOUT_SECONDS: "half a minute" }],
    [1, address, both, { AWS_XRAY_DAEMON_ADDRESS: "2000" }],
  ];
  for (const [code, says, args, environment] of mistakes) {
    it(`is refused before anything runs: ${says}`, async () => {
      assert.deepEqual(await run(args, environment), [code, `supervisor: ${says}\n`]);
    });
  }
});
