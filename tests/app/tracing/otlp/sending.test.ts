import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { ClientRequest, type RequestListener } from "node:http";
import { mock } from "node:test";
import { EnvironmentError } from "../../../../app/tracing/environmentError";
import { readOtlpEndpoint } from "../../../../app/tracing/otlp/otlpRecorder";
import { SamplingPoller } from "../../../../app/tracing/sampling/samplingPoller";
import type { Tracer } from "../../../../app/tracing/tracer";
import { HeldTimers } from "../../../processes/heldTimers";
import { LocalServer } from "../../../processes/localServer";
import { DONE, requestWith, startOtlp } from "../../helpers/spans";

describe("readOtlpEndpoint", () => {
  const cases: [base: string | undefined, url: string][] = [
    [undefined, "http://127.0.0.1:4318/v1/traces"],
    ["http://collector:4318", "http://collector:4318/v1/traces"],
    ["https://collector/", "https://collector/v1/traces"],
    ["http://collector/some/path//", "http://collector/some/path/v1/traces"],
  ];
  for (const [base, url] of cases) {
    it(`posts to ${url} below ${base}`, () =>
      assert.equal(readOtlpEndpoint({ OTEL_EXPORTER_OTLP_ENDPOINT: base }), url));
  }

  for (const base of [
    "",
    "127.0.0.1:4318",
    "grpc://127.0.0.1:4317",
    "http://",
    "http://a b",
    "http://a?b",
    "http://a#b",
  ]) {
    it(`refuses ${base}`, () => {
      const remedy = "use the address of a collector, as in http://127.0.0.1:4318";
      const error = new EnvironmentError("OTEL_EXPORTER_OTLP_ENDPOINT", base, remedy);
      assert.throws(() => readOtlpEndpoint({ OTEL_EXPORTER_OTLP_ENDPOINT: base }), error);
    });
  }
});

describe("the OTLP recorder sends spans", () => {
  let tracer: Tracer;
  let warnings: Awaited<ReturnType<typeof startOtlp>>["warnings"];
  let collector: LocalServer;
  let answer: RequestListener;
  let requests: string[];
  let events: EventEmitter;
  beforeEach(async () => {
    requests = [];
    events = new EventEmitter();
    answer = (_, response) => response.end();
    collector = await new LocalServer((asked, response) => {
      requests.push(`${asked.method} ${asked.url} ${asked.headers["content-type"]}`);
      asked.resume().on("end", () => {
        answer(asked, response);
        events.emit("asked");
      });
    }).listen();
    ({ tracer, warnings } = await startOtlp({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }));
  });
  afterEach(async () => {
    mock.restoreAll();
    await collector.close();
  });

  const end = () => tracer.begin(requestWith({ "x-amzn-trace-id": "Sampled=1" })).end(DONE);

  it("together, some time after the first has ended", async () => {
    const timers = new HeldTimers(1000);
    end();
    end();
    await new Promise(setImmediate);
    assert.deepEqual(requests, []);
    await timers.pass(1000);
    timers.restore();
    await once(events, "asked");
    await tracer.flush();
    assert.deepEqual([requests, warnings], [["POST /v1/traces application/x-protobuf"], []]);
  });

  for (const [title, isUnderWay] of [
    ["are waiting", false],
    ["are under way", true],
  ] as const) {
    it(`that ${title} before the service ends, and waits for the answer`, async () => {
      let release = () => {};
      answer = (_, response) => {
        release = () => response.end();
      };
      const timers = new HeldTimers(1000);
      end();
      if (isUnderWay) {
        timers.fire();
        await once(events, "asked");
      }
      let flushed = false;
      const flush = tracer.flush().then(() => {
        flushed = true;
      });
      if (!isUnderWay) await once(events, "asked");
      for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
      timers.restore();
      assert.equal(flushed, false);
      release();
      await flush;
    });
  }

  it("and gives up when the service ends and the collector does not answer", async () => {
    answer = () => {};
    end();
    const timers = new HeldTimers(1000);
    const flush = tracer.flush();
    await once(events, "asked");
    await timers.pass(1000);
    await flush;
    timers.restore();
    assert.deepEqual(warnings, []);
  });

  it("and asks for sampling rules no more when the service ends", async () => {
    const stop = mock.method(SamplingPoller.prototype, "stop");
    await tracer.flush();
    assert.equal(stop.mock.callCount(), 1);
  });

  it("and waits five seconds for a collector that does not answer", async () => {
    const waits = mock.method(ClientRequest.prototype, "setTimeout");
    end();
    await tracer.flush();
    assert.deepEqual(
      waits.mock.calls.map(({ arguments: [milliseconds] }) => milliseconds),
      [5000],
    );
  });

  it("and warns of a collector that refuses them, once a minute", async () => {
    answer = (_, response) => response.writeHead(400).end();
    for (let count = 0; count < 2; count++) {
      end();
      await tracer.flush();
    }
    const [[message, { spans, err }] = assert.fail(), ...others] = warnings;
    assert.deepEqual(
      [message, spans, (err as Error).message, others],
      ["spans could not be sent", 1, "Bad Request", []],
    );
    assert.equal(requests.length, 2);
  });

  it("as many as there is room for, and warns of the others", async () => {
    let release = () => {};
    answer = (_, response) => {
      release = () => response.end();
    };
    for (let count = 0; count < 512; count++) end();
    await once(events, "asked");
    for (let count = 0; count < 4096 + 3; count++) end();
    answer = (_, response) => response.end();
    release();
    await tracer.flush();
    end();
    await tracer.flush();
    const reason = "Dropped 3 spans because maxQueueSize reached";
    assert.deepEqual(warnings, [["OpenTelemetry lost a part of a trace", { reason }]]);
    assert.equal(requests.length, 1 + 4096 / 512 + 1);
  });
});
