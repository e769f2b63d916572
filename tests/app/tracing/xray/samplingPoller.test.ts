import assert from "node:assert/strict";
import { text } from "node:stream/consumers";
import { Sampler } from "../../../../app/tracing/xray/sampler";
import { SamplingPoller } from "../../../../app/tracing/xray/samplingPoller";
import { defaultSamplingRule, type SamplingRule } from "../../../../tools/localRun/checks/sampling";
import { SamplingApi } from "../../../../tools/localRun/standIns/xrayApi";
import { LocalServer } from "../../../processes/localServer";

const request = { host: "hello", httpMethod: "GET", urlPath: "/" };
const busy: SamplingRule = {
  ...defaultSamplingRule,
  RuleName: "busy",
  Priority: 1,
  ReservoirSize: 10,
  FixedRate: 0,
};

describe("SamplingPoller", () => {
  let now = 1_530_923_107;
  let api: SamplingApi;
  let answer: (path: string, body: string) => { status: number; body: unknown };
  let calls: string[];
  let server: LocalServer;
  let sampler: Sampler;
  let poller: SamplingPoller;
  let problems: string[];

  beforeEach(async () => {
    calls = [];
    problems = [];
    api = new SamplingApi([busy, defaultSamplingRule], now - 3600);
    answer = (path, body) => api.answer(`POST ${path}`, body, now);
    server = await new LocalServer(async (incoming, response) => {
      const { url: path = "" } = incoming;
      calls.push(path);
      const { status, body } = answer(path, await text(incoming));
      response.writeHead(status).end(typeof body === "string" ? body : JSON.stringify(body));
    }).listen();
    sampler = new Sampler(
      () => now,
      () => 0.5,
    );
    poller = new SamplingPoller(
      sampler,
      { name: "hello", type: undefined },
      { host: "127.0.0.1", port: server.port },
      (message, error) => problems.push(`${message}: ${error instanceof Error ? error.message : error}`),
      () => now,
    );
  });
  afterEach(async () => {
    poller.stop();
    await server.close();
  });

  const sampledThisSecond = () => Array.from({ length: 50 }, () => sampler.decide(request)).filter(Boolean).length;

  it("gets the whole reservoir after the first report, for as long as X-Ray says", async () => {
    await poller.poll();
    assert.equal(sampledThisSecond(), 1);
    now += 10;
    await poller.poll();
    assert.equal(sampledThisSecond(), 10);
    now += 1;
    assert.equal(sampledThisSecond(), 10);
    now += 300;
    assert.equal(sampledThisSecond(), 1);
    assert.deepEqual([calls, problems], [["/GetSamplingRules", "/SamplingTargets"], []]);
  });

  it("notices with the next report that a rule has changed, and otherwise asks every five minutes", async () => {
    await poller.poll();
    sampler.decide(request);
    now += 10;
    await poller.poll();
    assert.deepEqual(calls.splice(0), ["/GetSamplingRules", "/SamplingTargets"]);
    api = new SamplingApi([{ ...busy, FixedRate: 1, ReservoirSize: 0 }, defaultSamplingRule], now + 5);
    sampler.decide(request);
    now += 10;
    await poller.poll();
    assert.deepEqual(calls.splice(0), ["/SamplingTargets", "/GetSamplingRules"]);
    now += 299;
    await poller.poll();
    assert.deepEqual(calls.splice(0), []);
    now += 1;
    await poller.poll();
    assert.deepEqual([calls, problems], [["/GetSamplingRules"], []]);
  });

  it("reports anew what did not reach X-Ray, and asks for the rules until it has them", async () => {
    const sound = answer;
    answer = () => ({ status: 503, body: "try later" });
    await poller.poll();
    answer = () => ({ status: 200, body: "<html>" });
    await poller.poll();
    answer = () => ({ status: 200, body: { SamplingRuleRecords: [] } });
    await poller.poll();
    assert.equal(sampler.known.length, 0);
    answer = sound;
    await poller.poll();
    sampledThisSecond();
    now += 10;
    answer = () => ({ status: 500, body: "" });
    await poller.poll();
    const bodies: string[] = [];
    answer = (path, body) => {
      bodies.push(body);
      return sound(path, body);
    };
    now += 10;
    await poller.poll();
    const [{ ClientID, ...statistics }] = JSON.parse(bodies[0] ?? "").SamplingStatisticsDocuments;
    assert.match(ClientID, /^[0-9a-f]{24}$/);
    const counts = { RequestCount: 50, SampledCount: 0, BorrowCount: 1 };
    assert.deepEqual(statistics, { RuleName: "busy", ...counts, Timestamp: now });
    assert.deepEqual(
      problems.map((line) => line.slice(0, 100)),
      [
        "X-Ray's sampling rules cannot be asked for: GetSamplingRules was answered 503 try later",
        `X-Ray's sampling rules cannot be asked for: Unexpected token '<', "<html>" is not valid JSON`,
        "X-Ray's sampling rules cannot be asked for: SamplingTargets was answered 500 ",
      ],
    );
  });

  it("reads every page of rules, and reports no more than 25 at once", async () => {
    const rules = Array.from({ length: 60 }, (_, index) => ({
      ...busy,
      RuleName: `rule-${String(index).padStart(2, "0")}`,
      URLPath: `/${index}`,
    }));
    api = new SamplingApi(rules, now - 3600);
    const sound = answer;
    answer = (path, body) => {
      if (path !== "/GetSamplingRules") return sound(path, body);
      const from = Number(JSON.parse(body).NextToken ?? "0");
      const SamplingRuleRecords = rules.slice(from, from + 40).map((rule) => ({ SamplingRule: rule }));
      return { status: 200, body: { SamplingRuleRecords, NextToken: from === 0 ? "40" : null } };
    };
    await poller.poll();
    assert.equal(sampler.known.length, 60);
    for (let index = 0; index < 60; index++) sampler.decide({ ...request, urlPath: `/${index}` });
    now += 10;
    await poller.poll();
    const pages = ["/GetSamplingRules", "/GetSamplingRules"];
    assert.deepEqual([calls, problems], [[...pages, ...Array(3).fill("/SamplingTargets")], []]);
  });

  it("says nothing of a call that it gave up itself", async () => {
    const polled = poller.poll();
    poller.stop();
    await polled;
    assert.deepEqual(problems, []);
  });
});
