/**
 * A sampling rule as X-Ray's API writes it
 * (https://docs.aws.amazon.com/xray/latest/api/API_SamplingRule.html). Patterns may hold `*` and `?`.
 */
export interface SamplingRule {
  readonly RuleName: string;
  readonly RuleARN: string;
  /** The rule with the lowest number that matches a request decides, 1 to 9999; the default rule comes last. */
  readonly Priority: number;
  /** Requests to sample per second before the fixed rate applies. */
  readonly ReservoirSize: number;
  /** Share of the remaining requests to sample, 0 to 1. */
  readonly FixedRate: number;
  readonly ServiceName: string;
  readonly ServiceType: string;
  readonly Host: string;
  readonly HTTPMethod: string;
  readonly URLPath: string;
  readonly ResourceARN: string;
  readonly Attributes: Readonly<Record<string, string>>;
  readonly Version: 1;
}

/**
 * The rule every account has: the first request each second and 5 % of the rest
 * (https://docs.aws.amazon.com/xray/latest/devguide/xray-console-sampling.html).
 */
export const defaultSamplingRule: SamplingRule = {
  RuleName: "Default",
  RuleARN: "arn:aws:xray:local:000000000000:sampling-rule/Default",
  Priority: 10000,
  ReservoirSize: 1,
  FixedRate: 0.05,
  ServiceName: "*",
  ServiceType: "*",
  Host: "*",
  HTTPMethod: "*",
  URLPath: "*",
  ResourceARN: "*",
  Attributes: {},
  Version: 1,
};

/** What a rule is matched against. */
interface SampledRequest {
  readonly serviceName: string;
  readonly host: string;
  readonly httpMethod: string;
  readonly urlPath: string;
}

/** The rule that decides about a request: of those that match, the one with the lowest priority number. */
export function matchingRule(rules: readonly SamplingRule[], request: SampledRequest): SamplingRule {
  const byPriority = [...rules].sort((a, b) => a.Priority - b.Priority || a.RuleName.localeCompare(b.RuleName));
  const match = byPriority.find(
    (rule) =>
      matches(rule.ServiceName, request.serviceName) &&
      matches(rule.Host, request.host) &&
      matches(rule.HTTPMethod, request.httpMethod) &&
      matches(rule.URLPath, request.urlPath),
  );
  return match ?? defaultSamplingRule;
}

/** Whether a value fits a pattern, in which `*` stands for any characters and `?` for one. Case does not matter. */
export function matches(pattern: string, value: string): boolean {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`, "is").test(value);
}
/** How many of some requests a sampling rule lets through. */
export interface AllowedShare {
  readonly atLeast: number;
  readonly atMost: number;
}

interface SamplingRun {
  /** Requests that were sent, none with a sampling decision of its own. */
  readonly requests: number;
  /** When they were sent, in milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  /** Share of the requests that is sampled beyond the reservoir, 0 to 1. */
  readonly fixedRate: number;
  /** Requests per second that are sampled first. */
  readonly reservoirSize: number;
  /** Whether no request of the first second had taken from the reservoir before. */
  readonly freshReservoir: boolean;
}

/** How seldom a sound sampler may fall outside, on either side: once in a thousand million runs. */
const falseAlarm = 1e-9;

/**
 * What X-Ray's rule allows (https://docs.aws.amazon.com/xray/latest/devguide/xray-console-sampling.html): the reservoir
 * of every second the run touches, and of the rest a number which follows a binomial distribution.
 */
export function allowedShare(run: SamplingRun): AllowedShare {
  const { requests, from, to, fixedRate, reservoirSize, freshReservoir } = run;
  // One second more, because samplers do not agree on where a second begins.
  const seconds = Math.floor(to / 1000) - Math.floor(from / 1000) + 2;
  const mostTaken = Math.min(requests, reservoirSize * seconds);
  // Until X-Ray has given a host its quota, a service takes one a second from any reservoir.
  const leastTaken = freshReservoir ? Math.min(requests, reservoirSize, 1) : 0;
  return {
    atLeast: leastTaken + binomialQuantile(requests - mostTaken, fixedRate, falseAlarm),
    atMost: mostTaken + binomialQuantile(requests - mostTaken, fixedRate, 1 - falseAlarm),
  };
}

/** The smallest number of successes in `trials` whose cumulative probability reaches `probability`. */
export function binomialQuantile(trials: number, rate: number, probability: number): number {
  if (rate <= 0 || trials <= 0) return 0;
  if (rate >= 1) return trials;
  // In logarithms: the probability of no success at all is too small for a number when there are many trials.
  let logTerm = trials * Math.log1p(-rate);
  let cumulative = Math.exp(logTerm);
  let successes = 0;
  while (cumulative < probability && successes < trials) {
    logTerm += Math.log((trials - successes) / (successes + 1)) + Math.log(rate) - Math.log1p(-rate);
    cumulative += Math.exp(logTerm);
    successes++;
  }
  return successes;
}
