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
  RuleName: "health",
  RuleARN: "arn:aws:xray:eu-central-1:123456789012:sampling-rule/health",
  Priority: 1,
  ReservoirSize: 0,
  FixedRate: 0,
  ServiceName: "*",
  ServiceType: "*",
  Host: "*",
  HTTPMethod: "GET",
  URLPath: "/health",
  ResourceARN: "*",
  Attributes: {},
  Version: 1,
} as const;

describe("sampling rules", () => {
  it("are those of the program and the account's default one, by priority", () => {
    assert.deepEqual(readSamplingRules(exampleProgram()), [healthRule, defaultSamplingRule]);
  });

  it("match patterns with any characters, one character, and whatever case", () => {
    const cases: [pattern: string, value: string, expected: boolean][] = [
      ["*", "", true],
      ["/health", "/health", true],
      ["/health", "/healthy", false],
      ["/api/*", "/api/a/b", true],
      ["/a?c", "/abc", true],
      ["/a?c", "/ac", false],
      ["get", "GET", true],
      ["a.b", "axb", false],
      ["a+b", "a+b", true],
    ];
    assert.deepEqual(
      cases.map(([pattern, value]) => matches(pattern, value)),
      cases.map(([, , expected]) => expected),
    );
  });

  it("decide in the order of their priority", () => {
    const request = { serviceName: "hello", host: "10.0.3.4", httpMethod: "GET", urlPath: "/health" };
    const rules = [defaultSamplingRule, { ...healthRule, RuleName: "later", Priority: 2 }, healthRule];
    assert.equal(matchingRule(rules, request).RuleName, "health");
    assert.equal(matchingRule(rules, { ...request, urlPath: "/" }).RuleName, "Default");
    assert.equal(matchingRule(rules, { ...request, httpMethod: "POST" }).RuleName, "Default");
    const otherService = { ...healthRule, ServiceName: "bff" };
    assert.equal(matchingRule([otherService, defaultSamplingRule], request).RuleName, "Default");
    const otherHost = { ...healthRule, Host: "example.com" };
    assert.equal(matchingRule([otherHost, defaultSamplingRule], request).RuleName, "Default");
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
    assert.deepEqual(targets([statistics, { ...statistics, RuleName: "gone" }]), {
      status: 200,
      body: {
        SamplingTargetDocuments: [
          {
            RuleName: "Default",
            FixedRate: 0.05,
            ReservoirQuota: 1,
            ReservoirQuotaTTL: startedAt + 360,
            Interval: 10,
          },
        ],
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
  const defaultRun = {
    requests: 100,
    from: 10_000,
    to: 10_100,
    fixedRate: 0.05,
    reservoirSize: 1,
    freshReservoir: true,
  };

  it("is wide enough for chance, and too narrow for no sampling and for sampling everything", () => {
    assert.deepEqual(allowedShare(defaultRun), { atLeast: 1, atMost: 24 });
    assert.deepEqual(allowedShare({ ...defaultRun, freshReservoir: false }), { atLeast: 0, atMost: 24 });
    assert.deepEqual(allowedShare({ ...defaultRun, requests: 10_000 }), { atLeast: 376, atMost: 638 });
    assert.deepEqual(allowedShare({ ...defaultRun, to: 12_100 }), { atLeast: 1, atMost: 26 });
  });

  it("is exact where chance has no part", () => {
    assert.deepEqual(allowedShare({ ...defaultRun, fixedRate: 1, reservoirSize: 0 }), { atLeast: 100, atMost: 100 });
    assert.deepEqual(allowedShare({ ...defaultRun, fixedRate: 0, reservoirSize: 0 }), { atLeast: 0, atMost: 0 });
    assert.deepEqual(allowedShare({ ...defaultRun, fixedRate: 0 }), { atLeast: 1, atMost: 2 });
    assert.deepEqual(allowedShare({ ...defaultRun, reservoirSize: 1000 }), { atLeast: 1, atMost: 100 });
  });

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
      // fast-check prefers extreme values, so chance comes from a generator of its own with a seed of fast-check's.
      fc.property(anyRun, fc.integer(), ({ durationMs, ...run }, seed) => {
        const random = mulberry32(seed);
        const to = run.from + durationMs;
        const taken = new Map<number, number>();
        let sampled = 0;
        for (let index = 0; index < run.requests; index++) {
          const second = Math.floor((run.from + (durationMs * index) / run.requests) / 1000);
          const soFar = taken.get(second) ?? 0;
          taken.set(second, soFar + 1);
          if (soFar < run.reservoirSize || random() < run.fixedRate) sampled++;
        }
        const { atLeast, atMost } = allowedShare({ ...run, to, freshReservoir: true });
        return sampled >= atLeast && sampled <= atMost;
      }),
    );
  });
});

/** A small generator of uniformly distributed numbers from 0 to 1. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
