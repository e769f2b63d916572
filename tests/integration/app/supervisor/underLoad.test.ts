import assert from "node:assert/strict";
import { Agent, get } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { freePort } from "../../../processes/freePort";
import { bundle } from "../serviceProcess";
import { SupervisedContainer } from "./supervisorProcess";

/** Clients that keep their connections and send one request after the other. */
const clients = 8;
/**
 * What a client waits between two requests, in milliseconds. Every request is traced and segments go by UDP, so on a
 * busy machine a daemon that gets no processor for a moment would lose those that no buffer holds, which is nobody's
 * fault here.
 */
const pace = 8;

interface Load {
  /** Trace ids of the requests that were answered. */
  readonly answered: string[];
  /** Why the others failed. */
  readonly broken: string[];
}

let traces = 0;
const nextTrace = (): string =>
  `1-${Math.floor(Date.now() / 1000).toString(16)}-${(++traces).toString(16).padStart(24, "0")}`;

/** Sends one request that is to be traced; resolves to whether the service wants its client to leave. */
function send(url: string, agent: Agent, load: Load): Promise<boolean> {
  const trace = nextTrace();
  const broken = (why: string): boolean => load.broken.push(why) > 0;
  return new Promise((resolve) => {
    const headers = { "x-amzn-trace-id": `Root=${trace};Sampled=1` };
    get(url, { agent, headers }, (response) => {
      response.resume().on("end", () => {
        if (response.statusCode !== 200) return resolve(broken(`answered ${response.statusCode}`));
        load.answered.push(trace);
        resolve(response.headers.connection === "close");
      });
      response.on("error", (error) => resolve(broken(error.message)));
    }).on("error", (error) => resolve(broken(error.message)));
  });
}

/** Sends one request after the other on one connection, until the service asks its client to leave. */
async function keepSending(url: string, load: Load): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  while (!(await send(url, agent, load))) {
    await pause(pace);
  }
  agent.destroy();
}

describe("a container with the service and a daemon", () => {
  const start = async (container: { app?: readonly string[]; once?: boolean } = {}) => {
    const port = await freePort();
    const environment = { PORT: String(port), TRACING: "xray", AWS_REGION: "eu-central-1" };
    const run = await SupervisedContainer.start({ app: [process.execPath, bundle()], ...container, environment });
    return { run, url: `http://127.0.0.1:${port}/` };
  };

  it("loses no request and no segment when it is stopped under load", async () => {
    const { run, url } = await start();
    await run.logs(/"listening"/);
    const load: Load = { answered: [], broken: [] };
    const sending = Array.from({ length: clients }, () => keepSending(url, load));
    while (load.answered.length < 200) {
      await pause(pace);
    }
    const before = load.answered.length;
    await run.kill("supervisor", "SIGTERM");
    await Promise.all(sending);
    const { code, remaining } = await run.ended();
    assert.deepEqual({ code, remaining }, { code: 0, remaining: [] }, run.log);
    assert.deepEqual(load.broken, []);
    assert.ok(load.answered.length > before, `${before} answers before, ${load.answered.length} in all`);
    const [, delivered = "[]"] = await run.logs(/^daemon stopped (.*)$/m);
    assert.deepEqual((JSON.parse(delivered) as string[]).sort(), load.answered.sort());
  });

  it("answers what is in flight when the daemon crashes, and ends with the daemon's status", async () => {
    const { run, url } = await start();
    await run.logs(/"listening"/);
    const load: Load = { answered: [], broken: [] };
    const sending = Array.from({ length: clients }, () => keepSending(url, load));
    while (load.answered.length < 50) {
      await pause(pace);
    }
    await run.kill("daemon", "SIGKILL");
    await Promise.all(sending);
    const { code, remaining } = await run.ended();
    assert.deepEqual({ code, remaining }, { code: 137, remaining: [] }, run.log);
    assert.deepEqual(load.broken, []);
    assert.match(run.log, /^supervisor: the daemon ended unasked, status 137; stopping the app$/m);
  });

  it("proves with the probe that its own daemon answers", async () => {
    const probe = bundle().replace("service.cjs", "probe.cjs");
    const { run } = await start({ app: [process.execPath, probe], once: true });
    const { code, remaining } = await run.ended();
    assert.deepEqual({ code, remaining }, { code: 0, remaining: [] }, run.log);
    assert.match(run.log, /^X-Ray answered through http:\/\/127\.0\.0\.1:\d+\/GetSamplingRules$/m);
  });
});
