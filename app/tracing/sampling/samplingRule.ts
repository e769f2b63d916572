/** A request as sampling rules see it. What is absent fits every pattern. */
export interface SampleRequest {
  readonly host: string | undefined;
  readonly httpMethod: string | undefined;
  /** Empty for a request whose target isn't a path. */
  readonly urlPath: string;
}

/** Who asks: only the rules for this service count. */
export interface SampledService {
  readonly name: string;
  /** The segments' origin. */
  readonly type: string | undefined;
}

/** A rule as X-Ray gives it (https://docs.aws.amazon.com/xray/latest/api/API_SamplingRule.html). */
export interface RuleDefinition {
  readonly RuleName: string;
  readonly Priority: number;
  readonly FixedRate: number;
  readonly ReservoirSize: number;
  readonly Host: string;
  readonly HTTPMethod: string;
  readonly URLPath: string;
}

/** What X-Ray tells a service to do with a rule; times are in Unix seconds. */
export interface SamplingTarget {
  readonly FixedRate?: unknown;
  readonly ReservoirQuota?: unknown;
  readonly ReservoirQuotaTTL?: unknown;
  readonly Interval?: unknown;
}

/** What a service tells X-Ray of a rule. */
export interface SamplingStatistics {
  readonly RuleName: string;
  readonly RequestCount: number;
  readonly SampledCount: number;
  readonly BorrowCount: number;
}

/** How often a rule is reported unless X-Ray gives another interval, in seconds. */
const REPORT_SECONDS = 10;

/**
 * A sampling rule of the account, with this process's share of its reservoir. All times are in Unix seconds.
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sampling.html
 */
export class SamplingRule {
  readonly name: string;
  private rate: number;
  private requests = 0;
  private sampled = 0;
  private borrowed = 0;
  private second = 0;
  private takenThisSecond = 0;
  private quota = 0;
  private quotaEnds = 0;
  private reportSeconds = REPORT_SECONDS;
  private reportedAt: number;

  /** @param before the same rule as it was known until now, whose counters and quota go on */
  constructor(
    readonly definition: RuleDefinition,
    now: number,
    before?: SamplingRule,
  ) {
    this.name = definition.RuleName;
    this.rate = definition.FixedRate;
    this.reportedAt = now;
    if (before !== undefined) {
      const { requests, sampled, borrowed, second, takenThisSecond } = before;
      const { quota, quotaEnds, reportSeconds, reportedAt } = before;
      Object.assign(this, { requests, sampled, borrowed, second, takenThisSecond });
      Object.assign(this, { quota, quotaEnds, reportSeconds, reportedAt });
    }
  }

  matches({ host, httpMethod, urlPath }: SampleRequest): boolean {
    const { Host, HTTPMethod, URLPath } = this.definition;
    return fits(URLPath, urlPath || undefined) && fits(HTTPMethod, httpMethod) && fits(Host, host);
  }

  /**
   * Decides about a request that matches. The reservoir comes first: as much a second as X-Ray has granted this
   * process, or one borrowed request as long as it has not. Of the rest the rate decides.
   *
   * @param chance uniform over [0, 1)
   */
  sample(now: number, chance: number): boolean {
    this.requests++;
    const second = Math.floor(now);
    if (second !== this.second) {
      this.second = second;
      this.takenThisSecond = 0;
    }
    const granted = now < this.quotaEnds;
    const share = granted ? this.quota : Math.min(1, this.definition.ReservoirSize);
    if (this.takenThisSecond < share) {
      this.takenThisSecond++;
      if (granted) {
        this.sampled++;
      } else {
        this.borrowed++;
      }
      return true;
    }
    if (chance < this.rate) {
      this.sampled++;
      return true;
    }
    return false;
  }

  /** What is to be reported now, counted from here on anew; nothing when there is nothing new or it is not time yet. */
  report(now: number): SamplingStatistics | undefined {
    if (this.requests === 0 || now < this.reportedAt + this.reportSeconds) {
      return undefined;
    }
    const { name: RuleName, requests: RequestCount, sampled: SampledCount, borrowed: BorrowCount } = this;
    this.reportedAt = now;
    this.requests = this.sampled = this.borrowed = 0;
    return { RuleName, RequestCount, SampledCount, BorrowCount };
  }

  /** Takes back a report that did not reach X-Ray. */
  restore({ RequestCount, SampledCount, BorrowCount }: SamplingStatistics): void {
    this.requests += RequestCount;
    this.sampled += SampledCount;
    this.borrowed += BorrowCount;
  }

  /** Does from now on as X-Ray says. */
  follow({ FixedRate, ReservoirQuota, ReservoirQuotaTTL, Interval }: SamplingTarget): void {
    if (typeof FixedRate === "number") {
      this.rate = FixedRate;
    }
    if (typeof ReservoirQuota === "number" && typeof ReservoirQuotaTTL === "number") {
      this.quota = ReservoirQuota;
      this.quotaEnds = ReservoirQuotaTTL;
    }
    if (typeof Interval === "number" && Interval > 0) {
      this.reportSeconds = Interval;
    }
  }
}

/**
 * The rules of an answer of GetSamplingRules that are for this service, in the order in which they are tried. A rule
 * that looks at attributes or a resource is not for a service that knows neither when it decides.
 */
export function readRules(records: unknown, service: SampledService): RuleDefinition[] {
  const rules = (Array.isArray(records) ? records : []).flatMap((record: { SamplingRule?: unknown } | null) => {
    const rule = (record?.SamplingRule ?? {}) as Record<string, unknown>;
    return isRule(rule) && isFor(rule, service) ? [rule] : [];
  });
  return rules.sort((a, b) => a.Priority - b.Priority || (a.RuleName < b.RuleName ? -1 : 1));
}

type WholeRule = RuleDefinition & { readonly ServiceName: string; readonly ServiceType: string };

function isRule(rule: Record<string, unknown>): rule is Record<string, unknown> & WholeRule {
  const texts = ["RuleName", "ServiceName", "ServiceType", "Host", "HTTPMethod", "URLPath"];
  const numbers = ["Priority", "FixedRate", "ReservoirSize"];
  return (
    rule.Version === 1 &&
    rule.ResourceARN === "*" &&
    Object.keys(rule.Attributes ?? {}).length === 0 &&
    texts.every((name) => typeof rule[name] === "string") &&
    numbers.every((name) => typeof rule[name] === "number")
  );
}

function isFor({ ServiceName, ServiceType }: WholeRule, { name, type }: SampledService): boolean {
  return fits(ServiceName, name) && fits(ServiceType, type);
}

/** Whether a text, if there is one, fits a pattern; both in any case. `*` stands for any characters, `?` for one. */
export function fits(pattern: string, text: string | undefined): boolean {
  return pattern === "*" || text === undefined || fitsGlob(pattern.toLowerCase(), text.toLowerCase());
}

/**
 * After a character that does not fit, goes on behind the last `*`, which takes one more. Never slower than the product
 * of both lengths, where a regular expression with several `.*` would be: callers choose their paths.
 */
function fitsGlob(pattern: string, text: string): boolean {
  let at = 0;
  let star = -1;
  let starEnds = 0;
  for (let index = 0; index < text.length; ) {
    if (pattern[at] === "*") {
      star = at++;
      starEnds = index;
    } else if (at < pattern.length && (pattern[at] === "?" || pattern[at] === text[index])) {
      at++;
      index++;
    } else if (star !== -1) {
      at = star + 1;
      index = ++starEnds;
    } else {
      return false;
    }
  }
  return /^\**$/.test(pattern.slice(at));
}
