import assert from "node:assert/strict";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { SamplingRule } from "../../../../tools/localRun/checks/sampling";
import { freePort } from "../../../../tools/localRun/task/ports";
import { type Daemon, startDaemon } from "../../../app/helpers/daemon";
import { FARGATE_ORIGIN, startMetadataEndpoint } from "../../../app/helpers/metadataEndpoint";
import { ask, ROOT, SAMPLED, SELF, withoutIdsAndTimes } from "../../../app/helpers/services";
import { Load } from "../load";
import { bundle, type ServiceProcess, startService } from "../serviceProcess";

const NEVER = { FixedRate: 0, ReservoirSize: 0 };

describe("the hello service's bundle", () => {
  let daemon: Daemon;
  let service: ServiceProcess;
  const closing: { close(): Promise<void> }[] = [];

  const start = async (environment: Record<string, string> = {}) => {
    service = await startService({ TRACING: "xray", AWS_XRAY_DAEMON_ADDRESS: daemon.address, ...environment });
    return service;
  };
  /** Starts the service, and waits until it has the rules: to sample none, and all of this. */
  const startWithRules = async (rule: Partial<SamplingRule>, environment: Record<string, string>) => {
    daemon = await startDaemon([NEVER, { ...NEVER, FixedRate: 1, ...rule }]);
    closing.push(daemon);
    await start(environment);
    while (daemon.calls.length === 0) await delay(10);
    await delay(50);
    return service;
  };
  /** Stops the service, which has sent so many segments. */
  const segments = async (count: number) => {
    assert.equal(await service.stop(), 0);
    return daemon.received(count);
  };
  const messages = () => service.logged().map(({ msg }) => msg);

  before(() => {
    bundle();
  });
  beforeEach(async () => {
    daemon = await startDaemon();
    closing.push(daemon);
  });
  afterEach(() => {
    service.process.kill("SIGKILL");
    return Promise.all(closing.splice(0).map((each) => each.close()));
  });

  it("answers, traces, and ends with 0 on SIGTERM", async () => {
    const { url, port, logged, stderr } = await start();
    assert.equal(await (await ask(url, SAMPLED)).text(), "Hello X-Ray!");
    assert.equal((await ask(`${url}/health`, "Sampled=1")).status, 200);
    const [segment] = await segments(1);
    assert.equal(segment?.trace_id, ROOT);
    const request = { method: "GET", url: `${url}/`, user_agent: "test", client_ip: "127.0.0.1" };
    const http = { request, response: { status: 200, content_length: 12 } };
    assert.deepEqual(withoutIdsAndTimes(segment), { name: "hello", ...SELF.xray, http });
    assert.deepEqual(
      logged().map(({ time, pid, hostname, ...line }) => line),
      [
        { level: 30, name: "hello", port, tracing: "xray", msg: "listening" },
        { level: 30, name: "hello", signal: "SIGTERM", msg: "shutting down" },
      ],
    );
    assert.deepEqual([stderr(), daemon.calls], ["", ["POST /GetSamplingRules"]]);
  });

  it("follows X-Ray's sampling rules, and names the rule in the segment", async () => {
    const rule = { RuleName: "all-of-it", Priority: 5, URLPath: "/traced" };
    const { url } = await startWithRules(rule, { AWS_XRAY_TRACING_NAME: "dev-hello" });
    for (let count = 0; count < 10; count++) {
      await ask(url);
      await ask(`${url}/traced?count=${count}`);
    }
    for (const { name, aws, http } of await segments(10)) {
      assert.deepEqual(
        [name, aws],
        ["dev-hello", { xray: { ...SELF.xray.aws.xray, sampling_rule_name: "all-of-it" } }],
      );
      assert.equal(http?.request?.url, `${url}/traced`);
    }
  });

  it("samples one request a second and 5 % of the rest without rules", async () => {
    const { url, stop } = await start();
    await new Load(url, { connections: 1, count: 400, traced: false }).done;
    await stop();
    await daemon.close();
    // 400 requests take a second or two, so 1 to 3 by the reservoir and 20 by the rate on average; 60 is nine
    // deviations away.
    const { length } = daemon.segments;
    assert.ok(length >= 1 && length < 60, String(length));
  });

  it("says which task it runs in", async () => {
    const endpoint = await startMetadataEndpoint();
    closing.push(endpoint);
    const rule = { RuleName: "fargate", Priority: 1, ServiceType: "AWS::ECS::Fargate" };
    const { url, stderr } = await startWithRules(rule, { ECS_CONTAINER_METADATA_URI_V4: endpoint.uri });
    await ask(url);
    await daemon.delivered(1);
    const [{ origin, aws } = assert.fail()] = daemon.segments;
    const xray = { ...SELF.xray.aws.xray, sampling_rule_name: "fargate" };
    assert.deepEqual([origin, aws], [FARGATE_ORIGIN.origin, { xray, ...FARGATE_ORIGIN.aws }]);
    assert.deepEqual([stderr(), messages()], ["", ["listening"]]);
  });

  it("starts without its metadata endpoint, and says so once", async () => {
    const uri = `http://127.0.0.1:${await freePort()}/v4/abc`;
    const { url } = await start({ ECS_CONTAINER_METADATA_URI_V4: uri, AWS_EXECUTION_ENV: "AWS_ECS_FARGATE" });
    await ask(url, "Sampled=1");
    await daemon.delivered(1);
    const [{ origin, aws } = assert.fail()] = daemon.segments;
    assert.deepEqual([origin, aws], ["AWS::ECS::Fargate", SELF.xray.aws]);
    const problem = "the task metadata endpoint did not answer; traces will not say which task they come from";
    assert.deepEqual(messages(), [problem, "listening"]);
  });

  it("doesn't mind a dead daemon", async () => {
    const { url, stop, stderr } = await start({ AWS_XRAY_DAEMON_ADDRESS: `127.0.0.1:${await freePort()}` });
    const load = new Load(url, { connections: 1, count: 200 });
    await load.done;
    assert.deepEqual([load.answered.length, await stop(), stderr()], [200, 0, ""]);
    assert.deepEqual(messages(), ["listening", "X-Ray's sampling rules cannot be asked for", "shutting down"]);
  });

  it("breaks no request and loses no segment when SIGTERM comes under load", async () => {
    const { url } = await start();
    // Not so fast that on a busy machine the datagrams of all these segments overflow the daemon's buffer.
    const load = new Load(url, { connections: 20, pauseMs: 10 });
    await load.reaches(100);
    assert.equal(await service.stop(), 0);
    await load.done;
    assert.deepEqual(load.failures, []);
    await daemon.received(load.answered.length);
  });

  it("goes on serving on ECS for as long as names lead to it", async () => {
    const endpoint = await startMetadataEndpoint();
    closing.push(endpoint);
    const { url, stop } = await start({ ECS_CONTAINER_METADATA_URI_V4: endpoint.uri });
    const begun = Date.now();
    const stopped = stop();
    for (let waited = 0; waited < 11_000; waited = Date.now() - begun) {
      assert.equal((await ask(url)).status, 200);
      await delay(250);
    }
    assert.equal(await stopped, 0);
  }).timeout(30_000);

  it("ends with one line and what it has traced when an error is not caught", async () => {
    const { url, process, logged, stderr } = await start({
      NODE_OPTIONS: `--require ${join(__dirname, "uncaught.cjs")}`,
    });
    const ended = once(process, "exit");
    await ask(url, "Sampled=1");
    process.kill("SIGUSR2");
    assert.deepEqual(await ended, [1, null]);
    await daemon.received(1);
    const [, { level, msg, err } = assert.fail(), ...others] = logged();
    assert.deepEqual([level, msg, (err as Error).message], [60, "uncaught error", "nobody caught it"]);
    assert.deepEqual([others, stderr()], [[], ""]);
  });
});
