import assert from "node:assert/strict";
import { type ChildProcess, execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { join } from "node:path";
import { TestProcess } from "../../../processes/testProcess";
import { requireTool } from "../../tools";
import { supervisorBundle } from "./supervisorProcess";

/** The processes of this machine whose command line holds a text, by process id. */
function processesWith(text: string): { readonly pid: number; readonly args: string }[] {
  return execFileSync("ps", ["-A", "-o", "pid=,args="], { encoding: "utf8" })
    .split("\n")
    .map((line) => /^\s*(\d+)\s+(.*)$/.exec(line))
    .flatMap((match) => (match?.[2]?.includes(text) ? [{ pid: Number(match[1]), args: match[2] }] : []));
}

// A container is a PID namespace: when its first process ends, the kernel kills the others
// (https://man7.org/linux/man-pages/man7/pid_namespaces.7.html).
describe("the supervisor in a PID namespace with an init", () => {
  let unshare: string;
  before(function () {
    unshare = requireTool(this, "unshare");
  });

  const start = async (marker: string): Promise<{ container: ChildProcess; pid: (of: RegExp) => number }> => {
    const script = `process.on("SIGTERM", () => process.exit(0)); setInterval(() => {}, 1000, "${marker}");
      console.log("up")`;
    const process_ = [process.execPath, "-e", script];
    const supervised = [supervisorBundle(), ...process_, "--", ...process_];
    const flags = ["--user", "--map-root-user", "--pid", "--fork", "--kill-child"];
    const init = [process.execPath, join(__dirname, "init.cjs")];
    const started = new TestProcess([unshare, ...flags, ...init, ...supervised], {
      env: { PATH: process.env.PATH },
    });
    // Daemon and app; the app is started when the daemon has had its time to listen.
    await started.prints(/^up\nup\n/);
    const pid = (of: RegExp): number => processesWith(marker).find(({ args }) => of.test(args))?.pid ?? 0;
    return { container: started.child, pid };
  };

  it("leaves nothing behind when the supervisor is killed", async () => {
    const marker = randomUUID();
    const { container, pid } = await start(marker);
    // unshare, init, supervisor, daemon and app.
    assert.equal(processesWith(marker).length, 5);
    process.kill(pid(/^\S*node \S+supervisor\.cjs /), "SIGKILL");
    assert.deepEqual(await once(container, "exit"), [137, null]);
    assert.deepEqual(processesWith(marker), []);
  });

  it("ends with 0 when the init is asked to stop", async () => {
    const marker = randomUUID();
    const { container, pid } = await start(marker);
    process.kill(pid(/^\S*node \S+init\.cjs /), "SIGTERM");
    assert.deepEqual(await once(container, "exit"), [0, null]);
    assert.deepEqual(processesWith(marker), []);
  });
});
