import assert from "node:assert/strict";
import { Sampler } from "../../../../app/tracing/sampling/sampler";
import { fits, type RuleDefinition, readRules, SamplingRule } from "../../../../app/tracing/sampling/samplingRule";
import { matches } from "../../../../tools/localRun/checks/sampling";

const definition: RuleDefinition = {
  RuleName: "api",
  Priority: 5,
  FixedRate: 0.5,
  ReservoirSize: 10,
  Host: "*",
  HTTPMethod: "*",
  URLPath: "/api/*",
};
const request = { host: "hello", httpMethod: "GET", urlPath: "/api/one" };
/** As AWS's own examples have times, in Unix seconds: https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sampling.html */
const now = 1_530_923_107;

describe("SamplingRule", () => {
  const never = 0.999;

  it("borrows one request a second until X-Ray grants a quota, and takes that much until it ends", () => {
    const rule = new SamplingRule({ ...definition, FixedRate: 0 }, now);
    const sampledAt = (time: number) => Array.from({ length: 50 }, () => rule.sample(time, 0)).filter(Boolean).length;
    assert.equal(sampledAt(now), 1);
    assert.equal(sampledAt(now + 1.9), 1);
    rule.follow({ ReservoirQuota: 10, ReservoirQuotaTTL: now + 30, Interval: 10, FixedRate: 0 });
    assert.equal(sampledAt(now + 10), 10);
    assert.equal(sampledAt(now + 29.9), 10);
    assert.equal(sampledAt(now + 30), 1);
    assert.deepEqual(rule.report(now + 31), {
      RuleName: "api",
      RequestCount: 250,
      SampledCount: 20,
      BorrowCount: 3,
    });
  });

  it("borrows nothing from a reservoir of 0, and samples the rest by its rate, which X-Ray may change", () => {
    const rule = new SamplingRule({ ...definition, ReservoirSize: 0 }, now);
    assert.deepEqual([rule.sample(now, 0.499), rule.sample(now, 0.5)], [true, false]);
    rule.follow({ FixedRate: 0.1 });
    assert.deepEqual([rule.sample(now, 0.099), rule.sample(now, 0.1)], [true, false]);
    rule.follow({ FixedRate: "all", ReservoirQuota: null, ReservoirQuotaTTL: "soon", Interval: -1 });
    assert.deepEqual([rule.sample(now, 0.099), rule.sample(now, 0.1)], [true, false]);
    const none = new SamplingRule({ ...definition, ReservoirSize: 0, FixedRate: 0 }, now);
    assert.equal(none.sample(now, 0), false);
  });

  it("reports when it is time, when there is news, and again what was lost", () => {
    const rule = new SamplingRule(definition, now);
    assert.equal(rule.report(now + 60), undefined);
    rule.sample(now, never);
    rule.sample(now, never);
    assert.equal(rule.report(now + 9.9), undefined);
    const first = rule.report(now + 10);
    assert.deepEqual(first, { RuleName: "api", RequestCount: 2, SampledCount: 0, BorrowCount: 1 });
    rule.follow({ Interval: 30 });
    rule.sample(now + 10, never);
    assert.equal(rule.report(now + 39), undefined);
    rule.restore(first ?? assert.fail());
    assert.deepEqual(rule.report(now + 40), { RuleName: "api", RequestCount: 3, SampledCount: 0, BorrowCount: 2 });
  });

  it("goes on with its counters and its quota when rules are fetched again", () => {
    const before = new SamplingRule({ ...definition, FixedRate: 0 }, now);
    before.follow({ ReservoirQuota: 2, ReservoirQuotaTTL: now + 30 });
    assert.deepEqual([before.sample(now, 0), before.sample(now, 0)], [true, true]);
    const rule = new SamplingRule({ ...definition, FixedRate: 0 }, now, before);
    assert.equal(rule.sample(now, 0), false);
    assert.deepEqual(rule.report(now + 10), { RuleName: "api", RequestCount: 3, SampledCount: 2, BorrowCount: 0 });
  });
});

