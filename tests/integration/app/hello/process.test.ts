import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent, get } from "node:http";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { SamplingRule } from "../../../../tools/localRun/checks/sampling";
import { daemonOfEachTest, startDaemon } from "../../../app/helpers/daemon";
import { FARGATE_ORIGIN, startMetadataEndpoint } from "../../../app/helpers/metadataEndpoint";
import { ROOT, SELF, withoutIdsAndTimes } from "../../../app/helpers/segments";
import { freePort } from "../../../processes/freePort";
import { bundle, type ServiceProcess, startService } from "../serviceProcess";

const NEVER = { FixedRate: 0, ReservoirSize: 0 };

describe("the hello service's bundle", () => {
  const daemon = daemonOfEachTest();
  let service: ServiceProcess | undefined;
  const closing: { close(): Promise<void> }[] = [];

  const start = async (environment: Record<string, string> = {}) => {
    service = await startService({ TRACING: "xray", AWS_XRAY_DAEMON_ADDRESS: daemon().address, ...environment });
    return service;
  };
  const ask = (url: string, header?: string) =>
    fetch(url, { headers: { "user-agent": "test", ...(header && { "x-amzn-trace-id": header }) } });
  /** Starts the service, and waits until it has the rules of a daemon of its own: to sample none, and all of this. */
  const startWithRules = async (rule: Partial<SamplingRule>, environment: Record<string, string>) => {
    const ruling = await startDaemon([NEVER, { ...NEVER, FixedRate: 1, ...rule }]);
    const running = await start({ AWS_XRAY_DAEMON_ADDRESS: ruling.address, ...environment });
    closing.push(ruling);
    while (ruling.calls.length === 0) await delay(10);
    await delay(50);
    return { ...running, ruling };
  };

  before(() => {
    bundle();
  });
  afterEach(() => {
    service?.process.kill("SIGKILL");
    service = undefined;
    return Promise.all(closing.splice(0).map((each) => each.close()));
  });

  it("answers, traces, and ends with 0 on SIGTERM", async () => {
    const since = Date.now();
    const { url, port, stop, logged, stderr } = await start();
    assert.equal(await (await ask(`${url}/`, `Root=${ROOT};Sampled=1`)).text(), "Hello X-Ray!");
    assert.equal((await ask(`${url}/health`, "Sampled=1")).status, 200);
    assert.equal(await stop(), 0);
    const [segment] = await daemon().received(1);
    assert.ok(segment);
    assert.equal(segment.trace_id, ROOT);
    assert.deepEqual(withoutIdsAndTimes(segment, since), {
      name: "hello",
      ...SELF,
      http: {
        request: { method: "GET", url: `${url}/`, user_agent: "test", client_ip: "127.0.0.1" },
        response: { status: 200, content_length: 12 },
      },
    });
    assert.deepEqual(
      logged().map(({ time, pid, hostname, ...line }) => line),
      [
        { level: 30, name: "hello", port, tracing: "xray", msg: "listening" },
        { level: 30, name: "hello", signal: "SIGTERM", msg: "shutting down" },
      ],
    );
    assert.equal(stderr(), "");
    assert.deepEqual(daemon().calls, ["POST /GetSamplingRules"]);
  });

  it("follows X-Ray's sampling rules, and names the rule in the segment", async () => {
    const since = Date.now();
    const rule = { RuleName: "all-of-it", Priority: 5, URLPath: "/traced" };
    const { url, ruling } = await startWithRules(rule, { AWS_XRAY_TRACING_NAME: "dev-hello" });
    for (let count = 0; count < 10; count++) {
      await ask(`${url}/`);
      await ask(`${url}/traced?count=${count}`);
    }
    for (const segment of await ruling.received(10)) {
      const { name, aws, http } = withoutIdsAndTimes(segment, since);
      assert.deepEqual([name, aws], ["dev-hello", { xray: { ...SELF.aws.xray, sampling_rule_name: "all-of-it" } }]);
      assert.equal((http as { request: { url: string } }).request.url, `${url}/traced`);
    }
  });

  it("samples one request a second and 5 % of the rest without rules", async () => {
    const { url } = await start();
    for (let count = 0; count < 400; count++) {
      await (await ask(`${url}/`)).text();
    }
    await delay(200);
    // 400 requests take a second or two, so 1 to 3 by the reservoir and 20 by the rate on average; 60 is nine
    // deviations away.
    assert.ok(daemon().segments.length >= 1 && daemon().segments.length < 60, String(daemon().segments.length));
  });

  it("says which task it runs in", async () => {
    const since = Date.now();
    const endpoint = await startMetadataEndpoint();
    closing.push(endpoint);
    const rule = { RuleName: "fargate", Priority: 1, ServiceType: "AWS::ECS::Fargate" };
    const environment = { ECS_CONTAINER_METADATA_URI_V4: endpoint.uri };
    const { url, stderr, logged, ruling } = await startWithRules(rule, environment);
    await ask(`${url}/`);
    const [segment] = await ruling.received(1);
    assert.ok(segment);
    const { origin, aws } = withoutIdsAndTimes(segment, since);
    assert.deepEqual(
      [origin, aws],
      [FARGATE_ORIGIN.origin, { xray: { ...SELF.aws.xray, sampling_rule_name: "fargate" }, ...FARGATE_ORIGIN.aws }],
    );
    assert.deepEqual([stderr(), logged().length], ["", 1]);
  });

  it("starts without its metadata endpoint, and says so once", async () => {
    const uri = `http://127.0.0.1:${await freePort()}/v4/abc`;
    const { url, logged } = await start({ ECS_CONTAINER_METADATA_URI_V4: uri, AWS_EXECUTION_ENV: "AWS_ECS_FARGATE" });
    await ask(`${url}/`, "Sampled=1");
    const [segment] = await daemon().received(1);
    assert.deepEqual([segment?.origin, segment?.aws], ["AWS::ECS::Fargate", SELF.aws]);
    assert.deepEqual(
      logged().map(({ msg }) => msg),
      ["the task metadata endpoint did not answer; segments will not say which task they come from", "listening"],
    );
  });

  it("doesn't mind a dead daemon", async () => {
    const { url, stop, stderr, logged } = await start({ AWS_XRAY_DAEMON_ADDRESS: `127.0.0.1:${await freePort()}` });
    for (let count = 0; count < 200; count++) {
      assert.equal(await (await ask(`${url}/`, "Sampled=1")).text(), "Hello X-Ray!");
    }
    assert.equal(await stop(), 0);
    assert.equal(stderr(), "");
    assert.deepEqual(
      logged().map(({ msg }) => msg),
      ["listening", "X-Ray's sampling rules cannot be asked for", "shutting down"],
    );
  });

  it("breaks no request and loses no segment when SIGTERM comes under load", async () => {
    const running = await start();
    let answered = 0;
    let left = 0;
    const failures: string[] = [];
    const client = async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      for (let leaving = false; !leaving; ) {
        await new Promise<void>((resolve) => {
          const headers = { "x-amzn-trace-id": "Sampled=1" };
          get({ host: "127.0.0.1", port: running.port, path: "/", agent, headers }, (response) => {
            leaving = response.headers.connection === "close";
            response.resume().on("end", () => {
              answered++;
              resolve();
            });
          }).on("error", (error) => {
            failures.push(String(error));
            leaving = true;
            resolve();
          });
        });
        // Not so fast that on a busy machine the datagrams of all these segments overflow the daemon's buffer.
        await delay(5 + Math.random() * 10);
      }
      left++;
      agent.destroy();
    };
    const clients = Array.from({ length: 20 }, client);
    while (answered < 100) {
      await delay(10);
    }
    assert.equal(await running.stop(), 0);
    await Promise.all(clients);
    assert.deepEqual([failures, left], [[], 20]);
    await daemon().received(answered);
  });

  it("goes on serving on ECS for as long as names lead to it", async () => {
    const endpoint = await startMetadataEndpoint();
    closing.push(endpoint);
    const { url, stop } = await start({ ECS_CONTAINER_METADATA_URI_V4: endpoint.uri });
    const begun = Date.now();
    const stopped = stop();
    for (let waited = 0; waited < 11_000; waited = Date.now() - begun) {
      assert.equal((await ask(`${url}/`)).status, 200);
      await delay(250);
    }
    assert.equal(await stopped, 0);
  }).timeout(30_000);

  it("ends with one line and what it has traced when an error is not caught", async () => {
    const running = await start({ NODE_OPTIONS: `--require ${join(__dirname, "uncaught.cjs")}` });
    const ended = once(running.process, "exit");
    await ask(`${running.url}/`, "Sampled=1");
    running.process.kill("SIGUSR2");
    assert.deepEqual(await ended, [1, null]);
    await daemon().received(1);
    const [, line, ...others] = running.logged();
    assert.deepEqual(
      [line?.level, line?.msg, (line?.err as Error | undefined)?.message],
      [60, "uncaught error", "nobody caught it"],
    );
    assert.deepEqual([others, running.stderr()], [[], ""]);
  });
});
