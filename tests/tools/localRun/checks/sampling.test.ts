import assert from "node:assert/strict";
import fc from "fast-check";
import {
  allowedShare,
  binomialQuantile,
  defaultSamplingRule,
  matches,
  matchingRule,
} from "../../../../tools/localRun/checks/sampling";
import { SamplingApi } from "../../../../tools/localRun/standIns/xrayApi";
import { readSamplingRules } from "../../../../tools/localRun/task/evaluatedTasks";
import { exampleProgram } from "../task/exampleProgram";

const healthRule = {
  ...defaultSamplingRule,
  RuleName: "traced-fargate-dev-hello-health",
  RuleARN: "arn:aws:xray:eu-central-1:123456789012:sampling-rule/traced-fargate-dev-hello-health",
  Priority: 1,
  ReservoirSize: 0,
  FixedRate: 0,
  ServiceName: "traced-fargate-dev-hello",
  HTTPMethod: "GET",
  URLPath: "/health",
};

describe("sampling rules", () => {
  it("are those of the program and the account's default one, by priority", async () => {
    assert.deepEqual(readSamplingRules(await exampleProgram()), [healthRule, defaultSamplingRule]);
  });

  it("match patterns with any characters, one character, and whatever case", () => {
    const fitting = { "*": "", "/health": "/health", "/api/*": "/api/a/b", "/a?c": "/abc", get: "GET", "a+b": "a+b" };
    for (const [pattern, value] of Object.entries(fitting)) assert.ok(matches(pattern, value), pattern);
    const others = { "/health": "/healthy", "/a?c": "/ac", "a.b": "axb", b: "ab" };
    for (const [pattern, value] of Object.entries(others)) assert.ok(!matches(pattern, value), pattern);
  });

  it("decide in the order of their priority", () => {
    const request = { serviceName: healthRule.ServiceName, host: "hello", httpMethod: "GET", urlPath: "/health" };
    const rules = [defaultSamplingRule, { ...healthRule, RuleName: "later", Priority: 2 }, healthRule];
    assert.equal(matchingRule(rules, request), healthRule);
    for (const other of [{ urlPath: "/" }, { httpMethod: "POST" }, { serviceName: "bff" }]) {
      assert.equal(matchingRule(rules, { ...request, ...other }), defaultSamplingRule);
    }
    const otherHost = { ...healthRule, Host: "example.com" };
    assert.equal(matchingRule([otherHost, defaultSamplingRule], request), defaultSamplingRule);
  });
});

describe("the sampling API of the daemon stand-in", () => {
  const startedAt = 1_700_000_000;
  const api = new SamplingApi([healthRule, defaultSamplingRule], startedAt);
  const statistics = {
    RuleName: "Default",
    ClientID: "0123456789abcdef01234567",
    Timestamp: startedAt,
    RequestCount: 10,
    SampledCount: 2,
    BorrowCount: 1,
  };
  const targets = (documents: unknown) => {
    const body = JSON.stringify({ SamplingStatisticsDocuments: documents });
    return api.answer("POST /SamplingTargets", body, startedAt + 60);
  };

  it("lists the rules", () => {
    const times = { CreatedAt: startedAt, ModifiedAt: startedAt };
    assert.deepEqual(api.answer("POST /GetSamplingRules", "{}", startedAt + 60), {
      status: 200,
      body: {
        NextToken: null,
        SamplingRuleRecords: [
          { SamplingRule: healthRule, ...times },
          { SamplingRule: defaultSamplingRule, ...times },
        ],
      },
    });
  });

  it("gives the whole reservoir to who reports, and says which rule it does not know", () => {
    const quota = { ReservoirQuota: 1, ReservoirQuotaTTL: startedAt + 360, Interval: 10 };
    assert.deepEqual(targets([statistics, { ...statistics, RuleName: "gone" }]), {
      status: 200,
      body: {
        SamplingTargetDocuments: [{ RuleName: "Default", FixedRate: 0.05, ...quota }],
        LastRuleModification: startedAt,
        UnprocessedStatistics: [{ RuleName: "gone", ErrorCode: "404", Message: "There is no sampling rule gone." }],
      },
    });
  });

  it("refuses what X-Ray would refuse", () => {
    const statuses = [
      targets([{ ...statistics, ClientID: "short" }]),
      targets([{ ...statistics, RequestCount: -1 }]),
      targets("none"),
      targets(Array(26).fill(statistics)),
      api.answer("POST /GetSamplingRules", "no JSON", startedAt),
      api.answer("GET /GetSamplingRules", "", startedAt),
      api.answer("POST /PutTraceSegments", "{}", startedAt),
    ].map(({ status }) => status);
    assert.deepEqual(statuses, [400, 400, 400, 400, 400, 404, 404]);
  });
});

