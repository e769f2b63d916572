import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const root = join(__dirname, "../../../..");

/** Says what it is told to do; ends when it is killed, or a while after it was interrupted. */
const script = `
  const { watchForInterruption } = require("./tools/terminal/interruption");
  const { interrupted, killed, signal } = watchForInterruption((name) => console.log("signal", name));
  const end = setTimeout(() => undefined, 60_000);
  interrupted.addEventListener("abort", () => {
    console.log("stop", signal());
    setTimeout(() => process.exit(0), 900);
  });
  killed.addEventListener("abort", () => { console.log("kill"); process.exit(0); });
  console.log("ready");
`;

describe("the interruption of a local run", () => {
  let child: ChildProcess;
  let output: string;
  let ended: Promise<unknown>;

  async function start(command: string, args: readonly string[]): Promise<void> {
    child = spawn(command, args, { cwd: root, stdio: ["ignore", "pipe", "inherit"], env: { ...process.env, script } });
    output = "";
    ended = once(child, "close");
    const ready = new Promise<void>((resolve, reject) => {
      ended.then(() => reject(new Error(`ended before it was ready: ${output}`)));
      child.stdout?.setEncoding("utf8").on("data", (text: string) => {
        output += text;
        if (output.includes("ready")) resolve();
      });
    });
    await ready;
  }

  const startDirectly = () => start(process.execPath, ["-r", "./tools/register.js", "-e", script]);

  it("comes with a signal, which may be repeated at once", async () => {
    await startDirectly();
    child.kill("SIGINT");
    await sleep(100);
    child.kill("SIGINT");
    await ended;
    assert.equal(output, "ready\nsignal SIGINT\nstop SIGINT\n");
  });

  it("becomes a kill with a second signal later", async () => {
    await startDirectly();
    child.kill("SIGTERM");
    await sleep(700);
    child.kill("SIGINT");
    await ended;
    assert.equal(output, "ready\nsignal SIGTERM\nstop SIGTERM\nkill\n");
  });

  it("comes with the end of the process that started it", async () => {
    // As under npm: a shell in between that does not pass the signal on.
    await start("/bin/sh", ["-c", 'node -r ./tools/register.js -e "$script"; true']);
    child.kill("SIGTERM");
    await ended;
    assert.equal(output, "ready\nstop undefined\n");
  });
});
