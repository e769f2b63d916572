import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { probe } from "../../../app/tracing/probe";
import { Load } from "../app/load";
import { bundle, type ServiceProcess, startService } from "../app/serviceProcess";
import { requireTool } from "../tools";
import { LocalXray } from "../xrayDaemon/xrayDaemon";
import { CollectorProcess } from "./collectorProcess";

describe("the hello service with the OpenTelemetry collector", function () {
  this.timeout(180_000);
  let path: string;
  let xray: LocalXray;
  let collector: CollectorProcess;
  let service: ServiceProcess;

  before(function () {
    path = requireTool(this, "otel-collector");
    bundle();
  });
  beforeEach(async () => {
    xray = await LocalXray.open();
    collector = await CollectorProcess.start(path, xray.address);
    service = await startService({ ...collector.appEnvironment });
  });
  afterEach(async () => {
    service.process.kill("SIGKILL");
    await collector.stop();
    await xray.close();
  });

  /** The traces that have arrived at X-Ray when a load is over of which no request may fail. */
  const settle = async (load: Load) => {
    await load.done;
    const segments = await xray.settle();
    console.log(`      ${load.answered.length} requests, ${load.failures.length} failed, ${segments.length} segments`);
    assert.deepEqual(load.failures, []);
    return segments.map(({ trace_id }) => trace_id).sort();
  };
  const warnings = () => service.logged().filter(({ level }) => level !== 30);

  it("loses no segment of 10,000 sampled requests over 8 connections", async () => {
    const load = new Load(service.url, { connections: 8, count: 10_000 });
    assert.deepEqual(await settle(load), load.answered.sort());
    assert.equal(load.answered.length, 10_000);
    assert.deepEqual(warnings(), []);
    // Signed, and X-Ray takes no more than 50 segments at once.
    assert.ok(xray.countCalls("POST /TraceSegments") >= 200);
    assert.equal(xray.countCalls("POST /TelemetryRecords"), 0);
  });

  it("asks X-Ray for its sampling rules through the collector, and so does the probe", async () => {
    while (xray.countCalls("POST /GetSamplingRules") === 0) await delay(20);
    const said: string[] = [];
    const waits = { deadlineMs: 3000, pauseMs: 100 };
    const ask = () => probe(collector.appEnvironment, (line) => said.push(line), waits);
    assert.equal(await ask(), true);
    await xray.api.close();
    assert.equal(await ask(), false);
    const url = `${collector.url(2000)}/GetSamplingRules`;
    assert.deepEqual(said, [`X-Ray answered through ${url}`, `X-Ray did not answer through ${url} within 3 s: 502 `]);
  });

  it("loses nothing when service and collector are ended under load, in this order", async () => {
    const load = new Load(service.url, { connections: 8 });
    await load.reaches(500);
    assert.equal(await service.stop(), 0);
    const begun = Date.now();
    assert.equal(await collector.stop(), 0);
    console.log(`      the collector ended after ${Date.now() - begun} ms`);
    assert.deepEqual(await settle(load), load.answered.sort());
  });

  it("fails no request when the collector is killed and started again three times under load", async () => {
    const load = new Load(service.url, { connections: 8 });
    for (let round = 0; round < 3; round++) {
      await delay(1500);
      await collector.stop("SIGKILL");
      await delay(500);
      await collector.start();
    }
    await delay(1500);
    await load.end();
    assert.ok((await settle(load)).length > load.answered.length / 10);
  });

  it("fails no request while X-Ray cannot be reached; the collector goes on, and says what it has lost", async () => {
    const { address } = xray;
    await xray.api.close();
    const away = new Load(service.url, { connections: 8, count: 2000 });
    await away.done;
    const health = async () => (await fetch(collector.url(13133))).status;
    while (!collector.log.includes("Exporting failed. Rejecting data.")) await delay(100);
    assert.equal(await health(), 200);
    await xray.api.listen(Number(address.split(":")[1]));
    const back = new Load(service.url, { connections: 8, count: 200 });
    const arrived = await settle(back);
    assert.deepEqual(
      back.answered.filter((trace) => !arrived.includes(trace)),
      [],
    );
    assert.deepEqual(away.failures, []);
  });
});
