import assert from "node:assert/strict";
import { Socket } from "node:dgram";
import type { IncomingMessage } from "node:http";
import { mock } from "node:test";
import type { RequestTrace } from "../../../../app/tracing";
import type { WarningLog } from "../../../../app/tracing/warnings";
import { createXrayTracer } from "../../../../app/tracing/xray/xrayTracer";
import { HeldTimers } from "../../../processes/heldTimers";
import { daemonOfEachTest } from "../../helpers/daemon";

describe("the X-Ray tracer", () => {
  const daemon = daemonOfEachTest();

  const warnings: [message: string, fields: object][] = [];
  const createTracer = (log: WarningLog = { warn: assert.fail }) => {
    const settings = { tracer: "xray", serviceName: "hello", metadataUri: undefined, fargate: false } as const;
    return createXrayTracer({ ...settings, daemon: daemon() }, "1.0.0", log);
  };
  const sampled = { headers: { "x-amzn-trace-id": "Sampled=1" }, socket: {}, method: "GET", url: "/" };
  const outcome = { status: 200, contentLength: 12, complete: true };
  /** Ends a trace without its batch ever coming to its time. */
  const endWithoutTimer = (trace: RequestTrace) => {
    const timers = new HeldTimers();
    trace.end(outcome);
    timers.restore();
  };

  it("sends what is waiting when it is flushed", async () => {
    const tracer = await createTracer();
    const trace = tracer.begin(sampled as unknown as IncomingMessage);
    const unfinished = tracer.begin(sampled as unknown as IncomingMessage);
    endWithoutTimer(trace);
    await tracer.flush();
    const [segment] = await daemon().received(1);
    assert.equal(segment?.trace_id, trace.traceId);
    assert.notEqual(trace.traceId, unfinished.traceId);
  });

  it("is flushed when the last datagram is sent, so that the process may end", async () => {
    const tracer = await createTracer();
    endWithoutTimer(tracer.begin(sampled as unknown as IncomingMessage));
    const order: string[] = [];
    const send = mock.method(Socket.prototype, "send", (...args: unknown[]) => {
      setImmediate(() => {
        order.push("sent");
        (args.at(-1) as (error: null) => void)(null);
      });
    });
    try {
      await tracer.flush();
    } finally {
      send.mock.restore();
    }
    assert.deepEqual([...order, "flushed"], ["sent", "flushed"]);
  });

  it("sends at once when many are waiting, for a daemon that could not take them all together", async () => {
    const tracer = await createTracer();
    for (let count = 0; count < 31; count++) endWithoutTimer(tracer.begin(sampled as unknown as IncomingMessage));
    await daemon().received(0);
    endWithoutTimer(tracer.begin(sampled as unknown as IncomingMessage));
    await daemon().received(32);
  });

  it("says once what a segment lacks that was too large", async () => {
    const tracer = await createTracer({ warn: (fields, message) => warnings.push([message, fields]) });
    const traces = [0, 1].map(() => {
      const trace = tracer.begin(sampled as unknown as IncomingMessage);
      for (let count = 0; count < 100; count++) {
        const subsegment = trace.begin("work");
        subsegment.fail(new Error("語".repeat(2048)));
        subsegment.end();
      }
      trace.end(outcome);
      return trace;
    });
    const [{ metadata } = assert.fail()] = await daemon().received(2);
    const [[message, fields] = assert.fail(), ...others] = warnings;
    assert.deepEqual(others, []);
    assert.equal(message, "a segment was too large, and says what it lacks");
    const { traceId, leftOut } = fields as { traceId: string; leftOut: object };
    assert.equal(traceId, traces[0]?.traceId);
    assert.deepEqual(metadata, { tracing: { left_out: leftOut } });
  });
});
