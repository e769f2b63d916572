import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { type DaemonEvent, DaemonStandIn } from "../../../tools/localRun/daemonStandIn/daemon";
import { EventSocket } from "../../../tools/localRun/daemonStandIn/eventSocket";
import { defaultSamplingRule } from "../../../tools/localRun/samplingRules";
import { collected } from "../../helpers/collected";

const anyPort = { host: "127.0.0.1", port: 0 };
const root = join(__dirname, "../../..");

function segment(number: number, more: object = {}) {
  return {
    name: "hello",
    id: number.toString(16).padStart(16, "0"),
    start_time: 1478293361.271,
    trace_id: "1-581cf771-a006649127e371903a2de979",
    end_time: 1478293361.449,
    ...more,
  };
}

async function send(port: number, ...documents: unknown[]): Promise<void> {
  const socket = createSocket("udp4");
  for (const document of documents) {
    const text = typeof document === "string" ? document : JSON.stringify(document);
    await new Promise((sent) => socket.send(`{"format":"json","version":1}\n${text}`, port, "127.0.0.1", sent));
  }
  await new Promise<void>((closed) => socket.close(closed));
}

describe("the daemon stand-in", () => {
  let events: DaemonEvent[];
  let daemon: DaemonStandIn;
  let ports: { udpPort: number; tcpPort: number };

  beforeEach(async () => {
    events = [];
    daemon = new DaemonStandIn({
      udp: anyPort,
      tcp: anyPort,
      rules: [defaultSamplingRule],
      onEvent: (event) => events.push(event),
    });
    ports = await daemon.listen();
    events.length = 0;
  });

  afterEach(() => daemon.close().catch(() => undefined));

  it("delivers what has arrived after a moment without news", async () => {
    await send(ports.udpPort, segment(1), segment(2));
    await sleep(20);
    assert.deepEqual(events, []);
    await sleep(200);
    assert.deepEqual(events, [{ kind: "delivered", documents: [segment(1), segment(2)] }]);
  });

  it("delivers in batches of 50, and what is left when it stops", async () => {
    const segments = [...Array(60).keys()].map((number) => segment(number));
    await send(ports.udpPort, ...segments);
    await sleep(20);
    await daemon.close();
    assert.deepEqual(events, [
      { kind: "delivered", documents: segments.slice(0, 50) },
      { kind: "delivered", documents: segments.slice(50) },
    ]);
  });

  it("says what is wrong with a segment, and goes on", async () => {
    await send(ports.udpPort, { ...segment(1), name: "<hello>" }, "no JSON", segment(2));
    await sleep(200);
    assert.deepEqual(
      events.map((event) => (event.kind === "refused" ? event.problems : event.kind)),
      [
        [
          "name: may hold letters, numbers, whitespace and _ . : / % & # = + \\ - @ only; X-Ray refuses other characters",
        ],
        ["document: must be a JSON object in UTF-8"],
        "delivered",
      ],
    );
  });

  it("refuses a second complete segment with the same id, but not one that was in progress before", async () => {
    const inProgress = segment(1, { end_time: undefined, in_progress: true });
    await send(ports.udpPort, inProgress, segment(1), segment(1));
    await sleep(200);
    assert.deepEqual(
      events.map((event) => (event.kind === "refused" ? event.problems : event.kind)),
      [["id: this segment of the trace has been sent complete before"], "delivered"],
    );
  });

  it("answers the X-Ray SDK's own questions about sampling", async () => {
    process.env.AWS_XRAY_MANUAL_MODE = "1";
    const daemonConfig = require("aws-xray-sdk-core/dist/lib/daemon_config");
    const connector = require("aws-xray-sdk-core/dist/lib/middleware/sampling/service_connector");
    const before = { ...daemonConfig };
    Object.assign(daemonConfig, { tcp_ip: "127.0.0.1", tcp_port: ports.tcpPort });
    try {
      const rules = await new Promise<unknown[]>((resolve, reject) => {
        connector.fetchSamplingRules((error: Error | null, found: unknown[]) =>
          error ? reject(error) : resolve(found),
        );
      });
      assert.equal(rules.length, 1);
      const targets = await new Promise((resolve, reject) => {
        connector.fetchTargets(rules, (error: Error | null, found: object) => (error ? reject(error) : resolve(found)));
      });
      const quota = (targets as { Default: { TTL: number } }).Default;
      assert.deepEqual(targets, { Default: { rate: 0.05, quota: 1, TTL: quota.TTL, interval: 10 } });
    } finally {
      Object.assign(daemonConfig, before);
    }
    assert.deepEqual(events, [
      { kind: "asked", operation: "POST /GetSamplingRules", status: 200 },
      { kind: "asked", operation: "POST /SamplingTargets", status: 200 },
    ]);
  });
});

describe("the daemon stand-in as a process", () => {
  const main = join(root, "tools/localRun/daemonStandIn/main.ts");
  const start = (args: string[], env: NodeJS.ProcessEnv) => {
    const events: DaemonEvent[] = [];
    let onFirst = (): void => undefined;
    const listens = new Promise<void>((resolve) => {
      onFirst = resolve;
    });
    const socket = new EventSocket((event) => {
      events.push(event);
      onFirst();
    });
    const child = spawn(process.execPath, ["-r", join(root, "tools/register.js"), main, ...args], {
      env: { PATH: process.env.PATH, EVENT_SOCKET: socket.path, ...env },
      stdio: ["ignore", "pipe", "ignore"],
    });
    const output = collected(child.stdout);
    const exited = once(child, "close").finally(() => socket.close());
    return { child, events, listens, exited, output: () => output().replace(/^\S+ /gm, "") };
  };
  const listening = ["-b", "127.0.0.1:0", "-t", "127.0.0.1:0"];

  it("takes the daemon's flags, reports to its parent, and delivers what it holds on SIGTERM", async () => {
    const daemon = start([...listening, "-o", "-l", "info"], { AWS_REGION: "eu-central-1" });
    await daemon.listens;
    const { events } = daemon;
    const [first] = events;
    const ports = first?.kind === "listening" ? first : { udpPort: 0, tcpPort: 0 };
    await send(ports.udpPort, segment(1));
    await sleep(20);
    daemon.child.kill("SIGTERM");
    assert.deepEqual(await daemon.exited, [0, null]);
    assert.deepEqual(events.slice(1), [{ kind: "delivered", documents: [segment(1)] }]);
    assert.equal(
      daemon.output(),
      `[Info] Listening on udp ${ports.udpPort} and tcp ${ports.tcpPort}\n` +
        "[Info] Successfully sent batch of 1 segments\n",
    );
  });

  it("ends with the run it belongs to", async () => {
    // The run's process, which makes the socket and waits to be killed.
    const script = `
      const { EventSocket } = require("./tools/localRun/daemonStandIn/eventSocket.ts");
      const socket = new EventSocket((event) => console.log(event.kind));
      console.log(socket.path);`;
    const run = spawn(process.execPath, ["-r", "./tools/register.js", "-e", script], {
      cwd: root,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const lines = createInterface({ input: run.stdout })[Symbol.asyncIterator]();
    const path = String((await lines.next()).value);
    const daemon = start(listening, { AWS_REGION: "eu-central-1", EVENT_SOCKET: path });
    assert.equal((await lines.next()).value, "listening");
    run.kill("SIGKILL");
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
    "with an address that is none": [
      ["-b", "2000"],
      { AWS_REGION: "eu-central-1" },
      "[Error] 2000 is no address; expected one such as 127.0.0.1:2000.\n",
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
