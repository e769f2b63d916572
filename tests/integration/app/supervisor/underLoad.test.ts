import assert from "node:assert/strict";
import { freePort } from "../../../../tools/localRun/task/ports";
import { Load } from "../load";
import { bundle } from "../serviceProcess";
import { SupervisedContainer } from "./supervisorProcess";

/**
 * Every request is traced and segments go by UDP, so on a busy machine a daemon that gets no processor for a moment
 * would lose those that no buffer holds, which is nobody's fault here: hence the pause.
 */
const clients = { connections: 8, pauseMs: 8 };

describe("a container with the service and a daemon", () => {
  const start = async (container: { app?: readonly string[]; once?: boolean } = {}) => {
    const port = await freePort();
    const environment = { PORT: String(port), TRACING: "xray", AWS_REGION: "eu-central-1" };
    const run = await SupervisedContainer.start({ app: [process.execPath, bundle()], ...container, environment });
    return { run, url: `http://127.0.0.1:${port}` };
  };
  const endsWith = async (run: SupervisedContainer, expected: number) => {
    const { code, remaining } = await run.ended();
    assert.deepEqual({ code, remaining }, { code: expected, remaining: [] }, run.log);
  };

  it("loses no request and no segment when it is stopped under load", async () => {
    const { run, url } = await start();
    await run.logs(/"listening"/);
    const load = new Load(url, clients);
    await load.reaches(200);
    const before = load.answered.length;
    await run.kill("supervisor", "SIGTERM");
    await load.done;
    await endsWith(run, 0);
    assert.deepEqual(load.failures, []);
    assert.ok(load.answered.length > before, `${before} answers before, ${load.answered.length} in all`);
    const [, delivered = "[]"] = await run.logs(/^daemon stopped (.*)$/m);
    assert.deepEqual((JSON.parse(delivered) as string[]).sort(), load.answered.sort());
  });

  it("answers what is in flight when the daemon crashes, and ends with the daemon's status", async () => {
    const { run, url } = await start();
    await run.logs(/"listening"/);
    const load = new Load(url, clients);
    await load.reaches(50);
    await run.kill("daemon", "SIGKILL");
    await load.done;
    await endsWith(run, 137);
    assert.deepEqual(load.failures, []);
    assert.match(run.log, /^supervisor: the daemon ended unasked, status 137; stopping the app$/m);
  });

  it("proves with the probe that its own daemon answers", async () => {
    const probe = bundle().replace("service.cjs", "probe.cjs");
    const { run } = await start({ app: [process.execPath, probe], once: true });
    await endsWith(run, 0);
    assert.match(run.log, /^X-Ray answered through http:\/\/127\.0\.0\.1:\d+\/GetSamplingRules$/m);
  });
});
