import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { type DaemonEvent, DaemonStandIn } from "../../../tools/localRun/daemonStandIn/daemon";
import { defaultSamplingRule } from "../../../tools/localRun/samplingRules";
import { segment, send } from "./daemonClient";

const anyPort = { host: "127.0.0.1", port: 0 };

describe("the daemon stand-in", () => {
  let events: DaemonEvent[];
  let daemon: DaemonStandIn;
  let ports: { udpPort: number; tcpPort: number };

  beforeEach(async () => {
    events = [];
    daemon = new DaemonStandIn({
      udp: anyPort,
      tcp: anyPort,
      rules: [defaultSamplingRule],
      onEvent: (event) => events.push(event),
    });
    ports = await daemon.listen();
    events.length = 0;
  });

  afterEach(() => daemon.close().catch(() => undefined));

  it("delivers what has arrived after a moment without news", async () => {
    await send(ports.udpPort, segment(1), segment(2));
    await sleep(20);
    assert.deepEqual(events, []);
    await sleep(200);
    assert.deepEqual(events, [{ kind: "delivered", documents: [segment(1), segment(2)] }]);
  });

  it("delivers in batches of 50, and what is left when it stops", async () => {
    const segments = [...Array(60).keys()].map((number) => segment(number));
    await send(ports.udpPort, ...segments);
    await sleep(20);
    await daemon.close();
    assert.deepEqual(events, [
      { kind: "delivered", documents: segments.slice(0, 50) },
      { kind: "delivered", documents: segments.slice(50) },
    ]);
  });

  it("says what is wrong with a segment, and goes on", async () => {
    await send(ports.udpPort, { ...segment(1), name: "<hello>" }, "no JSON", segment(2));
    await sleep(200);
    assert.deepEqual(
      events.map((event) => (event.kind === "refused" ? event.problems : event.kind)),
      [
        [
          "name: may hold letters, numbers, whitespace and _ . : / % & # = + \\ - @ only; X-Ray refuses other characters",
        ],
        ["document: must be a JSON object in UTF-8"],
        "delivered",
      ],
    );
  });

  it("refuses a second complete segment with the same id, but not one that was in progress before", async () => {
    const inProgress = segment(1, { end_time: undefined, in_progress: true });
    await send(ports.udpPort, inProgress, segment(1), segment(1));
    await sleep(200);
    assert.deepEqual(
      events.map((event) => (event.kind === "refused" ? event.problems : event.kind)),
      [["id: this segment of the trace has been sent complete before"], "delivered"],
    );
  });

  it("answers the X-Ray SDK's own questions about sampling", async () => {
    process.env.AWS_XRAY_MANUAL_MODE = "1";
    const daemonConfig = require("aws-xray-sdk-core/dist/lib/daemon_config");
    const connector = require("aws-xray-sdk-core/dist/lib/middleware/sampling/service_connector");
    const before = { ...daemonConfig };
    Object.assign(daemonConfig, { tcp_ip: "127.0.0.1", tcp_port: ports.tcpPort });
    try {
      const rules = await new Promise<unknown[]>((resolve, reject) => {
        connector.fetchSamplingRules((error: Error | null, found: unknown[]) =>
          error ? reject(error) : resolve(found),
        );
      });
      assert.equal(rules.length, 1);
      const targets = await new Promise((resolve, reject) => {
        connector.fetchTargets(rules, (error: Error | null, found: object) => (error ? reject(error) : resolve(found)));
      });
      const quota = (targets as { Default: { TTL: number } }).Default;
      assert.deepEqual(targets, { Default: { rate: 0.05, quota: 1, TTL: quota.TTL, interval: 10 } });
    } finally {
      Object.assign(daemonConfig, before);
    }
    assert.deepEqual(events, [
      { kind: "asked", operation: "POST /GetSamplingRules", status: 200 },
      { kind: "asked", operation: "POST /SamplingTargets", status: 200 },
    ]);
  });
});
