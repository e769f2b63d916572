import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent, request } from "node:http";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { DRAIN_ON_ECS_MS } from "../../../app/service/settings";
import { binomialQuantile, defaultSamplingRule, type SamplingRule } from "../../../tools/localRun/checks/sampling";
import { startMetadataEndpoint } from "../../app/helpers/metadataEndpoint";
import { bundle, type ServiceProcess, startService } from "../app/serviceProcess";
import { requireTool } from "../tools";
import { DaemonProcess, LocalXray } from "./xrayDaemon";

interface Load {
  readonly connections: number;
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether each request has a connection of its own. @default false */
  readonly newConnections?: boolean;
  /** Pause between two requests of a client, in milliseconds. @default 0 */
  readonly pauseMs?: number;
}

const SAMPLED = { "x-amzn-trace-id": "Sampled=1" };

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

  /** One answer, or why there was none. */
  const ask = (agent: Agent | false, { path: target = "/", method = "GET", headers = {} }: Partial<Load>) =>
    new Promise<{ status: number; leave: boolean } | string>((resolve) => {
      const options = { host: "127.0.0.1", port: service.port, path: target, method, headers, agent };
      request(options, (response) => {
        response.on("error", (error) => resolve(String(error)));
        response.resume().on("end", () => {
          resolve({ status: response.statusCode ?? 0, leave: response.headers.connection === "close" });
        });
      })
        .on("error", (error) => resolve(String(error)))
        .end();
    });

  /** Sends requests over all connections for as long as there are more; a client leaves when it is told to. */
  const send = async (load: Load, more: () => boolean) => {
    const failures: string[] = [];
    let answered = 0;
    const client = async () => {
      const agent = load.newConnections ? false : new Agent({ keepAlive: true, maxSockets: 1 });
      for (let leave = false; !leave && more(); ) {
        const answer = await ask(agent, load);
        if (typeof answer === "string") failures.push(answer);
        else answered++;
        leave = !load.newConnections && typeof answer !== "string" && answer.leave;
        if (load.pauseMs) await delay(load.pauseMs);
      }
      if (agent) agent.destroy();
    };
    await Promise.all(Array.from({ length: load.connections }, client));
    return { answered, failures };
  };
  /** Is true that many times. */
  const times = (count: number) => {
    let left = count;
    return () => left-- > 0;
  };

  it("loses no segment of 10,000 sampled requests over 8 connections", async () => {
    await open();
    const { answered, failures } = await send({ connections: 8, headers: SAMPLED }, times(10_000));
    const segments = await xray.settle();
    console.log(`      ${answered} requests, ${failures.length} failed, ${segments.length} segments`);
    assert.deepEqual([answered, failures, segments.length], [10_000, [], 10_000]);
    assert.equal(new Set(segments.map(({ trace_id }) => trace_id)).size, 10_000);
  });

  it("fails no request when the daemon is killed and started again three times under load", async () => {
    await open();
    let running = true;
    const load = send({ connections: 8, headers: SAMPLED }, () => running);
    for (let round = 0; round < 3; round++) {
      await delay(500);
      await daemon.stop("SIGKILL");
      await delay(500);
      await daemon.start();
    }
    await delay(500);
    running = false;
    const { answered, failures } = await load;
    const segments = await xray.settle();
    console.log(`      ${answered} requests, ${failures.length} failed, ${segments.length} segments`);
    assert.deepEqual(failures, []);
    // What was sent while it was down, or not yet passed on, is lost; it has been up for half of the time.
    assert.ok(segments.length > answered / 10);
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
    const loads: [rule: string, share: number, load: Partial<Load>][] = [
      ["posts", 1, { method: "POST", path: "/api/one" }],
      ["api", 0.5, { path: "/api/one" }],
      ["host", 0.2, { headers: { host: "www.example.com" } }],
      ["none", 0, { path: "/none" }],
    ];
    for (const [name, , load] of loads) {
      const { failures } = await send({ connections: 4, ...load }, times(count));
      assert.deepEqual(failures, [], name);
    }
    await send({ connections: 4, path: "/health" }, times(count));
    // 50 a second, for longer than it takes until X-Ray has granted the reservoir.
    const until = Date.now() + 24_000;
    await send({ connections: 1, path: "/reservoir", pauseMs: 19 }, () => Date.now() < until);

    const segments = await xray.settle();
    const sampledBy = (name: string) =>
      segments.filter(
        ({ aws }) => (aws?.xray as { sampling_rule_name?: string } | undefined)?.sampling_rule_name === name,
      );
    for (const [name, share] of loads) {
      const sampled = sampledBy(name).length;
      const deviation = Math.sqrt(count * share * (1 - share));
      const off = deviation === 0 ? "" : `, ${((sampled - count * share) / deviation).toFixed(1)} deviations off`;
      console.log(`      ${name}: ${sampled} of ${count}${off}`);
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
    assert.deepEqual(
      segments.filter(({ http }) => http?.request?.url?.endsWith("/health")),
      [],
    );
  });

  describe("ends at SIGTERM with 0, soon after the drain, and loses nothing:", () => {
    const drainMs = 500;
    const stop = async (drain: number) => {
      const begun = Date.now();
      const code = await service.stop();
      const ms = Date.now() - begun;
      console.log(`        ended with ${code} after ${ms} ms, of which ${drain} ms drain`);
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
      await stop(drainMs);
    });
    for (const [title, text] of connections) {
      it(title, async () => {
        await open();
        const socket = connect(service.port, "127.0.0.1").on("error", () => undefined);
        await once(socket, "connect");
        socket.write(text);
        await delay(100);
        await stop(drainMs);
      });
    }
    it("8 busy connections", async () => {
      await open();
      let answered = 0;
      const load = send({ connections: 8, headers: SAMPLED }, () => ++answered > 0);
      while (answered < 200) await delay(10);
      await stop(drainMs);
      const { failures, answered: all } = await load;
      assert.deepEqual(failures, []);
      assert.equal((await xray.settle()).length, all);
    });
    it("32 clients with new connections, for as long as a name leads to it on ECS", async () => {
      const endpoint = await startMetadataEndpoint();
      await open(undefined, { ECS_CONTAINER_METADATA_URI_V4: endpoint.uri });
      let until = Number.POSITIVE_INFINITY;
      // Few enough that the machine itself has ports for all of them.
      const load = { connections: 32, newConnections: true, headers: SAMPLED, pauseMs: 50 };
      const sending = send(load, () => Date.now() < until);
      await delay(500);
      until = Date.now() + 10_000;
      await stop(DRAIN_ON_ECS_MS);
      const { failures, answered } = await sending;
      const segments = await xray.settle();
      console.log(`        ${answered} requests, ${failures.length} lost, ${segments.length} segments`);
      assert.deepEqual([failures, segments.length], [[], answered]);
      await endpoint.close();
    });
  });
});
