import type { Result } from "autocannon";
import type { Load, LoadResult } from "./loadResult";
import { maxSeconds } from "./remoteLoad";

/** Sends load from this machine; what was answered until `interrupted` is the result, too. */
export async function sendFromHere(load: Load, interrupted: AbortSignal): Promise<LoadResult> {
  const { default: autocannon } = await import("autocannon");
  const ended = AbortSignal.any([interrupted, AbortSignal.timeout(maxSeconds * 1000)]);
  const { latency, requests, duration, errors, non2xx } = await new Promise<Result>((resolve, reject) => {
    const options = { url: load.url, amount: load.requests, connections: load.concurrency };
    const sending = autocannon(options, (error: unknown, result) => (error ? reject(error) : resolve(result)));
    ended.addEventListener("abort", () => sending.stop());
  });
  const completed = requests.total;
  return {
    ...load,
    completed,
    failed: errors + non2xx,
    seconds: duration,
    perSecond: duration === 0 ? 0 : Math.round((completed / duration) * 10) / 10,
    percentiles: { 50: latency.p50, 75: latency.p75, 90: latency.p90, 99: latency.p99, 100: latency.max },
  };
}
