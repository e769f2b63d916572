import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { probe } from "../../../app/tracing/probe";
import { otelCollector } from "../../../components/collectors/otelCollector";
import { Load } from "../app/load";
import { bundle, type ServiceProcess, startService } from "../app/serviceProcess";
import { requireTool } from "../tools";
import { tracesOf } from "../xrayDaemon/arrivals";
import { LocalXray } from "../xrayDaemon/xrayDaemon";
import { CollectorProcess } from "./collectorProcess";

/** What each call of X-Ray's API is permitted by (https://docs.aws.amazon.com/xray/latest/api/API_Operations.html). */
const actions: Readonly<Record<string, string>> = {
  "POST /GetSamplingRules": "xray:GetSamplingRules",
  "POST /SamplingTargets": "xray:GetSamplingTargets",
  "POST /TraceSegments": "xray:PutTraceSegments",
};

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

  const settle = (load: Load) => tracesOf(load, xray);
  const warnings = () => service.logged().filter(({ level }) => level !== 30);

  it("loses no segment of 10,000 sampled requests over 8 connections", async () => {
    const load = new Load(service.url, { connections: 8, count: 10_000 });
    assert.deepEqual(await settle(load), load.answered.sort());
    assert.equal(load.answered.length, 10_000);
    assert.deepEqual(warnings(), []);
    // X-Ray takes no more than 50 segments at once.
    assert.ok(xray.countCalls("POST /TraceSegments") >= 200);
  });

  it("lets the proof's command reach X-Ray, and fail when it is healthy, but X-Ray is out of reach", async () => {
    const said: string[] = [];
    const ask = () => probe(collector.appEnvironment, (line) => said.push(line), { deadlineMs: 0, pauseMs: 0 });
    assert.equal(await ask(), true);
    await xray.api.close();
    assert.equal(await ask(), false);
    assert.equal((await fetch(collector.url(13133))).status, 200);
    const url = `${collector.url(2000)}/GetSamplingRules`;
    assert.deepEqual(said, [`X-Ray answered through ${url}`, `X-Ray did not answer through ${url} within 0 s: 502 `]);
  });

  it("calls just what its role allows", async () => {
    while (xray.countCalls("POST /GetSamplingRules") === 0) await delay(20);
    const body = JSON.stringify({ SamplingStatisticsDocuments: [] });
    assert.equal((await fetch(`${collector.url(2000)}/SamplingTargets`, { method: "POST", body })).status, 200);
    await new Load(service.url, { connections: 1, count: 1 }).done;
    while (xray.segments.length === 0) await delay(20);
    const operations = [...new Set(xray.api.calls.map(({ operation }) => operation))];
    assert.ok(operations.every((operation) => xray.countCalls(operation) > 0));
    const settings = { collectorCpu: 32, collectorMemoryReservation: 256, collectorLogLevel: "info" };
    const allowed = otelCollector(settings).taskRoleStatements.flatMap(({ Action }) => Action);
    assert.deepEqual(operations.map((operation) => actions[operation] ?? operation).toSorted(), allowed.toSorted());
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

  /** All traces of a load arrive, whatever was lost before. */
  const assertArrive = async (load: Load) => {
    const arrived = new Set(await settle(load));
    assert.deepEqual(
      load.answered.filter((trace) => !arrived.has(trace)),
      [],
    );
  };

  it("fails no request while the collector is killed and stays away; sends again when it is back", async () => {
    // Slow enough that all spans have a place to wait.
    const load = new Load(service.url, { connections: 8, pauseMs: 20 });
    await load.reaches(200);
    await collector.stop("SIGKILL");
    const toldOf = () => warnings().some(({ msg }) => msg === "spans could not be sent");
    while (load.failures.length === 0 && !toldOf()) await delay(50);
    await collector.start();
    await load.end();
    assert.deepEqual(load.failures, []);
    await assertArrive(new Load(service.url, { connections: 8, count: 200 }));
  });

  it("fails no request while X-Ray cannot be reached; the collector goes on, and says what it has lost", async () => {
    const { address } = xray;
    await xray.api.close();
    const away = new Load(service.url, { connections: 8, count: 2000 });
    await away.done;
    assert.deepEqual(away.failures, []);
    while (!collector.log.includes("Exporting failed. Rejecting data.")) await delay(50);
    assert.equal((await fetch(collector.url(13133))).status, 200);
    await xray.api.listen(Number(address.split(":")[1]));
    await assertArrive(new Load(service.url, { connections: 8, count: 200 }));
  });
});
