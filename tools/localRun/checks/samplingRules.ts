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
export interface SampledRequest {
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
