import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { freePort } from "../../../processes/freePort";

const loader = join(__dirname, "../../../../tools/register.js");
const main = join(__dirname, "../../../../app/supervisor/main.ts");

/** Runs the supervisor to its end. */
function run(args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  const command = ["-r", loader, main, ...args];
  return new Promise<{ code: unknown; stderr: string }>((resolve) => {
    execFile(process.execPath, command, { env: { ...process.env, ...environment } }, (error, _stdout, stderr) => {
      resolve({ code: error?.code ?? 0, stderr });
    });
  });
}

describe("the supervisor's start", () => {
  it("runs a probe with a daemon and ends with its code", async () => {
    const port = await freePort();
    const daemon = [process.execPath, "-e", `require("net").createServer().listen(${port})`];
    const probe = [process.execPath, "-e", ""];
    assert.deepEqual(
      await run([...daemon, "--", "--once", ...probe], { AWS_XRAY_DAEMON_ADDRESS: `127.0.0.1:${port}` }),
      {
        code: 0,
        stderr: "supervisor: the app is done\n",
      },
    );
  });

  const mistakes: Readonly<
    Record<string, [args: string[], environment: NodeJS.ProcessEnv, code: number, says: string]>
  > = {
    "a missing command": [["xray"], {}, 2, "usage: supervisor <daemon command> -- [--once] <app command>"],
    "a stop timeout in words": [
      ["xray", "--", "app"],
      { STOP_TIMEOUT_SECONDS: "half a minute" },
      2,
      "STOP_TIMEOUT_SECONDS must be a number of seconds",
    ],
    "a daemon's address that is none": [
      ["xray", "--", "app"],
      { AWS_XRAY_DAEMON_ADDRESS: "2000" },
      1,
      'AWS_XRAY_DAEMON_ADDRESS is "2000": use host:port, as in 127.0.0.1:2000, or tcp:host:port udp:host:port',
    ],
  };
  for (const [what, [args, environment, code, says]] of Object.entries(mistakes)) {
    it(`is refused with ${what}, before anything runs`, async () => {
      assert.deepEqual(await run(args, environment), { code, stderr: `supervisor: ${says}\n` });
    });
  }
});
