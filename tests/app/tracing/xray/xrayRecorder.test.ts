import assert from "node:assert/strict";
import { Socket } from "node:dgram";
import type { IncomingMessage } from "node:http";
import { mock } from "node:test";
import type { Tracer } from "../../../../app/tracing/tracer";
import { createTracer } from "../../../../app/tracing/tracers";
import { HeldTimers } from "../../../processes/heldTimers";

const request = { headers: { "x-amzn-trace-id": "Sampled=1" }, socket: {}, method: "GET", url: "/" };

describe("the X-Ray tracer", () => {
  let tracer: Tracer;
  let timers: HeldTimers;
  let warnings: string[];
  /** What is called when each datagram has been sent. */
  let sent: ((error: Error | null) => void)[];

  beforeEach(async () => {
    warnings = [];
    sent = [];
    mock.method(Socket.prototype, "send", (...args: unknown[]) => sent.push(args.at(-1) as (typeof sent)[number]));
    timers = new HeldTimers(50);
    const log = { warn: (_: object, message: string) => warnings.push(message) };
    tracer = (await createTracer({ TRACING: "xray" }, { name: "hello", version: "1.0.0" }, log)) ?? assert.fail();
  });
  afterEach(() => {
    timers.restore();
    mock.restoreAll();
  });

  const begin = () => tracer.begin(request as unknown as IncomingMessage);
  const end = (trace = begin()) => trace.end({ status: 200, contentLength: 12, complete: true });

  it("sends traces together, some time after the first has ended", () => {
    end();
    end();
    assert.equal(sent.length, 0);
    timers.fire();
    assert.equal(sent.length, 2);
    end();
    assert.equal(sent.length, 2);
    timers.fire();
    assert.deepEqual([sent.length, warnings], [3, []]);
  });

  it("sends a trace when its subsegments have ended, too", () => {
    const trace = begin();
    const [first, last] = [trace.begin("first"), trace.begin("last")];
    first.end();
    end(trace);
    timers.fire();
    assert.equal(sent.length, 0);
    last.end();
    timers.fire();
    assert.equal(sent.length, 1);
  });

  it("sends at once when many are waiting, for a daemon that could not take them all together", () => {
    for (let count = 0; count < 31; count++) end();
    assert.equal(sent.length, 0);
    end();
    assert.equal(sent.length, 32);
  });

  it("is flushed when the last datagram is sent, so that the process may end", async () => {
    end();
    let flushed = false;
    const flush = tracer.flush().then(() => {
      flushed = true;
    });
    while (sent.length === 0) await new Promise(setImmediate);
    await new Promise(setImmediate);
    assert.equal(flushed, false);
    sent[0]?.(null);
    await flush;
  });

  it("warns of what cannot be sent or written", () => {
    end();
    timers.fire();
    sent[0]?.(new Error("no such address"));
    const trace = begin();
    trace.begin("work", { aws: { number: 7n as unknown as number } }).end();
    end(trace);
    timers.fire();
    assert.deepEqual(warnings, ["a segment could not be sent", "a segment could not be written"]);
  });
});
