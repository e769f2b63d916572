import assert from "node:assert/strict";
import { type CentralRule, createSampler, type SdkSampler } from "../../../../app/tracing/xray/sampler";

const request = { host: "hello", httpMethod: "GET", urlPath: "/", serviceName: "hello", serviceType: undefined };

/** An SDK's sampler with one central rule, which notes what is counted. */
function samplerWith(share: "borrow" | "take" | false | undefined, rate: number, counted: string[]): SdkSampler {
  const rule: CentralRule = {
    getName: () => "Default",
    getRate: () => rate,
    canBorrow: () => true,
    getReservoir: () => ({
      borrowOrTake: (now, canBorrow) => {
        assert.ok(Math.abs(now - Date.now() / 1000) < 2 && canBorrow);
        return share;
      },
    }),
    incrementRequestCount: () => counted.push("request"),
    incrementBorrowCount: () => counted.push("borrow"),
    incrementSampledCount: () => counted.push("sampled"),
  };
  const ruleCache = {
    getMatchedRule: (asked: unknown) => {
      assert.equal(asked, request);
      return rule;
    },
  };
  return { start: () => counted.push("start"), ruleCache, localSampler: { rules: [] } };
}

describe("createSampler", () => {
  const cases: [share: "borrow" | "take" | false | undefined, random: number, decision: unknown, counted: string[]][] =
    [
      ["borrow", 0.99, "Default", ["request", "borrow"]],
      ["take", 0.99, "Default", ["request", "sampled"]],
      [false, 0.049, "Default", ["request", "sampled"]],
      [false, 0.05, false, ["request"]],
      [undefined, 0.05, false, ["request"]],
    ];
  for (const [share, random, decision, expected] of cases) {
    it(`decides ${decision} when the reservoir says ${share} and chance ${random}`, () => {
      const counted: string[] = [];
      assert.equal(createSampler(samplerWith(share, 0.05, counted), () => random).decide(request), decision);
      assert.deepEqual(counted, expected);
    });
  }

  it("never samples by a rule of rate 0", () => {
    assert.equal(createSampler(samplerWith(false, 0, []), () => 0).decide(request), false);
  });

  it("falls back on the local rule", () => {
    const local = (...sampled: boolean[]): SdkSampler => ({
      start: () => {},
      ruleCache: { getMatchedRule: () => null },
      localSampler: { rules: sampled.map((answer) => ({ reservoir: { isSampled: () => answer } })) },
    });
    assert.equal(createSampler(local(true)).decide(request), true);
    assert.equal(createSampler(local(true, false)).decide(request), false);
    assert.equal(createSampler(local()).decide(request), false);
  });

  it("starts the SDK's pollers", () => {
    const counted: string[] = [];
    createSampler(samplerWith(false, 0, counted)).start();
    assert.deepEqual(counted, ["start"]);
  });
});
