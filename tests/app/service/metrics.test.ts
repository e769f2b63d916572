import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { mock } from "node:test";
import type { FastifyInstance } from "fastify";
import pino from "pino";
import { hello } from "../../../app/hello/service";
import { buildService } from "../../../app/service";
import { countTracingErrors, ServiceMetrics } from "../../../app/service/metrics";
import { readMetrics } from "../../../app/service/settings";
import { ask, SAMPLED, servicesOfEachTest } from "../helpers/services";

const METRICS_NAMESPACE = "traced-fargate";
const AWS_XRAY_TRACING_NAME = "traced-fargate-dev-hello";

type Line = Readonly<Record<string, unknown>>;

/** A service's metrics, and what they have written. */
function counting(traced = true) {
  const lines: Line[] = [];
  const log = pino({ base: undefined, timestamp: false }, { write: (line) => lines.push(JSON.parse(line)) });
  const settings = { namespace: METRICS_NAMESPACE, serviceName: AWS_XRAY_TRACING_NAME, traced };
  const metrics = new ServiceMetrics(settings, log);
  return { metrics, log, write: () => metrics.write() ?? lines.at(-1) };
}

const request = { status: 200, ms: 5, sampled: false };
const latencyOf = (line: Line | undefined) => line?.Latency as Record<"Values" | "Counts", number[]>;

describe("the metrics of a service", () => {
  beforeEach(() => mock.timers.enable({ apis: ["Date"], now: 1_763_800_000_000 }));
  afterEach(() => mock.timers.reset());

  it("are one line of the embedded metric format", () => {
    const { metrics, write } = counting();
    metrics.countRequest({ status: 200, ms: 0.4, sampled: true });
    metrics.countRequest({ status: 503, ms: 0.9, sampled: false });
    metrics.countRequest({ status: undefined, ms: 30, sampled: false });
    metrics.countTracingError();
    const counts = ["Requests", "Faults", "SampledRequests", "TracingErrors"].map((Name) => ({ Name, Unit: "Count" }));
    assert.deepEqual(write(), {
      level: 30,
      _aws: {
        Timestamp: 1_763_800_000_000,
        CloudWatchMetrics: [
          {
            Namespace: METRICS_NAMESPACE,
            Dimensions: [["Service"]],
            Metrics: [...counts, { Name: "Latency", Unit: "Milliseconds" }],
          },
        ],
      },
      Service: AWS_XRAY_TRACING_NAME,
      Requests: 3,
      Faults: 1,
      SampledRequests: 1,
      TracingErrors: 1,
      Latency: { Values: [1, 30.91], Counts: [2, 1], Min: 0.4, Max: 30, Sum: 31.3, Count: 3 },
      msg: "metrics",
    });
  });

  it("begin anew with every line, and are zeros when nothing came", () => {
    const { metrics, write } = counting();
    metrics.countRequest(request);
    write();
    const { Requests, Faults, SampledRequests, TracingErrors, Latency } = write() ?? {};
    assert.deepEqual([Requests, Faults, SampledRequests, TracingErrors, Latency], [0, 0, 0, 0, undefined]);
    metrics.countRequest({ ...request, ms: 2 });
    assert.deepEqual(write()?.Latency, { Values: [2.144], Counts: [1], Min: 2, Max: 2, Sum: 2, Count: 1 });
  });

  it("say nothing of traces for a service that has none", () => {
    const { metrics, write } = counting(false);
    metrics.countRequest(request);
    assert.deepEqual(Object.keys(write() ?? {}).slice(2), ["Service", "Requests", "Faults", "Latency", "msg"]);
  });

  it("hold latencies to a tenth, in no more values than CloudWatch takes", () => {
    const { metrics, write } = counting();
    for (let ms = 0.01; ms < 60_000; ms *= 1.01) metrics.countRequest({ ...request, ms });
    const { Values, Counts } = latencyOf(write());
    assert.equal(Values.length, 100);
    assert.equal(new Set(Values).size, 100);
    assert.ok(Counts.every((count) => count > 0));
    for (const ms of [1.5, 9.99, 10, 123, 1000, 12_000]) {
      metrics.countRequest({ ...request, ms });
      const [value = 0] = latencyOf(write()).Values;
      assert.ok(value >= ms * 0.999 && value <= ms * 1.101, `${ms} ms as ${value}`);
    }
  });

  it("count what the tracer could not send or ask, and hand its warnings on", () => {
    const warned: unknown[] = [];
    const { metrics, log, write } = counting();
    log.warn = (...warning: unknown[]) => void warned.push(warning);
    const tracerLog = countTracingErrors(metrics, log);
    const failure = { err: new Error("connect ECONNREFUSED 127.0.0.1:2000") };
    tracerLog.warn(failure, "X-Ray's sampling rules cannot be asked for");
    tracerLog.warn({ leftOut: 3 }, "a segment was too large, and says what it lacks");
    assert.equal(write()?.TracingErrors, 1);
    assert.deepEqual(warned, [
      [failure, "X-Ray's sampling rules cannot be asked for"],
      [{ leftOut: 3 }, "a segment was too large, and says what it lacks"],
    ]);
  });

  it("are off unless the environment names their namespace", () => {
    const named = { METRICS_NAMESPACE, AWS_XRAY_TRACING_NAME, TRACING: "xray" };
    assert.deepEqual(
      [{}, named, { METRICS_NAMESPACE, TRACING: "none" }].map((environment) => readMetrics(environment, "hello")),
      [
        undefined,
        { namespace: METRICS_NAMESPACE, serviceName: AWS_XRAY_TRACING_NAME, traced: true },
        { namespace: METRICS_NAMESPACE, serviceName: "hello", traced: false },
      ],
    );
    for (const namespace of ["", "AWS/ECS", "a b", "x".repeat(256)]) {
      assert.throws(() => readMetrics({ METRICS_NAMESPACE: namespace }, "hello"), { name: "EnvironmentError" });
    }
  });
});

