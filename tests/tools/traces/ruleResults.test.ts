import assert from "node:assert/strict";
import { defaultSamplingRule } from "../../../tools/localRun/checks/sampling";
import type { SentRequests } from "../../../tools/localRun/record";
import { resultsOfReports, resultsOfRequests } from "../../../tools/traces/ruleResults";
import type { Segment } from "../../../tools/traces/segments";
import { segment } from "./someTraces";

const health = {
  ...{ ...defaultSamplingRule, RuleName: "health", Priority: 1, ReservoirSize: 0, FixedRate: 0 },
  ...{ ServiceName: "hello", HTTPMethod: "GET", URLPath: "/health" },
};
const rules = [health, defaultSamplingRule];
const facts = { rule: "Default", reservoirSize: 1, fixedRate: 0.05 };
const healthFacts = { rule: "health", reservoirSize: 0, fixedRate: 0 };

/** A segment of a request to the service `hello`, at a moment in milliseconds. */
const answered = (path: string, at: number, changes: Partial<Segment> = {}) =>
  segment("hello", `${path} ${at}`, {
    ...{ start_time: at / 1000, end_time: at / 1000 },
    ...{ http: { request: { method: "GET", url: `http://hello:8080${path}` } } },
    ...changes,
  });
const sent: SentRequests = {
  ...{ service: "hello", method: "GET", path: "/", requests: 100 },
  ...{ from: 10_000, to: 10_900 },
};

describe("what became of requests that somebody has counted", () => {
  it("is how many were sampled at that time, beside how many the rule allows", () => {
    const segments = [
      ...[9_000, 10_000, 10_500, 10_901, 12_000].map((at) => answered("/", at)),
      answered("/", 10_600, { parent_id: "a" }),
      answered("/other", 10_600),
      answered("/", 10_700, { name: "bff" }),
      answered("/", 10_800, { type: "subsegment" }),
    ];
    assert.deepEqual(resultsOfRequests(rules, [sent], segments), [
      { ...healthFacts, sampled: 0 },
      { ...facts, sampled: 3, requests: 100, allowed: { atLeast: 0, atMost: 24 } },
    ]);
  });

  it("is the sum of several series", () => {
    const [, result] = resultsOfRequests(rules, [sent, { ...sent, from: 20_000, to: 20_900 }], [answered("/", 20_000)]);
    assert.deepEqual(result, { ...facts, sampled: 1, requests: 200, allowed: { atLeast: 0, atMost: 37 } });
  });

  it("is what was sampled when nobody has counted, health checks for themselves", () => {
    assert.deepEqual(resultsOfRequests(rules, [], [answered("/", 1), answered("/health", 2), answered("/health", 3)]), [
      { ...healthFacts, sampled: 2 },
      { ...facts, sampled: 1 },
    ]);
  });
});

describe("what became of requests that services have reported", () => {
  it("is added up, beside what the rule allows and hosts may borrow", () => {
    const report = { rule: "Default", requests: 100, sampled: 8, borrowed: 2 };
    const other = { rule: "other", requests: 1, sampled: 1, borrowed: 0 };
    const [, result] = resultsOfReports(rules, [report, other, report]);
    assert.deepEqual(result, { ...facts, sampled: 16, requests: 200, allowed: { atLeast: 0, atMost: 57 } });
  });

  it("is nothing where nothing was reported", () => {
    const nothing = { sampled: 0, requests: 0, allowed: { atLeast: 0, atMost: 0 } };
    assert.deepEqual(resultsOfReports(rules, []), [
      { ...healthFacts, ...nothing },
      { ...facts, ...nothing },
    ]);
  });
});
