import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent, get } from "node:http";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type DaemonDouble, type SamplingRule, startDaemonDouble } from "../../../app/helpers/daemonDouble";
import { FARGATE_ORIGIN, startMetadataEndpoint } from "../../../app/helpers/metadataEndpoint";
import { ROOT, SELF, withoutIdsAndTimes } from "../../../app/helpers/segments";
import { freePort } from "../../../processes/freePort";
import { bundle, runService, type ServiceProcess, startService } from "../serviceProcess";

const DEFAULT: SamplingRule = { RuleName: "Default", Priority: 10000, FixedRate: 0, ReservoirSize: 0 };

describe("the hello service's bundle", () => {
  let daemon: DaemonDouble;
  let service: ServiceProcess | undefined;

  const start = async (environment: Record<string, string> = {}) => {
    service = await startService({ TRACING: "xray", AWS_XRAY_DAEMON_ADDRESS: daemon.address, ...environment });
    return service;
  };
  const ask = (url: string, header?: string) =>
    fetch(url, { headers: { "user-agent": "test", ...(header && { "x-amzn-trace-id": header }) } });
  /** Waits until the service has the sampling rules. */
  const rulesFetched = async () => {
    while (daemon.calls.length === 0) {
      await delay(10);
    }
    await delay(50);
  };

  before(() => {
    bundle();
  });
  beforeEach(async () => {
    daemon = await startDaemonDouble();
  });
  afterEach(async () => {
    service?.process.kill("SIGKILL");
    service = undefined;
    await daemon.close();
  });

  it("answers, traces, and ends with 0 on SIGTERM", async () => {
    const since = Date.now();
    const { url, port, stop, logged, stderr } = await start();
    assert.equal(await (await ask(`${url}/`, `Root=${ROOT};Sampled=1`)).text(), "Hello X-Ray!");
    assert.equal((await ask(`${url}/health`, "Sampled=1")).status, 200);
    assert.equal(await stop(), 0);
    const [segment] = await daemon.received(1);
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
    assert.deepEqual(daemon.calls, ["POST /GetSamplingRules"]);
  });

  it("follows X-Ray's sampling rules, and names the rule in the segment", async () => {
    const since = Date.now();
    await daemon.close();
    const all: SamplingRule = {
      RuleName: "all-of-it",
      Priority: 5,
      FixedRate: 1,
      ReservoirSize: 0,
      URLPath: "/traced",
    };
    daemon = await startDaemonDouble([DEFAULT, all]);
    const { url } = await start({ AWS_XRAY_TRACING_NAME: "dev-hello" });
    await rulesFetched();
    for (let count = 0; count < 10; count++) {
      await ask(`${url}/`);
      await ask(`${url}/traced?count=${count}`);
    }
    for (const segment of await daemon.received(10)) {
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
    assert.ok(daemon.segments.length >= 1 && daemon.segments.length < 60, String(daemon.segments.length));
  });

  it("says which task it runs in", async () => {
    const since = Date.now();
    const endpoint = await startMetadataEndpoint();
    const rule: SamplingRule = {
      ...DEFAULT,
      RuleName: "fargate",
      Priority: 1,
      FixedRate: 1,
      ServiceType: "AWS::ECS::Fargate",
    };
    await daemon.close();
    daemon = await startDaemonDouble([rule, DEFAULT]);
    const { url, stderr, logged } = await start({ ECS_CONTAINER_METADATA_URI_V4: endpoint.uri });
    await rulesFetched();
    await ask(`${url}/`);
    const [segment] = await daemon.received(1);
    assert.ok(segment);
    const { origin, aws } = withoutIdsAndTimes(segment, since);
    assert.deepEqual(
      [origin, aws],
      [FARGATE_ORIGIN.origin, { xray: { ...SELF.aws.xray, sampling_rule_name: "fargate" }, ...FARGATE_ORIGIN.aws }],
    );
    assert.deepEqual([stderr(), logged().length], ["", 1]);
    await endpoint.close();
  });

  it("starts without its metadata endpoint, and says so once", async () => {
    const uri = `http://127.0.0.1:${await freePort()}/v4/abc`;
    const { url, logged } = await start({ ECS_CONTAINER_METADATA_URI_V4: uri, AWS_EXECUTION_ENV: "AWS_ECS_FARGATE" });
    await ask(`${url}/`, "Sampled=1");
    const [segment] = await daemon.received(1);
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
    await daemon.received(answered);
  });

  it("goes on serving on ECS for as long as names lead to it", async () => {
    const endpoint = await startMetadataEndpoint();
    const { url, stop } = await start({ ECS_CONTAINER_METADATA_URI_V4: endpoint.uri });
    const begun = Date.now();
    const stopped = stop();
    for (let waited = 0; waited < 11_000; waited = Date.now() - begun) {
      assert.equal((await ask(`${url}/`)).status, 200);
      await delay(250);
    }
    assert.equal(await stopped, 0);
    await endpoint.close();
  }).timeout(30_000);

  it("ends a request whose body drips", async () => {
    const { port } = await start();
    const socket = connect(port, "127.0.0.1");
    let answer = "";
    socket.on("data", (chunk) => {
      answer += chunk;
    });
    socket.write("POST / HTTP/1.1\r\nHost: hello\r\nContent-Length: 1000\r\n\r\n");
    const drip = setInterval(() => socket.write("x"), 500);
    // 15 s, and at most 5 s until it is noticed.
    await once(socket, "close");
    clearInterval(drip);
    assert.match(answer, /^HTTP\/1\.1 4\d\d /);
  }).timeout(40_000);

  it("ends with one line and what it has traced when an error is not caught", async () => {
    const running = await start({ NODE_OPTIONS: `--require ${join(__dirname, "uncaught.cjs")}` });
    const ended = once(running.process, "exit");
    await ask(`${running.url}/`, "Sampled=1");
    running.process.kill("SIGUSR2");
    assert.deepEqual(await ended, [1, null]);
    await daemon.received(1);
    const [, line, ...others] = running.logged();
    assert.deepEqual(
      [line?.level, line?.msg, (line?.err as Error | undefined)?.message],
      [60, "uncaught error", "nobody caught it"],
    );
    assert.deepEqual([others, running.stderr()], [[], ""]);
  });

  it("ends on SIGINT, too, and runs from source as it does from the bundle", async () => {
    const { url, stop } = await start({ TRACING: "none", FROM_SOURCE: "yes" });
    assert.equal(await (await ask(`${url}/`)).text(), "Hello X-Ray!");
    assert.equal(await stop("SIGINT"), 0);
  });

  it("ends with 0 when it is stopped before it listens", async () => {
    const silent = createServer().listen(0, "127.0.0.1");
    await once(silent, "listening");
    const { port } = silent.address() as { port: number };
    // A metadata endpoint that doesn't answer holds up the start for a second.
    const environment = { TRACING: "xray", ECS_CONTAINER_METADATA_URI_V4: `http://127.0.0.1:${port}/v4/abc` };
    const ended = runService({ ...environment, PORT: String(await freePort()) }, once(silent, "connection"));
    assert.equal((await ended).code, 0);
    silent.close();
  });

  const refused: [title: string, environment: Record<string, string>, line: string][] = [
    ["PORT", { PORT: "http" }, 'PORT is "http": use a whole number from 1 to 65535'],
    ["TRACING", { TRACING: "zipkin" }, 'TRACING is "zipkin": use one of xray, none'],
    [
      "AWS_XRAY_DAEMON_ADDRESS",
      { TRACING: "xray", AWS_XRAY_DAEMON_ADDRESS: "2000" },
      'AWS_XRAY_DAEMON_ADDRESS is "2000": use host:port, as in 127.0.0.1:2000, or tcp:host:port udp:host:port',
    ],
  ];
  for (const [title, environment, line] of refused) {
    it(`ends with 1 and one line about a bad ${title}`, async () => {
      assert.deepEqual(await runService(environment), { code: 1, stdout: "", stderr: `hello: ${line}\n` });
    });
  }

  it("ends with 1 and one line about a port that is taken", async () => {
    const taken = createServer().listen(0, "0.0.0.0");
    await once(taken, "listening");
    const { port } = taken.address() as { port: number };
    const line = `hello: listen EADDRINUSE: address already in use 0.0.0.0:${port}: set PORT to a port that is free\n`;
    assert.deepEqual(await runService({ PORT: String(port), FROM_SOURCE: "yes" }), {
      code: 1,
      stdout: "",
      stderr: line,
    });
    taken.close();
  });
});