/** A port where nothing listens. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await once(server.close(), "close");
  return port;
}

describe("a service that counts", () => {
  const services = servicesOfEachTest();
  const lines = () => services().lines.filter(({ msg }) => msg === "metrics");

  it("counts all requests but health checks, and writes the rest when it has closed", async () => {
    const app: FastifyInstance = services().build(hello, { METRICS_NAMESPACE, AWS_XRAY_TRACING_NAME });
    app.get("/broken", async () => {
      throw new Error("out of order");
    });
    const url = await services().listen(app);
    for (const path of ["/", "/broken", "/health", "/nowhere"]) await (await ask(url + path, SAMPLED)).text();
    await services().segments(3);
    const [line, ...others] = lines();
    assert.deepEqual(others, []);
    const { Service, Requests, Faults, SampledRequests, TracingErrors, Latency } = line ?? {};
    assert.deepEqual(
      [Service, Requests, Faults, SampledRequests, TracingErrors, (Latency as { Count: number }).Count],
      [AWS_XRAY_TRACING_NAME, 3, 1, 3, 0, 3],
    );
  });

  for (const TRACING of ["xray", "otlp"]) {
    it(`counts with TRACING=${TRACING} that its collector is gone`, async () => {
      const gone = `127.0.0.1:${await closedPort()}`;
      const addresses = { AWS_XRAY_DAEMON_ADDRESS: gone, OTEL_EXPORTER_OTLP_ENDPOINT: `http://${gone}` };
      const told = new EventEmitter<Record<string, [Line]>>();
      const write = (text: string) => {
        const line = JSON.parse(text);
        told.emit(line.level === 40 ? "warning" : line.msg, line);
      };
      const app = buildService(hello, { METRICS_NAMESPACE, TRACING, ...addresses }, pino({}, { write }));
      const warned = once(told, "warning");
      await app.listen({ port: 0, host: "127.0.0.1" });
      await warned;
      const written = once(told, "metrics");
      await app.close();
      const [{ TracingErrors }] = await written;
      assert.equal(TracingErrors, 1);
    });
  }

  it("writes every minute while it listens", async () => {
    mock.timers.enable({ apis: ["setInterval"] });
    try {
      await services().serve(hello, { METRICS_NAMESPACE, TRACING: "none" });
      mock.timers.tick(59_999);
      assert.equal(lines().length, 0);
      mock.timers.tick(60_001);
      assert.equal(lines().length, 2);
    } finally {
      mock.timers.reset();
    }
  });
});
