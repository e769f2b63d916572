/** A request as sampling rules see it. */
export interface SampleRequest {
  readonly host: string | undefined;
  readonly httpMethod: string | undefined;
  readonly urlPath: string;
  readonly serviceName: string;
  /** The segment's origin. */
  readonly serviceType: string | undefined;
}

/** A rule that the SDK has fetched from X-Ray, with its counters and its share of the reservoir. */
export interface CentralRule {
  getName(): string;
  getRate(): number;
  canBorrow(): boolean;
  getReservoir(): { borrowOrTake(now: number, canBorrow: boolean): "borrow" | "take" | false | undefined };
  incrementRequestCount(): void;
  incrementBorrowCount(): void;
  incrementSampledCount(): void;
}

/** The SDK's sampler, which its typings leave out. */
export interface SdkSampler {
  /** Begins to fetch rules and targets through the daemon. */
  start(): void;
  readonly ruleCache: { getMatchedRule(request: SampleRequest, now: number): CentralRule | null | undefined };
  readonly localSampler: { readonly rules: readonly { readonly reservoir: { isSampled(): boolean } }[] };
}

/** Decides which requests are sampled. */
export interface Sampler {
  start(): void;
  /**
   * The name of the central rule that sampled the request, `true` when the local rule did, `false` when it isn't
   * sampled.
   */
  decide(request: SampleRequest): string | boolean;
}

/**
 * Decides as the SDK's own `shouldSample` does, with its rules, reservoirs and counters: by the central rules once the
 * daemon has fetched them, until then by the local default, one request a second and 5 % of the rest. `shouldSample`
 * itself composes debug lines for every request, read or not, which is the dearest thing that would happen to a request
 * that isn't sampled. https://docs.aws.amazon.com/xray/latest/devguide/xray-console-sampling.html
 *
 * @param random uniform over [0, 1)
 */
export function createSampler(sdk: SdkSampler, random: () => number = Math.random): Sampler {
  return {
    start: () => sdk.start(),
    decide(request) {
      const now = Math.floor(Date.now() / 1000);
      const rule = sdk.ruleCache.getMatchedRule(request, now);
      if (!rule) {
        // The default rule is the last of the local ones, and without rules of our own the only one.
        return sdk.localSampler.rules.at(-1)?.reservoir.isSampled() ?? false;
      }
      rule.incrementRequestCount();
      const share = rule.getReservoir().borrowOrTake(now, rule.canBorrow());
      if (share === "borrow") {
        rule.incrementBorrowCount();
      } else if (share === "take" || random() < rule.getRate()) {
        rule.incrementSampledCount();
      } else {
        return false;
      }
      return rule.getName();
    },
  };
}