describe("patterns of sampling rules", () => {
  const cases: [pattern: string, fitting: (string | undefined)[], others: string[]][] = [
    ["*", ["", undefined, "a"], []],
    ["/api/*", [undefined, "/api/", "/API/one"], ["/api"]],
    ["*.example.com", ["www.example.com"], ["example.com"]],
    ["h?llo", ["hello"], ["hllo"]],
    ["a*b*c", ["a-b-b-c"], ["a-b-b-c-"]],
    ["a**c", ["abc"], []],
    ["a*", ["a"], []],
    ["abc", ["abc"], ["ab"]],
    ["a*c", [], ["a"]],
    ["", [""], ["a"]],
    ["a.c", [], ["abc"]],
  ];
  for (const [pattern, fitting, others] of cases) {
    it(`${JSON.stringify(pattern)} fits ${JSON.stringify(fitting)} and not ${JSON.stringify(others)}`, () => {
      for (const text of [...fitting, ...others]) {
        const expected = fitting.includes(text);
        assert.equal(fits(pattern, text), expected, text);
        // The local run and the tests decide by another function, which must agree.
        if (text !== undefined) assert.equal(matches(pattern, text), expected, text);
      }
    });
  }

  it("end for what callers think up, where a regular expression would not", () => {
    assert.equal(fits(`${"*a".repeat(20)}b`, "a".repeat(16_000)), false);
  });
});

describe("readRules", () => {
  const whole = { ...definition, ServiceName: "*", ServiceType: "*", ResourceARN: "*", Attributes: {}, Version: 1 };
  const names = (records: unknown, type: string | undefined = "AWS::ECS::Fargate") =>
    readRules(records, { name: "dev-hello", type }).map(({ RuleName }) => RuleName);
  const record = (changes: object) => ({ SamplingRule: { ...whole, ...changes } });

  it("takes the rules for the service by their priority, and their names where that is the same", () => {
    const records = [
      record({ RuleName: "last", Priority: 10_000 }),
      record({ RuleName: "b" }),
      record({ RuleName: "a" }),
      record({ RuleName: "ours", Priority: 7, ServiceName: "dev-*", ServiceType: "AWS::ECS::*" }),
      record({ RuleName: "other name", ServiceName: "dev-bff" }),
      record({ RuleName: "other type", ServiceType: "AWS::EC2::Instance" }),
    ];
    assert.deepEqual(names(records), ["a", "b", "ours", "last"]);
  });

  it("fits every type as long as the service's own is unknown", () => {
    const rules = readRules([record({ ServiceType: "AWS::EC2::Instance" })], { name: "a", type: undefined });
    assert.equal(rules.length, 1);
  });

  it("leaves out what it cannot decide by, and what is not a rule", () => {
    const nonsense = [null, 7, {}, { SamplingRule: null }, record({ FixedRate: "1" }), record({ Host: undefined })];
    const others = [record({ Version: 2 }), record({ ResourceARN: "arn:x" }), record({ Attributes: { key: "value" } })];
    for (const records of [[...nonsense, ...others], undefined, "text"]) assert.deepEqual(names(records), []);
  });
});

describe("Sampler", () => {
  let chance: number;
  let time: number;
  let sampler: Sampler;
  beforeEach(() => {
    chance = 0.2;
    time = now;
    const clock = () => time;
    sampler = new Sampler(clock, () => chance);
  });
  const decideTwice = (own = request) => [sampler.decide(own), sampler.decide(own)];

  it("samples one request a second and 5 % of the rest as long as it knows no rules", () => {
    chance = 0.05;
    assert.deepEqual(decideTwice(), [true, false]);
    chance = 0.049;
    assert.equal(sampler.decide(request), true);
    chance = 0.05;
    time++;
    assert.deepEqual(decideTwice(), [true, false]);
  });

  it("follows the first rule that fits, for an hour after it was fetched, and its own where none does", () => {
    const all = { ...definition, ReservoirSize: 0 };
    sampler.replaceRules([all, { ...all, RuleName: "Default", URLPath: "/", FixedRate: 0.1 }], now);
    assert.equal(sampler.decide(request), "api");
    assert.equal(sampler.decide({ ...request, urlPath: "/" }), false);
    assert.deepEqual(decideTwice({ ...request, urlPath: "/other" }), [true, false]);
    time = now + 3599;
    assert.equal(sampler.decide(request), "api");
    time = now + 3600;
    assert.equal(sampler.decide(request), true);
  });
});
