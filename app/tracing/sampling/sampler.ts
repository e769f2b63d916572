import { type RuleDefinition, type SampleRequest, SamplingRule } from "./samplingRule";

/** What is sampled as long as X-Ray's rules are unknown: one request a second, and 5 % of the rest. */
const LOCAL_RULE: RuleDefinition = {
  RuleName: "",
  Priority: 0,
  FixedRate: 0.05,
  ReservoirSize: 1,
  Host: "*",
  HTTPMethod: "*",
  URLPath: "*",
};
/** How long rules hold that could not be fetched again, in seconds. */
const RULES_HOLD = 3600;

/**
 * Decides which requests are sampled: by the account's rules once they are known, until then by a rule of its own.
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-console-sampling.html
 */
export class Sampler {
  private rules: readonly SamplingRule[] = [];
  private rulesEnd = 0;
  private readonly local: SamplingRule;

  /**
   * @param now clock in Unix seconds
   * @param random uniform over [0, 1)
   */
  constructor(
    private readonly now: () => number = () => Date.now() / 1000,
    private readonly random: () => number = Math.random,
  ) {
    this.local = new SamplingRule(LOCAL_RULE, now());
  }

  /**
   * The name of the account's rule that sampled the request, `true` when this process's own did, `false` when it isn't
   * sampled.
   */
  decide(request: SampleRequest): string | boolean {
    const now = this.now();
    const rule = now < this.rulesEnd ? this.rules.find((candidate) => candidate.matches(request)) : undefined;
    if (rule === undefined) {
      return this.local.sample(now, this.random());
    }
    return rule.sample(now, this.random()) && rule.name;
  }

  /** The rules as they are known. */
  get known(): readonly SamplingRule[] {
    return this.rules;
  }

  /** Takes the account's rules, in their order, as they were at a time in Unix seconds. */
  replaceRules(definitions: readonly RuleDefinition[], at: number): void {
    const before = new Map(this.rules.map((rule) => [rule.name, rule]));
    this.rules = definitions.map((each) => new SamplingRule(each, at, before.get(each.RuleName)));
    this.rulesEnd = at + RULES_HOLD;
  }
}
