import assert from "node:assert/strict";
import fc from "fast-check";
import { bucketsOf, percentile, percentilesOf } from "../../../tools/traces/latency";

const anyHistogram = fc.array(
  fc.record({ value: fc.double({ min: 0, max: 100, noNaN: true }), count: fc.integer({ min: 0, max: 20 }) }),
);

describe("percentiles", () => {
  const hundred = Array.from({ length: 100 }, (_, index) => ({ value: (100 - index) / 1000, count: 1 }));
  it("are by the nearest rank, in milliseconds", () => {
    assert.deepEqual(percentilesOf(hundred), { p50: 50, p90: 90, p99: 99 });
    assert.deepEqual(percentilesOf([{ value: 0.0105, count: 3 }]), { p50: 10.5, p90: 10.5, p99: 10.5 });
    const weighted = [
      { value: 2, count: 1 },
      { value: 1, count: 9 },
    ];
    assert.deepEqual(percentilesOf(weighted), { p50: 1000, p90: 1000, p99: 2000 });
  });

  it("are absent without requests", () => {
    assert.equal(percentilesOf([]), undefined);
    assert.equal(percentilesOf([{ value: 1, count: 0 }]), undefined);
    assert.ok(Number.isNaN(percentile([], 0.5)));
  });

  it("are one of the latencies, which the share of the requests did not exceed", () => {
    fc.assert(
      fc.property(anyHistogram, fc.double({ min: 0.01, max: 1, noNaN: true }), (histogram, share) => {
        const total = histogram.reduce((sum, { count }) => sum + count, 0);
        if (total === 0) return;
        const found = percentile(histogram, share);
        const upTo = (limit: (value: number) => boolean) =>
          histogram.reduce((sum, { value, count }) => sum + (limit(value) ? count : 0), 0);
        assert.ok(histogram.some(({ value, count }) => value === found && count > 0));
        assert.ok(upTo((value) => value <= found) >= total * share);
        assert.ok(upTo((value) => value < found) < Math.max(1, Math.ceil(total * share)));
      }),
    );
  });
});

describe("buckets", () => {
  it("go from 1 to 2 to 5 to 10, without a gap", () => {
    const histogram = [0.001, 0.0019, 0.02, 0.05].map((value) => ({ value, count: 1 }));
    assert.deepEqual(
      bucketsOf(histogram).map(({ from, to, count }) => [from, to, count]),
      [
        [0.001, 0.002, 2],
        [0.002, 0.005, 0],
        [0.005, 0.01, 0],
        [0.01, 0.02, 0],
        [0.02, 0.05, 1],
        [0.05, 0.1, 1],
      ],
    );
    assert.deepEqual(bucketsOf([]), []);
  });

  it("hold every request once, at its place", () => {
    fc.assert(
      fc.property(anyHistogram, (histogram) => {
        const buckets = bucketsOf(histogram);
        const total = histogram.reduce((sum, { count }) => sum + count, 0);
        assert.equal(
          buckets.reduce((sum, { count }) => sum + count, 0),
          total,
        );
        for (const [index, { from, to }] of buckets.entries()) {
          assert.ok(from < to);
          if (index > 0) assert.equal(buckets[index - 1]?.to, from);
        }
        for (const one of histogram) {
          const [bucket] = bucketsOf([one]);
          if (bucket === undefined) continue;
          assert.ok(one.value >= bucket.from * (1 - 1e-8) || one.value < 5e-4, `${one.value} ${bucket.from}`);
          assert.ok(one.value < bucket.to, `${one.value} ${bucket.to}`);
        }
      }),
    );
  });
});