describe("the share of requests a rule allows", () => {
  const defaultRule = { fixedRate: 0.05, reservoirSize: 1, freshReservoir: true };
  const defaultRun = { requests: 100, from: 10_000, to: 10_100, ...defaultRule };
  const shares: [what: string, change: Partial<typeof defaultRun>, atLeast: number, atMost: number][] = [
    ["of 100 requests", {}, 1, 24],
    ["when the reservoir has been taken from", { freshReservoir: false }, 0, 24],
    ["of many requests", { requests: 10_000 }, 376, 638],
    ["in some seconds", { to: 12_100 }, 1, 26],
    ["which samples everything", { fixedRate: 1, reservoirSize: 0 }, 100, 100],
    ["which samples nothing", { fixedRate: 0, reservoirSize: 0 }, 0, 0],
    ["which is a reservoir", { fixedRate: 0 }, 1, 2],
    ["whose reservoir holds more", { reservoirSize: 1000 }, 1, 100],
  ];
  for (const [what, change, atLeast, atMost] of shares) {
    it(`is from ${atLeast} to ${atMost} for a rule ${what}`, () => {
      assert.deepEqual(allowedShare({ ...defaultRun, ...change }), { atLeast, atMost });
    });
  }

  it("follows the binomial distribution", () => {
    // Medians and quantiles of Binomial(20, 0.5) and Binomial(100, 0.05), from tables.
    assert.equal(binomialQuantile(20, 0.5, 0.5), 10);
    assert.equal(binomialQuantile(20, 0.5, 0.975), 14);
    assert.equal(binomialQuantile(100, 0.05, 0.5), 5);
    assert.equal(binomialQuantile(100, 0.05, 0.99), 11);
    // The probability of no success is below what a number can hold.
    assert.equal(binomialQuantile(1_000_000, 0.01, 0.5), 10_000);
  });

  it("holds for every sampler that follows the rule", () => {
    const anyRun = fc.record({
      requests: fc.integer({ min: 0, max: 300 }),
      durationMs: fc.integer({ min: 1, max: 5000 }),
      from: fc.integer({ min: 0, max: 999 }),
      fixedRate: fc.double({ min: 0, max: 1, noNaN: true }),
      reservoirSize: fc.integer({ min: 0, max: 3 }),
    });
    fc.assert(
      fc.property(anyRun, ({ durationMs, ...run }) => {
        const to = run.from + durationMs;
        const taken = new Map<number, number>();
        let sampled = 0;
        for (let index = 0; index < run.requests; index++) {
          const second = Math.floor((run.from + (durationMs * index) / run.requests) / 1000);
          const soFar = taken.get(second) ?? 0;
          taken.set(second, soFar + 1);
          if (soFar < run.reservoirSize || Math.random() < run.fixedRate) sampled++;
        }
        const { atLeast, atMost } = allowedShare({ ...run, to, freshReservoir: true });
        return sampled >= atLeast && sampled <= atMost;
      }),
    );
  });
});
