import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:http";
import { connect, type Socket } from "node:net";
import { defaultSamplingRule } from "../../../../tools/localRun/checks/samplingRules";
import type { SegmentDocument } from "../../../../tools/localRun/standIns/daemon/segmentDocument";
import { ProxyUplink } from "../../../../tools/localRun/standIns/daemon/uplink";
import { ConnectProxy } from "../../../../tools/localRun/standIns/proxy/connectProxy";
import { proxyOf } from "../../../../tools/localRun/standIns/proxy/localProxy";
import { XrayApi } from "../../../../tools/localRun/standIns/proxy/xrayApi";
import { freePort } from "../../../processes/freePort";
import { exampleContainers } from "../task/exampleProgram";

const xrayHost = "xray.eu-central-1.amazonaws.com:443";
const segment: SegmentDocument = {
  name: "hello",
  id: "70de5b6f19ff9a0a",
  start_time: 1478293361.271,
  end_time: 1478293361.449,
  trace_id: "1-581cf771-a006649127e371903a2de979",
};

describe("the daemon stand-in's way through a proxy", () => {
  const delivered: SegmentDocument[] = [];
  const log: string[] = [];
  let api: XrayApi;
  let proxy: ConnectProxy;
  let port: number;

  beforeEach(async () => {
    delivered.length = 0;
    log.length = 0;
    api = new XrayApi([defaultSamplingRule], (documents) => delivered.push(...documents));
    const hosts = new Map([
      [xrayHost, await api.listen()],
      ["xray.us-east-1.amazonaws.com:443", `127.0.0.1:${await freePort()}`],
    ]);
    proxy = new ConnectProxy({ hosts, log: (line) => log.push(line) });
    port = await proxy.listen("127.0.0.1", 0);
  });
  afterEach(async () => {
    await proxy.close();
    await api.close();
  });
  const uplink = (region = "eu-central-1") => new ProxyUplink(`http://127.0.0.1:${port}`, region);

  it("delivers segments to X-Ray, a tunnel for each batch", async () => {
    assert.deepEqual(await uplink().send([segment, segment]), { kind: "sent", count: 2 });
    assert.deepEqual(delivered, [segment, segment]);
    assert.deepEqual(log, [`CONNECT ${xrayHost} 200`]);
  });

  it("asks for sampling rules", async () => {
    const { status, body } = await uplink().ask("POST", "/GetSamplingRules", "{}");
    const { SamplingRuleRecords: records } = body as { SamplingRuleRecords: { SamplingRule: unknown }[] };
    assert.deepEqual([status, records.map(({ SamplingRule }) => SamplingRule)], [200, [defaultSamplingRule]]);
  });

  it("says which segments are lost, and why, after two attempts", async () => {
    const refused = (code: string, host: string) => ({
      kind: "lost",
      count: 1,
      reason: `the proxy answered ${code} to CONNECT ${host}`,
    });
    const unknown = "xray.eu-west-1.amazonaws.com:443";
    assert.deepEqual(await uplink("eu-west-1").send([segment]), refused("403", unknown));
    const unreachable = "xray.us-east-1.amazonaws.com:443";
    assert.deepEqual(await uplink("us-east-1").send([segment]), refused("502", unreachable));
    assert.deepEqual(log, [
      ...[`CONNECT ${unknown} 403`, `CONNECT ${unknown} 403`],
      ...[`CONNECT ${unreachable} 502`, `CONNECT ${unreachable} 502`],
    ]);
    await proxy.close();
    const down = `connect ECONNREFUSED 127.0.0.1:${port}`;
    assert.deepEqual(await uplink().send([segment]), { kind: "lost", count: 1, reason: down });
    assert.deepEqual(await uplink().ask("POST", "/GetSamplingRules", "{}"), { status: 502, body: { message: down } });
    await proxy.listen("127.0.0.1", port);
  });

  it("is not taken by what is no CONNECT", async () => {
    const sent = request({ port, path: "http://169.254.170.2/v2/credentials" }).end();
    const [answer] = await once(sent, "response");
    answer.resume();
    assert.equal(answer.statusCode, 403);
    assert.deepEqual(log, ["GET http://169.254.170.2/v2/credentials 403"]);
  });

  it("goes on when a client goes away", async () => {
    const client: Socket = connect(port, "127.0.0.1");
    await once(client, "connect");
    client.write(`CONNECT ${xrayHost} HTTP/1.1\r\nHost: ${xrayHost}\r\n\r\n`);
    await once(client, "data");
    client.resetAndDestroy();
    assert.equal((await uplink().send([segment])).kind, "sent");
  });
});

describe("what stands for X-Ray's API", () => {
  it("takes what X-Ray takes, and names what it does not", async () => {
    const delivered: SegmentDocument[] = [];
    const api = new XrayApi([defaultSamplingRule], (documents) => delivered.push(...documents));
    const url = `http://${await api.listen()}`;
    const post = async (path: string, body: string) => {
      const response = await fetch(url + path, { method: "POST", body });
      return [response.status, await response.json()];
    };
    try {
      const documents = [JSON.stringify(segment), "{}"];
      const [status, answer] = await post("/TraceSegments", JSON.stringify({ TraceSegmentDocuments: documents }));
      assert.equal(status, 200);
      const { UnprocessedTraceSegments: unprocessed } = answer as { UnprocessedTraceSegments: object[] };
      assert.equal(unprocessed.length, 1);
      assert.deepEqual(delivered, [segment]);
      assert.deepEqual(await post("/TraceSegments", "no JSON"), [
        400,
        { message: "InvalidRequestException: TraceSegmentDocuments must be a list of texts" },
      ]);
      assert.equal((await post("/Traces", "{}"))[0], 404);
    } finally {
      await api.close();
    }
  });
});

describe("a proxy", () => {
  it("is wanted when a container has the daemon's flag for one", () => {
    const [app, daemon] = exampleContainers();
    const task = (...flags: string[]) => ({
      family: "hello",
      hostNames: [],
      containers: [app, { ...daemon, command: ["-o", ...flags] }],
    });
    const region = "eu-central-1";
    assert.equal(proxyOf([task()]), undefined);
    const byName = { url: "http://proxy.internal:3128", host: "proxy.internal", port: 3128, region };
    assert.deepEqual(proxyOf([task(), task("-p", byName.url)]), byName);
    const byDefaultPort = { url: "https://10.1.0.5", host: "10.1.0.5", port: 443, region };
    assert.deepEqual(proxyOf([task("--proxy-address", byDefaultPort.url)]), byDefaultPort);
  });
});
