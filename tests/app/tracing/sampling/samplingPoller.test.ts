import assert from "node:assert/strict";
import { text } from "node:stream/consumers";
import { Sampler } from "../../../../app/tracing/sampling/sampler";
import { SamplingPoller } from "../../../../app/tracing/sampling/samplingPoller";
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
    const clock = () => now;
    sampler = new Sampler(clock, () => 0.5);
    poller = create(sampler, clock);
  });
  const create = (own: Sampler, clock?: () => number) => {
    const warn = (message: string, error: unknown) => problems.push(`${message}: ${(error as Error).message}`);
    const daemon = { host: "127.0.0.1", port: server.port };
    return new SamplingPoller(own, { name: "hello", type: undefined }, daemon, warn, clock);
  };
  afterEach(async () => {
    poller.stop();
    await server.close();
  });

  const sampledThisSecond = () => Array.from({ length: 50 }, () => sampler.decide(request)).filter(Boolean).length;
  /** What is called when the poller polls some seconds later. */
  const pollAfter = async (seconds: number) => {
    now += seconds;
    await poller.poll();
    return calls.splice(0);
  };
  const [rules, targets] = ["/GetSamplingRules", "/SamplingTargets"];

  it("gets the whole reservoir after the first report, for as long as X-Ray says", async () => {
    assert.deepEqual(await pollAfter(0), [rules]);
    assert.equal(sampledThisSecond(), 1);
    assert.deepEqual(await pollAfter(10), [targets]);
    assert.equal(sampledThisSecond(), 10);
    now += 1;
    assert.equal(sampledThisSecond(), 10);
    now += 300;
    assert.equal(sampledThisSecond(), 1);
    assert.deepEqual(problems, []);
  });

  it("notices with the next report that a rule has changed, and otherwise asks every five minutes", async () => {
    await pollAfter(0);
    sampler.decide(request);
    assert.deepEqual(await pollAfter(10), [targets]);
    api = new SamplingApi([{ ...busy, FixedRate: 1, ReservoirSize: 0 }, defaultSamplingRule], now + 5);
    sampler.decide(request);
    assert.deepEqual(await pollAfter(10), [targets, rules]);
    assert.deepEqual(await pollAfter(299), []);
    assert.deepEqual(await pollAfter(1), [rules]);
    assert.deepEqual(problems, []);
  });

  it("reports anew what did not reach X-Ray, and asks for the rules until it has them", async () => {
    const sound = answer;
    for (const [status, body] of [
      [503, "try later"],
      [200, "<html>"],
      [200, { SamplingRuleRecords: [] }],
    ] as const) {
      answer = () => ({ status, body });
      await pollAfter(0);
    }
    assert.equal(sampler.known.length, 0);
    answer = sound;
    await pollAfter(0);
    sampledThisSecond();
    answer = () => ({ status: 500, body: "" });
    await pollAfter(10);
    const bodies: string[] = [];
    answer = (path, body) => {
      bodies.push(body);
      return sound(path, body);
    };
    await pollAfter(10);
    const [{ ClientID, ...statistics }] = JSON.parse(bodies[0] ?? "").SamplingStatisticsDocuments;
    assert.match(ClientID, /^[0-9a-f]{24}$/);
    const counts = { RequestCount: 50, SampledCount: 0, BorrowCount: 1 };
    assert.deepEqual(statistics, { RuleName: "busy", ...counts, Timestamp: now });
    const reasons = [
      "GetSamplingRules was answered 503 try later",
      `Unexpected token '<', "<html>" is not valid JSON`,
      "SamplingTargets was answered 500 ",
    ];
    assert.deepEqual(
      problems,
      reasons.map((reason) => `X-Ray's sampling rules cannot be asked for: ${reason}`),
    );
  });

  it("reads every page of rules, and reports no more than 25 at once", async () => {
    const many = Array.from({ length: 60 }, (_, index) => {
      return { ...busy, RuleName: `rule-${String(index).padStart(2, "0")}`, URLPath: `/${index}` };
    });
    api = new SamplingApi(many, now - 3600);
    const sound = answer;
    answer = (path, body) => {
      if (path !== rules) return sound(path, body);
      const from = Number(JSON.parse(body).NextToken ?? "0");
      const SamplingRuleRecords = many.slice(from, from + 40).map((rule) => ({ SamplingRule: rule }));
      return { status: 200, body: { SamplingRuleRecords, NextToken: from === 0 ? "40" : null } };
    };
    assert.deepEqual(await pollAfter(0), [rules, rules]);
    assert.equal(sampler.known.length, 60);
    for (let index = 0; index < 60; index++) sampler.decide({ ...request, urlPath: `/${index}` });
    assert.deepEqual([await pollAfter(10), problems], [[targets, targets, targets], []]);
  });

  it("goes by the machine's clock, as the sampler does", async () => {
    const own = new Sampler();
    await create(own).poll();
    assert.equal(own.decide(request), "busy");
  });

  it("says nothing of a call that it gave up itself", async () => {
    const polled = poller.poll();
    poller.stop();
    await polled;
    assert.deepEqual(problems, []);
  });
});
