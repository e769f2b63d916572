import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { DRAIN_ON_ECS_MS } from "../../../app/service/settings";
import { binomialQuantile, defaultSamplingRule, type SamplingRule } from "../../../tools/localRun/checks/sampling";
import { startMetadataEndpoint } from "../../app/helpers/metadataEndpoint";
import { Load } from "../app/load";
import { bundle, type ServiceProcess, startService } from "../app/serviceProcess";
import { requireTool } from "../tools";
import { tracesOf } from "./arrivals";
import { DaemonProcess, LocalXray } from "./xrayDaemon";

describe("the hello service with AWS's X-Ray daemon", function () {
  this.timeout(180_000);
  let path: string;
  let xray: LocalXray;
  let daemon: DaemonProcess;
  let service: ServiceProcess;

  before(function () {
    path = requireTool(this, "xray-daemon");
    bundle();
  });
  const open = async (rules?: readonly SamplingRule[], environment: Record<string, string> = {}) => {
    xray = await LocalXray.open({ rules });
    daemon = await DaemonProcess.start(xray.daemon(path));
    service = await startService({ TRACING: "xray", AWS_XRAY_DAEMON_ADDRESS: daemon.address, ...environment });
  };
  afterEach(async () => {
    service.process.kill("SIGKILL");
    await daemon.stop();
    await xray.close();
  });

  const settle = (load: Load) => tracesOf(load, xray);

  it("loses no segment of 10,000 sampled requests over 8 connections", async () => {
    await open();
    const load = new Load(service.url, { connections: 8, count: 10_000 });
    assert.deepEqual(await settle(load), load.answered.sort());
    assert.equal(load.answered.length, 10_000);
  });

  it("fails no request when the daemon is killed and started again three times under load", async () => {
    await open();
    const load = new Load(service.url, { connections: 8 });
    for (let round = 0; round < 3; round++) {
      await delay(500);
      await daemon.stop("SIGKILL");
      await delay(500);
      await daemon.start();
    }
    await delay(500);
    await load.end();
    // What was sent while it was down, or not yet passed on, is lost; it has been up for half of the time.
    assert.ok((await settle(load)).length > load.answered.length / 10);
  });

  it("samples what the account's rules say", async () => {
    const rule = (RuleName: string, Priority: number, changes: Partial<SamplingRule>): SamplingRule => {
      return { ...defaultSamplingRule, RuleName, Priority, ReservoirSize: 0, ...changes };
    };
    await open([
      defaultSamplingRule,
      rule("posts", 1, { HTTPMethod: "POST", FixedRate: 1 }),
      rule("api", 2, { URLPath: "/api/*", FixedRate: 0.5 }),
      rule("host", 3, { Host: "*.example.com", FixedRate: 0.2 }),
      rule("none", 4, { URLPath: "/none", FixedRate: 0 }),
      rule("reservoir", 5, { URLPath: "/reservoir", FixedRate: 0, ReservoirSize: 10 }),
    ]);
    while (xray.countCalls("POST /GetSamplingRules") === 0) await delay(20);
    await delay(200);
    const count = 4000;
    const loads = [
      { rule: "posts", share: 1, method: "POST", path: "/api/one" },
      { rule: "api", share: 0.5, path: "/api/one" },
      { rule: "host", share: 0.2, headers: { host: "www.example.com" } },
      { rule: "none", share: 0, path: "/none" },
    ];
    for (const { rule, share, ...options } of loads) {
      const load = new Load(service.url, { ...options, connections: 4, count, traced: false });
      await load.done;
      assert.deepEqual(load.failures, [], rule);
    }
    await new Load(service.url, { connections: 4, count, path: "/health", traced: false }).done;
    // 50 a second, for longer than it takes until X-Ray has granted the reservoir.
    const reservoir = new Load(service.url, { connections: 1, path: "/reservoir", pauseMs: 19, traced: false });
    await delay(24_000);
    await reservoir.end();

    const segments = await xray.settle();
    const sampledBy = (name: string) =>
      segments.filter(({ aws }) => (aws?.xray as Record<string, unknown> | undefined)?.sampling_rule_name === name);
    for (const { rule, share } of loads) {
      const sampled = sampledBy(rule).length;
      const deviation = Math.sqrt(count * share * (1 - share));
      const off = deviation === 0 ? "" : `, ${((sampled - count * share) / deviation).toFixed(1)} deviations off`;
      console.log(`      ${rule}: ${sampled} of ${count}${off}`);
      // Seldom enough: a sound sampler is outside of this once in a thousand million runs.
      assert.ok(sampled >= binomialQuantile(count, share, 1e-9) && sampled <= binomialQuantile(count, share, 1 - 1e-9));
    }
    const seconds = new Map<number, number>();
    for (const { start_time } of sampledBy("reservoir")) {
      const second = Math.floor(start_time);
      seconds.set(second, (seconds.get(second) ?? 0) + 1);
    }
    // The last second is not a whole one.
    const perSecond = [...seconds.values()].slice(0, -1);
    console.log(`      reservoir: ${perSecond.join(" ")}`);
    assert.deepEqual([perSecond[1], ...perSecond.slice(-8)], [1, ...Array(8).fill(10)]);
    assert.ok(!segments.some(({ http }) => http?.request?.url?.endsWith("/health")));
  });

  describe("ends at SIGTERM with 0, soon after the drain, and loses nothing:", () => {
    const stop = async (drainMs = 500) => {
      const begun = Date.now();
      const code = await service.stop();
      console.log(`        ended with ${code} after ${Date.now() - begun} ms, of which ${drainMs} ms drain`);
      // 1 if it had waited for anything until its deadline.
      assert.equal(code, 0);
    };
    const connections: [title: string, text: string][] = [
      ["a connection that was never used", ""],
      ["half a request line", "GET /"],
      ["half a head", "GET / HTTP/1.1\r\nHost: hello\r\n"],
      ["a connection that waits for another request", "GET / HTTP/1.1\r\nHost: hello\r\n\r\n"],
    ];
    it("idle", async () => {
      await open();
      await stop();
    });
    for (const [title, text] of connections) {
      it(title, async () => {
        await open();
        const socket = connect(service.port, "127.0.0.1").on("error", () => undefined);
        await once(socket, "connect");
        socket.write(text);
        await delay(100);
        await stop();
      });
    }
    it("8 busy connections", async () => {
      await open();
      const load = new Load(service.url, { connections: 8 });
      await load.reaches(200);
      await stop();
      assert.deepEqual(await settle(load), load.answered.sort());
    });
    it("32 clients with new connections, for as long as a name leads to it on ECS", async () => {
      const endpoint = await startMetadataEndpoint();
      await open(undefined, { ECS_CONTAINER_METADATA_URI_V4: endpoint.uri });
      // Few enough that the machine itself has ports for all of them.
      const load = new Load(service.url, { connections: 32, newConnections: true, pauseMs: 50 });
      await delay(500);
      const stopped = stop(DRAIN_ON_ECS_MS);
      await delay(10_000);
      await load.end();
      await stopped;
      assert.deepEqual(await settle(load), load.answered.sort());
      await endpoint.close();
    });
  });
});
