/** How many requests took how long. */
export interface HistogramEntry {
  /** Seconds. */
  readonly value: number;
  readonly count: number;
}

/** The latency which the given share of the requests did not exceed, by the nearest rank; NaN when there are none. */
export function percentile(histogram: readonly HistogramEntry[], share: number): number {
  const sorted = histogram.filter(({ count }) => count > 0).sort((a, b) => a.value - b.value);
  const rank = Math.max(1, Math.ceil(sorted.reduce((sum, { count }) => sum + count, 0) * share));
  let counted = 0;
  for (const { value, count } of sorted) {
    counted += count;
    if (counted >= rank) return value;
  }
  return Number.NaN;
}

/** Milliseconds which half, 90 % and 99 % of the requests did not exceed; absent when there are none. */
export interface Percentiles {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
}

export function percentilesOf(histogram: readonly HistogramEntry[]): Percentiles | undefined {
  const ms = (share: number) => Math.round(percentile(histogram, share) * 1e6) / 1e3;
  return histogram.some(({ count }) => count > 0) ? { p50: ms(0.5), p90: ms(0.9), p99: ms(0.99) } : undefined;
}

/** Requests that took at least `from` and less than `to` seconds. */
export interface Bucket {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** Where buckets begin, from one power of ten to the next: latencies differ by orders of magnitude. */
const steps = [1, 2, 5];

/** The requests in buckets of 1, 2 and 5 times the powers of ten, from the quickest to the slowest without a gap. */
export function bucketsOf(histogram: readonly HistogramEntry[]): Bucket[] {
  const counted = histogram.filter(({ count }) => count > 0);
  if (counted.length === 0) return [];
  const index = (seconds: number): number => {
    // Segments have their times in milliseconds, so all below one is the same.
    const value = Math.max(seconds, 5e-4);
    const power = Math.floor(Math.log10(value) + 1e-9);
    const lead = value / 10 ** power + 1e-9;
    return power * steps.length + steps.filter((step) => step <= lead).length - 1;
  };
  const start = (at: number): number => {
    const power = Math.floor(at / steps.length);
    return Number(((steps[at - power * steps.length] ?? 1) * 10 ** power).toPrecision(1));
  };
  const indices = counted.map(({ value }) => index(value));
  const [first, last] = [Math.min(...indices), Math.max(...indices)];
  return Array.from({ length: last - first + 1 }, (_, offset) => {
    const at = first + offset;
    const count = counted.reduce((sum, entry, entryIndex) => sum + (indices[entryIndex] === at ? entry.count : 0), 0);
    return { from: start(at), to: start(at + 1), count };
  });
}
