import assert from "node:assert/strict";
import { Sampler } from "../../../../app/tracing/sampling/sampler";
import { SamplingPoller } from "../../../../app/tracing/sampling/samplingPoller";
import { defaultSamplingRule } from "../../../../tools/localRun/checks/sampling";
import { DaemonStandIn } from "../../../../tools/localRun/standIns/daemon/daemon";
import type { DaemonEvent } from "../../../../tools/localRun/standIns/daemon/events";
import { HeldTimers } from "../../../processes/heldTimers";
import { segment, send } from "./daemonClient";

const anyPort = { host: "127.0.0.1", port: 0 };

describe("the daemon stand-in", () => {
  let events: DaemonEvent[];
  let daemon: DaemonStandIn;
  let ports: { udpPort: number; tcpPort: number };

  let timers: HeldTimers;
  /** Called with each event. */
  let heard: (event: DaemonEvent) => void;

  beforeEach(async () => {
    events = [];
    heard = () => undefined;
    daemon = new DaemonStandIn({
      udp: anyPort,
      tcp: anyPort,
      rules: [defaultSamplingRule],
      onEvent: (event) => {
        events.push(event);
        heard(event);
      },
    });
    ports = await daemon.listen();
    events.length = 0;
    timers = new HeldTimers();
  });

  afterEach(async () => {
    timers.restore();
    await daemon.close().catch(() => undefined);
  });

  const next = (kind: DaemonEvent["kind"]) =>
    new Promise<void>((resolve) => {
      heard = (event) => {
        if (event.kind === kind) resolve();
      };
    });

  /** Sends segments and waits until the daemon has read them: it refuses at once what comes last, which is forgotten. */
  async function arrive(...documents: unknown[]): Promise<void> {
    const read = new Promise<void>((resolve) => {
      heard = (event) => {
        if (event.kind !== "refused" || event.start !== '{"format":"json","version":1} the last') return;
        events.splice(events.indexOf(event), 1);
        resolve();
      };
    });
    await send(ports.udpPort, ...documents, "the last");
    await read;
  }

  it("delivers what has arrived after a moment without news", async () => {
    await arrive(segment(1), segment(2));
    assert.deepEqual(events, []);
    const delivered = next("delivered");
    timers.fire();
    await delivered;
    assert.deepEqual(events, [{ kind: "delivered", documents: [segment(1), segment(2)] }]);
  });

  it("delivers in batches of 50, and what is left when it stops", async () => {
    const segments = [...Array(60).keys()].map((number) => segment(number));
    await arrive(...segments);
    await daemon.close();
    assert.deepEqual(events, [
      { kind: "delivered", documents: segments.slice(0, 50) },
      { kind: "delivered", documents: segments.slice(50) },
    ]);
  });

  it("says what is wrong with a segment, and goes on; one in progress may be sent again, but not a complete one", async () => {
    const inProgress = segment(1, { end_time: undefined, in_progress: true });
    await arrive({ ...segment(2), id: "2" }, "no JSON", inProgress, segment(1), segment(1));
    await daemon.close();
    assert.deepEqual(
      events.map((event) => (event.kind === "refused" ? event.problems.join() : event.kind)),
      [
        "id: must be 16 hexadecimal digits",
        "document: must be a JSON object in UTF-8",
        "id: this segment of the trace has been sent complete before",
        "delivered",
      ],
    );
  });

  it("answers what a service asks about sampling", async () => {
    timers.restore();
    let now = Date.now() / 1000;
    const clock = (): number => now;
    const sampler = new Sampler(clock, () => 0.5);
    const place = { host: "127.0.0.1", port: ports.tcpPort };
    const poller = new SamplingPoller(sampler, { name: "hello", type: undefined }, place, assert.fail, clock);
    const request = { host: "hello", httpMethod: "GET", urlPath: "/" };
    await poller.poll();
    assert.equal(sampler.decide(request), "Default");
    now += 10;
    await poller.poll();
    // What X-Ray has granted is there, and does not end with this second.
    assert.deepEqual([sampler.decide(request), sampler.decide(request)], ["Default", false]);
    // The rules of the stand-in may be of this very second, and so are asked for again.
    assert.deepEqual(events.slice(0, 2), [
      { kind: "asked", operation: "POST /GetSamplingRules", status: 200 },
      { kind: "asked", operation: "POST /SamplingTargets", status: 200 },
    ]);
  });
});
