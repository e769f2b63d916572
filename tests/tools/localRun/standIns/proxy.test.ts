import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:http";
import type { Server } from "proxy-chain";
import { defaultSamplingRule } from "../../../../tools/localRun/checks/sampling";
import { startConnectProxy } from "../../../../tools/localRun/standIns/connectProxy";
import type { SegmentDocument } from "../../../../tools/localRun/standIns/daemon/segmentDocument";
import { proxyUplink } from "../../../../tools/localRun/standIns/daemon/uplink";
import { proxyOf } from "../../../../tools/localRun/standIns/localProxy";
import { XrayApi } from "../../../../tools/localRun/standIns/xrayApi";
import { readTasks } from "../../../../tools/localRun/task/evaluatedTasks";
import { exampleProgram } from "../task/exampleProgram";
import { segment as segmentOf } from "./daemonClient";

const xrayHost = "xray.eu-central-1.amazonaws.com:443";
const segment: SegmentDocument = segmentOf(1);

describe("the daemon stand-in's way through a proxy", () => {
  const delivered: SegmentDocument[] = [];
  const log: string[] = [];
  let api: XrayApi;
  let address: string;
  let proxy: Server;

  beforeEach(async () => {
    delivered.length = 0;
    log.length = 0;
    api = new XrayApi([defaultSamplingRule], (documents) => delivered.push(...documents));
    address = await api.listen();
    proxy = await startConnectProxy(0, new Map([[xrayHost, address]]), (line) => log.push(line));
  });
  afterEach(async () => {
    await proxy.close(true);
    await api.close();
  });
  const uplink = (region = "eu-central-1") => proxyUplink(`http://127.0.0.1:${proxy.port}`, region);

  it("delivers segments to X-Ray, a tunnel for each batch", async () => {
    assert.deepEqual(await uplink().send([segment, segment]), { kind: "sent", count: 2 });
    assert.deepEqual(delivered, [segment, segment]);
    assert.deepEqual(log, [`CONNECT ${xrayHost} 200`]);
  });

  it("asks for sampling rules", async () => {
    const { status, body } = await uplink().ask("POST /GetSamplingRules", "{}");
    const { SamplingRuleRecords: records } = body as { SamplingRuleRecords: { SamplingRule: unknown }[] };
    assert.deepEqual([status, records.map(({ SamplingRule }) => SamplingRule)], [200, [defaultSamplingRule]]);
  });

  it("says which segments are lost, and why, after two attempts", async () => {
    const unknown = "xray.eu-west-1.amazonaws.com:443";
    const reason = "POST /TraceSegments through the proxy was answered 403";
    assert.deepEqual(await uplink("eu-west-1").send([segment]), { kind: "lost", count: 1, reason });
    assert.deepEqual(log, [`CONNECT ${unknown} 403`, `CONNECT ${unknown} 403`]);
    await proxy.close(true);
    const down = `connect ECONNREFUSED 127.0.0.1:${proxy.port}`;
    assert.deepEqual(await uplink().send([segment]), { kind: "lost", count: 1, reason: down });
    assert.deepEqual(await uplink().ask("POST /GetSamplingRules", "{}"), { status: 502, body: { message: down } });
  });

  it("is not taken by what is not a CONNECT", async () => {
    const paths = ["http://169.254.170.2/v2/credentials", `http://${xrayHost}/`];
    for (const path of paths) {
      const [answer] = await once(request({ port: proxy.port, path }).end(), "response");
      answer.resume();
      assert.equal(answer.statusCode, 403);
    }
    assert.deepEqual(
      log,
      paths.map((path) => `GET ${path} 403`),
    );
  });

  it("ends at an API which takes what X-Ray takes, and names what it does not", async () => {
    const post = async (path: string, body: string) => {
      const response = await fetch(`http://${address}${path}`, { method: "POST", body });
      return [response.status, (await response.json()) as { UnprocessedTraceSegments?: object[] }] as const;
    };
    const documents = [JSON.stringify(segment), "{}"];
    const [status, answer] = await post("/TraceSegments", JSON.stringify({ TraceSegmentDocuments: documents }));
    assert.deepEqual([status, answer.UnprocessedTraceSegments?.length], [200, 1]);
    assert.deepEqual(delivered, [segment]);
    const message = "InvalidRequestException: TraceSegmentDocuments must be a list of texts";
    assert.deepEqual(await post("/TraceSegments", "no JSON"), [400, { message }]);
    assert.equal((await post("/Traces", "{}"))[0], 404);
  });
});

describe("a proxy", () => {
  it("is wanted when a container has the daemon's flag for one", async () => {
    const used = async (...flags: string[]) =>
      proxyOf(readTasks(await exampleProgram((app, daemon) => [app, { ...daemon, command: ["-o", ...flags] }])));
    assert.equal(await used(), undefined);
    const byName = { url: "http://proxy.internal:3128", host: "proxy.internal", port: 3128, xrayHost };
    assert.deepEqual(await used("-p", byName.url), byName);
    const byDefaultPort = { url: "https://10.1.0.5", host: "10.1.0.5", port: 443, xrayHost };
    assert.deepEqual(await used("--proxy-address", byDefaultPort.url), byDefaultPort);
  });
});
