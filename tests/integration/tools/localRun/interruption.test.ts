import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { TestProcess, typescript } from "../../../processes/testProcess";

/** Says what it is told to do; ends when it is killed, or interrupted without a signal. */
const script = `
  const { watchForInterruption } = require("./tools/terminal/interruption");
  const { interrupted, killed, signal } = watchForInterruption((name) => console.log("signal", name));
  const end = setTimeout(() => undefined, 60_000);
  interrupted.addEventListener("abort", () => {
    console.log("stop", signal());
    if (signal() === undefined) process.exit(0);
  });
  killed.addEventListener("abort", () => { console.log("kill"); process.exit(0); });
  console.log("ready");
`;

describe("the interruption of a local run", () => {
  async function start(command = typescript("-e", script)): Promise<TestProcess> {
    const run = new TestProcess(command, { env: { ...process.env, script } });
    await run.prints(/ready/);
    return run;
  }

  it("comes with a signal, which may be repeated at once, and becomes a kill with one later", async () => {
    const run = await start();
    run.child.kill("SIGTERM");
    await sleep(100);
    run.child.kill("SIGTERM");
    await sleep(600);
    assert.equal(run.output, "ready\nsignal SIGTERM\nstop SIGTERM\n");
    run.child.kill("SIGINT");
    await run.exited;
    assert.equal(run.output, "ready\nsignal SIGTERM\nstop SIGTERM\nkill\n");
  });

  it("comes with the end of the process that started it", async () => {
    // As under npm: a shell in between that does not pass the signal on.
    const run = await start(["/bin/sh", "-c", 'node -r ./tools/register.js -e "$script"; true']);
    run.child.kill("SIGTERM");
    await run.exited;
    assert.equal(run.output, "ready\nstop undefined\n");
  });
});
