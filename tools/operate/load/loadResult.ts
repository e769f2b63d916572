import type { Style } from "../../terminal/style";
import { labelled } from "../columns";

/** What is sent. */
export interface Load {
  readonly url: string;
  /** How many requests. */
  readonly requests: number;
  /** How many at a time. */
  readonly concurrency: number;
}

/** What came of it. */
export interface LoadResult extends Load {
  /** How many came to an end. */
  readonly completed: number;
  /** How many were not answered, or with another status than 2xx. */
  readonly failed: number;
  readonly seconds: number;
  readonly perSecond: number;
  /** Milliseconds within which so many percent were answered; 100 is the longest. */
  readonly percentiles: Readonly<Record<string, number>>;
}

/** The percentiles which both `ab` and autocannon know. */
const percents = ["50", "75", "90", "99", "100"];

/**
 * Reads what `ab` prints (https://httpd.apache.org/docs/2.4/programs/ab.html#output): responses with another status
 * than 2xx are not among its failed requests.
 *
 * @returns nothing when these are not results of `ab`
 */
export function parseAb(output: string, load: Load): LoadResult | undefined {
  const number = (label: string) => /([\d.]+)/.exec(output.split(new RegExp(`^${label}:`, "m"))[1] ?? "")?.[1];
  const completed = number("Complete requests");
  if (completed === undefined) return undefined;
  const lines = [...output.matchAll(/^\s*(\d+)%\s+(\d+)/gm)];
  const times = Object.fromEntries(lines.map(([, percent = "", ms]) => [percent, Number(ms)]));
  return {
    ...load,
    completed: Number(completed),
    // One request can fail in more than one way.
    failed: Math.min(
      Number(completed),
      Number(number("Failed requests") ?? 0) + Number(number("Non-2xx responses") ?? 0),
    ),
    seconds: Number(number("Time taken for tests") ?? 0),
    perSecond: Number(number("Requests per second") ?? 0),
    percentiles: Object.fromEntries(
      percents.flatMap((each) => (times[each] === undefined ? [] : [[each, times[each]]])),
    ),
  };
}

/** The result as lines of at most 80 columns. @param from who sent it */
export function formatResult(result: LoadResult, from: string, style: Style): string[] {
  const { url, requests, concurrency, completed, failed, seconds, perSecond, percentiles } = result;
  const cut = completed < requests ? ` of ${requests}, then it was ended,` : "";
  const times = Object.entries(percentiles).map(
    ([percent, ms]) => `${percent === "100" ? "longest" : `${percent} %`} ${ms}`,
  );
  return [
    ...labelled("load", `${requests} requests, ${concurrency} at a time, from ${from} to ${url}`, 13),
    ...labelled("requests", `${completed}${cut} in ${seconds} s, ${perSecond} a second`, 13),
    ...labelled("failed", failed === 0 ? style("green", "0") : style("red", String(failed)), 13),
    ...labelled("milliseconds", times.join(", ") || "no answers", 13),
  ];
}
