import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import type { RequestTrace } from "../../../../app/tracing";
import { createXrayTracer } from "../../../../app/tracing/xray/xrayTracer";
import { HeldTimers } from "../../../helpers/heldTimers";
import { type DaemonDouble, startDaemonDouble } from "../../helpers/daemonDouble";

describe("the X-Ray tracer", () => {
  let daemon: DaemonDouble;

  let warnings: unknown[];

  beforeEach(async () => {
    daemon = await startDaemonDouble();
    warnings = [];
  });
  afterEach(async () => {
    // The SDK asks for the rules again every five minutes, and would tell a later test that nobody answers.
    assert.deepEqual(warnings, []);
    await daemon.close();
  });

  const createTracer = () => {
    const endpoint = { host: "127.0.0.1", port: Number(daemon.address.split(":")[1]) };
    const addresses = { udp: endpoint, tcp: endpoint };
    const settings = {
      tracer: "xray",
      serviceName: "hello",
      daemon: addresses,
      metadataUri: undefined,
      fargate: false,
    } as const;
    return createXrayTracer(settings, "1.0.0", { warn: (line: unknown) => warnings.push(line) });
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
    const [segment] = await daemon.received(1);
    assert.equal(segment?.trace_id, trace.traceId);
    assert.notEqual(trace.traceId, unfinished.traceId);
  });

  it("loads the SDK in manual mode, without cls-hooked's async hook", async () => {
    await createTracer();
    const { namespaces } = process as unknown as { namespaces: object };
    assert.deepEqual(Object.keys(namespaces), []);
  });
});
