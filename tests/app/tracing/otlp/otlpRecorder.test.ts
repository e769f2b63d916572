import assert from "node:assert/strict";
import { mock } from "node:test";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import { fromXray } from "../../../../app/tracing/otlp/propagation";
import type { RequestTrace, Tracer } from "../../../../app/tracing/tracer";
import { longText, usedHeap } from "../../helpers/heap";
import { PARENT, ROOT } from "../../helpers/services";
import { catchSpans, DONE, requestWith, startOtlp } from "../../helpers/spans";

describe("the OTLP recorder", () => {
  let tracer: Tracer;
  let warnings: unknown[];
  const create = async () => {
    ({ tracer, warnings } = await startOtlp());
  };
  afterEach(() => mock.restoreAll());

  const begin = (header = "Sampled=1") => tracer.begin(requestWith({ "x-amzn-trace-id": header }));
  const end = (trace: RequestTrace = begin()) => trace.end(DONE);

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

    it("of another trace for each request that names none", async () => {
      const traces = [begin(), begin(), begin(`Root=${ROOT};Sampled=1`)];
      for (const trace of traces) end(trace);
      await tracer.flush();
      assert.equal(new Set(traces.map(({ traceId }) => traceId)).size, 3);
      assert.deepEqual(
        spans.map((span) => span.spanContext().traceId),
        traces.map(({ traceId = "" }) => fromXray(traceId)),
      );
    });

    it("that hand on what other systems say of the trace, down to the calls", () => {
      const traceparent = `00-${fromXray(ROOT)}-${PARENT}-01`;
      const trace = tracer.begin(requestWith({ traceparent, tracestate: "a=1" }));
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
      trace.end({ ...DONE, status: 400 });
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

    it("of a request that ends a turn after the server has closed", async () => {
      const trace = begin();
      setImmediate(() => end(trace));
      await tracer.flush();
      assert.equal(spans.length, 1);
    });

    it("and holds nothing of a trace that has ended after its request", async () => {
      const length = 200_000;
      const before = usedHeap();
      for (let count = 0; count < 50; count++) {
        const trace = begin();
        const open = trace.begin("open");
        trace.fail(new Error(longText(length)));
        end(trace);
        open.end();
      }
      await tracer.flush();
      const held = usedHeap() - before;
      assert.ok(held < 25 * length, `${held} bytes are held`);
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
    const inner = trace.begin("inner");
    for (let index = 1; index < 100; index++) trace.begin(`${index}`).end();
    assert.deepEqual(trace.begin("left out").begin("below").callHeaders(), trace.callHeaders());
    assert.deepEqual(inner.begin("left out").callHeaders(), inner.callHeaders());
    inner.end();
    end(trace);
    await tracer.flush();
    const leftOut = { stack_frames: 0, subsegments: 2 };
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
});
