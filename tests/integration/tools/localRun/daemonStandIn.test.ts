import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { rmSync } from "node:fs";
import { dirname } from "node:path";
import type { DaemonEvent } from "../../../../tools/localRun/standIns/daemon/events";
import { EventSocket } from "../../../../tools/localRun/standIns/daemon/events";
import { TestProcess, typescript } from "../../../processes/testProcess";
import { segment, send } from "../../../tools/localRun/standIns/daemonClient";

describe("the daemon stand-in as a process", () => {
  const start = (args: string[], env: NodeJS.ProcessEnv) => {
    const events: DaemonEvent[] = [];
    const heard = new EventEmitter();
    const socket = new EventSocket((event) => {
      events.push(event);
      heard.emit("event");
    });
    const daemon = new TestProcess(typescript("tools/localRun/standIns/daemon/main.ts", ...args), {
      env: { PATH: process.env.PATH, EVENT_SOCKET: socket.path, ...env },
    });
    const { child } = daemon;
    const exited = daemon.exited.finally(() => socket.close());
    const output = () => daemon.output.replace(/^\S+ /gm, "");
    /** Resolves when there is an event of the kind. */
    const says = async (kind: DaemonEvent["kind"]): Promise<void> => {
      while (!events.some((event) => event.kind === kind)) {
        await Promise.race([
          once(heard, "event"),
          exited.then(() => assert.fail(`ended without "${kind}": ${output()}`)),
        ]);
      }
    };
    return { child, events, says, exited, output };
  };
  const listening = ["-b", "127.0.0.1:0", "-t", "127.0.0.1:0"];

  it("takes the daemon's flags, reports to its parent, and delivers what it holds on SIGTERM", async () => {
    const daemon = start([...listening, "-o", "-l", "info"], { AWS_REGION: "eu-central-1" });
    await daemon.says("listening");
    const { events } = daemon;
    const [first] = events;
    const ports = first?.kind === "listening" ? first.ports : {};
    // When it has refused the second it has read the first.
    await send(ports.udp ?? 0, segment(1), "no JSON");
    await daemon.says("refused");
    daemon.child.kill("SIGTERM");
    assert.deepEqual(await daemon.exited, [0, null]);
    assert.deepEqual(
      events.filter(({ kind }) => kind === "delivered"),
      [{ kind: "delivered", documents: [segment(1)] }],
    );
    assert.equal(
      daemon.output(),
      `[Info] Listening on udp ${ports.udp} and tcp ${ports.tcp}\n` +
        '[Error] Segment refused: document: must be a JSON object in UTF-8: {"format":"json","version":1} no JSON\n' +
        "[Info] Successfully sent batch of 1 segments\n",
    );
  });

  it("ends with the run it belongs to", async () => {
    // The run's process, which makes the socket and waits to be killed.
    const script = `
      const { EventSocket } = require("./tools/localRun/standIns/daemon/events.ts");
      const socket = new EventSocket((event) => console.log(event.kind));
      console.log(socket.path);`;
    const run = new TestProcess(typescript("-e", script));
    const [path] = await run.prints(/^\/.*(?=\n)/);
    const daemon = start(listening, { AWS_REGION: "eu-central-1", EVENT_SOCKET: path });
    await run.prints(/\nlistening\n/);
    run.child.kill("SIGKILL");
    assert.deepEqual(await daemon.exited, [0, null]);
    rmSync(dirname(path), { recursive: true });
  });

  const refusals: Readonly<Record<string, readonly [args: string[], env: NodeJS.ProcessEnv, message: string]>> = {
    "without a region": [
      listening,
      {},
      "[Error] Cannot fetch region from the environment variable AWS_REGION or the flag -n.\n",
    ],
    "with a flag the daemon does not have": [
      ["--fast"],
      { AWS_REGION: "eu-central-1" },
      "[Error] Unknown option '--fast'\n",
    ],
    "with an address that is not one": [
      ["-b", "2000"],
      { AWS_REGION: "eu-central-1" },
      "[Error] 2000 is not an address; expected one such as 127.0.0.1:2000.\n",
    ],
  };
  for (const [what, [args, env, message]] of Object.entries(refusals)) {
    it(`does not start ${what}`, async () => {
      const daemon = start(args, env);
      assert.deepEqual(await daemon.exited, [1, null]);
      assert.equal(daemon.output(), message);
    });
  }
});
