import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import type { IncomingMessage, RequestListener } from "node:http";
import { mock } from "node:test";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import { EnvironmentError } from "../../../../app/tracing/environmentError";
import { readOtlpEndpoint } from "../../../../app/tracing/otlp/otlpRecorder";
import { fromXray } from "../../../../app/tracing/otlp/propagation";
import type { RequestTrace, Tracer } from "../../../../app/tracing/tracer";
import { createTracer } from "../../../../app/tracing/tracers";
import { HeldTimers } from "../../../processes/heldTimers";
import { LocalServer } from "../../../processes/localServer";
import { PARENT, ROOT } from "../../helpers/services";
import { catchSpans } from "../../helpers/spans";

const done = { status: 200, contentLength: 12, complete: true };
const request = (headers: object) => ({ headers, socket: {}, method: "GET", url: "/" }) as unknown as IncomingMessage;

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

describe("the OTLP recorder", () => {
  let tracer: Tracer;
  let warnings: [message: string, fields: Record<string, unknown>][];
  const create = async (environment: NodeJS.ProcessEnv = {}) => {
    const said = warnings;
    const log = { warn: (fields: object, message: string) => said.push([message, { ...fields }]) };
    const service = { name: "hello", version: "1.0.0" };
    tracer = (await createTracer({ TRACING: "otlp", ...environment }, service, log)) ?? assert.fail();
  };
  beforeEach(() => {
    warnings = [];
  });
  afterEach(() => mock.restoreAll());

  const begin = (header = "Sampled=1") => tracer.begin(request({ "x-amzn-trace-id": header }));
  const end = (trace: RequestTrace = begin()) => trace.end(done);

  describe("makes spans", () => {
    let spans: ReadableSpan[];
    beforeEach(async () => {
      spans = catchSpans();
      await create();
    });
    afterEach(async () => {
      await tracer.flush();
      assert.deepEqual(warnings, []);
    });
    const spanOf = (name: string) => spans.find((span) => span.name === name) ?? assert.fail(name);
    const idsOf = (span: ReadableSpan) => [span.spanContext().traceId, span.parentSpanContext?.spanId];

    const callers: [header: string, traceId: string | undefined, parent: string | undefined][] = [
      [`Root=${ROOT};Parent=${PARENT};Sampled=1`, ROOT, PARENT],
      [`Root=${ROOT};Sampled=1`, ROOT, undefined],
      ["Sampled=1", undefined, undefined],
    ];
    for (const [header, traceId, parent] of callers) {
      it(`of the caller's trace for ${header}`, async () => {
        const before = Math.floor(Date.now() / 1000);
        const trace = begin(header);
        end(trace);
        await tracer.flush();
        assert.equal(trace.traceId, traceId ?? trace.traceId);
        assert.deepEqual(idsOf(spanOf("GET")), [fromXray(trace.traceId ?? ""), parent]);
        const time = Number.parseInt(trace.traceId?.slice(2, 10) ?? "", 16);
        assert.ok(traceId !== undefined || (before <= time && time <= Date.now() / 1000), trace.traceId);
      });
    }

    it("that hand on what other systems say of the trace, down to the calls", () => {
      const traceparent = `00-${fromXray(ROOT)}-${PARENT}-01`;
      const trace = tracer.begin(request({ traceparent, tracestate: "a=1" }));
      const call = trace.begin("call");
      assert.deepEqual([trace.traceId, call.callHeaders().tracestate], [ROOT, "a=1"]);
      call.end();
      end(trace);
    });

    it("for subsegments below the request or each other, within its time", async () => {
      const trace = begin(`Root=${ROOT};Sampled=1`);
      const outer = trace.begin("outer");
      outer.begin("inner").end();
      outer.end({ annotations: { attempt: 1 } });
      outer.end({ annotations: { attempt: 2 } });
      outer.fail(new Error("too late"));
      end(trace);
      end(trace);
      await tracer.flush();
      assert.deepEqual(
        spans.map(({ name }) => name),
        ["inner", "outer", "GET"],
      );
      const [inner, middle, root] = [spanOf("inner"), spanOf("outer"), spanOf("GET")];
      const own = (span: ReadableSpan) => span.spanContext().spanId;
      assert.deepEqual([idsOf(inner)[1], idsOf(middle)[1]], [own(middle), own(root)]);
      assert.deepEqual(middle.attributes, { attempt: 1, "aws.xray.annotations": ["attempt"] });
      const times = [root, middle, inner].map(({ startTime }) => startTime);
      times.push(...[inner, middle, root].map(({ endTime }) => endTime));
      const nanoseconds = times.map(([seconds, rest]) => BigInt(seconds) * 1_000_000_000n + BigInt(rest));
      assert.deepEqual(
        nanoseconds,
        [...nanoseconds].sort((a, b) => (a < b ? -1 : 1)),
      );
    });

    it("that say what went wrong, and whose fault it is", async () => {
      const outcomes: [name: string, fails: boolean, status: number | undefined][] = [
        ["good", false, 200],
        ["refused", false, 404],
        ["broken", false, 500],
        ["thrown", true, undefined],
        ["thrown with a status", true, 400],
      ];
      const trace = begin();
      for (const [name, fails, status] of outcomes) {
        const subsegment = trace.begin(name);
        if (fails) subsegment.fail(new RangeError("out of range"));
        subsegment.end(status === undefined ? {} : { http: { response: { status } } });
      }
      trace.fail(new TypeError("bad input"));
      trace.end({ ...done, status: 400 });
      await tracer.flush();
      const told = spans.map(({ name, status, attributes, events }) => {
        return [name, status.code, attributes["error.type"], events.map((event) => event.name)];
      });
      assert.deepEqual(told, [
        ["good", 0, undefined, []],
        ["refused", 2, "404", []],
        ["broken", 2, "500", []],
        ["thrown", 2, "RangeError", ["exception"]],
        ["thrown with a status", 2, "RangeError", ["exception"]],
        ["GET", 0, undefined, ["exception", "message"]],
      ]);
    });

    it("of what is under way when the service ends, and not again", async () => {
      const trace = begin();
      const open = trace.begin("open");
      end(trace);
      await tracer.flush();
      open.end();
      await tracer.flush();
      assert.deepEqual(
        spans.map(({ name, attributes }) => [name, attributes["aws.xray.inprogress"]]),
        [
          ["GET", undefined],
          ["open", true],
        ],
      );
    });

    it("for nothing that is not sampled, and answers who asks", async () => {
      for (const header of ["Sampled=0", `Root=${ROOT};Sampled=0`]) {
        const trace = begin(header);
        trace.begin("work").end();
        assert.deepEqual([trace.sampled, trace.callHeaders()], [false, { "x-amzn-trace-id": header }]);
        end(trace);
      }
      assert.equal(begin(`Root=${ROOT};Sampled=?`).responseHeader, `Root=${ROOT};Sampled=1`);
      await tracer.flush();
      assert.deepEqual(spans, []);
    });
  });

  it("keeps the calls beyond a hundred in the trace, and says what it lacks", async () => {
    const spans = catchSpans();
    await create();
    const trace = begin();
    for (let index = 0; index < 100; index++) trace.begin(`${index}`).end();
    assert.deepEqual(trace.begin("left out").begin("below").callHeaders(), trace.callHeaders());
    end(trace);
    await tracer.flush();
    const leftOut = { stack_frames: 0, subsegments: 2 - 1 };
    assert.deepEqual(warnings, [
      ["a trace was too large, and says what it lacks", { traceId: trace.traceId, leftOut }],
    ]);
    assert.equal(spans.at(-1)?.attributes["aws.xray.metadata.tracing"], JSON.stringify({ left_out: leftOut }));
  });

  it("warns of what OpenTelemetry does not take, and goes on", async () => {
    catchSpans();
    await create();
    const trace = begin();
    trace.begin("work", { aws: { number: 7n as unknown as number } }).end();
    trace.begin("work").end({ aws: { number: 7n as unknown as number } });
    end(trace);
    await tracer.flush();
    const reason = "Invalid attribute value set for key: aws.number";
    assert.deepEqual(warnings, [["OpenTelemetry lost a part of a trace", { reason }]]);
  });

  describe("sends spans", () => {
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
      await create({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
    });
    afterEach(() => collector.close());

    it("together, some time after the first has ended", async () => {
      const timers = new HeldTimers(1000);
      end();
      end();
      await new Promise(setImmediate);
      assert.deepEqual(requests, []);
      timers.fire();
      timers.restore();
      await once(events, "asked");
      await tracer.flush();
      assert.deepEqual([requests, warnings], [["POST /v1/traces application/x-protobuf"], []]);
    });

    it("before the service ends, and waits for the answer", async () => {
      let release = () => {};
      answer = (_, response) => {
        release = () => response.end();
      };
      end();
      let flushed = false;
      const flush = tracer.flush().then(() => {
        flushed = true;
      });
      await once(events, "asked");
      await new Promise(setImmediate);
      assert.equal(flushed, false);
      release();
      await flush;
    });

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
});
