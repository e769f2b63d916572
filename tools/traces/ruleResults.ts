import { allowedShare, matchingRule, type SamplingRule } from "../localRun/checks/sampling";
import type { SentRequests } from "../localRun/record";
import type { Segment } from "./segments";
import { pathOf, type RuleResult } from "./traceSource";

/** Where a request went, as far as a rule of this project asks. */
interface Target {
  readonly service: string;
  readonly method: string;
  readonly path: string;
}

/**
 * What became of the requests that somebody has counted, by the rule that decides about them; of rules about which
 * nobody has counted any, what was sampled.
 *
 * @param segments those of all traces
 */
export function resultsOfRequests(
  rules: readonly SamplingRule[],
  sent: readonly SentRequests[],
  segments: readonly Segment[],
): RuleResult[] {
  const ruleOf = ({ service, method, path }: Target): SamplingRule =>
    matchingRule(rules, { serviceName: service, host: "", httpMethod: method, urlPath: path });
  // A service decides by itself about a request that does not say who has called.
  const decided = segments
    .filter(({ parent_id, type }) => parent_id === undefined && type !== "subsegment")
    .map(({ name, start_time, http }) => {
      const { method = "GET", url = "" } = http?.request ?? {};
      return { service: name, method, path: pathOf(url), at: start_time * 1000 };
    });
  return rules.map((rule) => {
    const { RuleName, ReservoirSize: reservoirSize, FixedRate: fixedRate } = rule;
    const matched = decided.filter((target) => ruleOf(target).RuleName === RuleName);
    const counted = sent.filter((series) => ruleOf(series).RuleName === RuleName);
    if (counted.length === 0) return { rule: RuleName, reservoirSize, fixedRate, sampled: matched.length };
    const sampled = matched.filter(({ service, method, path, at }) =>
      counted.some(
        (series) =>
          series.service === service &&
          series.method === method &&
          series.path === path &&
          // Segments have their times in whole milliseconds.
          at >= series.from - 1 &&
          at <= series.to + 1,
      ),
    ).length;
    const requests = counted.reduce((total, series) => total + series.requests, 0);
    // Each series touches a second of its own at its beginning and at its end, as `allowedShare` counts one.
    const seconds = counted.reduce((total, { from, to }) => total + wholeSeconds(to) - wholeSeconds(from) + 2, -2);
    const time = { from: 0, to: seconds * 1000 };
    const allowed = allowedShare({ requests, ...time, fixedRate, reservoirSize, freshReservoir: false });
    return { rule: RuleName, reservoirSize, fixedRate, sampled, requests, allowed };
  });
}

const wholeSeconds = (ms: number): number => Math.floor(ms / 1000);

/** What all services of an account reported of a rule for ten seconds. */
export interface RuleStatistics {
  readonly rule: string;
  readonly requests: number;
  readonly sampled: number;
  /** Sampled by services which X-Ray had not yet given their part of the reservoir. */
  readonly borrowed: number;
}

/** How long one report is about, in seconds (https://docs.aws.amazon.com/xray/latest/api/API_SamplingStatisticSummary.html). */
const reportSeconds = 10;

/** What became of the requests that services have reported, by rule. */
export function resultsOfReports(rules: readonly SamplingRule[], reports: readonly RuleStatistics[]): RuleResult[] {
  return rules.map(({ RuleName: rule, ReservoirSize: reservoirSize, FixedRate: fixedRate }) => {
    const own = reports.filter((report) => report.rule === rule);
    const sum = (key: "requests" | "sampled" | "borrowed") => own.reduce((total, report) => total + report[key], 0);
    const requests = sum("requests");
    const time = { from: 0, to: own.length * reportSeconds * 1000 };
    const { atLeast, atMost } = allowedShare({ requests, ...time, fixedRate, reservoirSize, freshReservoir: false });
    const allowed = { atLeast, atMost: Math.min(requests, atMost + sum("borrowed")) };
    return { rule, reservoirSize, fixedRate, sampled: sum("sampled"), requests, allowed };
  });
}
