import { Agent, request } from "node:http";

/** What a service is to answer. */
export interface Expectation {
  readonly path: string;
  readonly body: string;
}

/** How a series of requests went. */
export interface RequestSeries {
  readonly sent: number;
  /** Why requests failed, one text each. */
  readonly failures: readonly string[];
  /** Milliseconds each request took, the quickest first. */
  readonly latencies: readonly number[];
  readonly requestsPerSecond: number;
  /** First and last moment, in milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
}

/** Longest time for one answer, in milliseconds. */
const requestTimeoutMs = 5000;

/**
 * Sends requests one after the other over one connection, as `ab -k -c 1` does.
 *
 * @param origin such as `http://127.0.0.1:8080`
 * @param signal ends the series with an `AbortError`
 */
export async function sendRequests(
  origin: string,
  expectation: Expectation,
  count: number,
  signal: AbortSignal,
  headers: Readonly<Record<string, string>> = {},
): Promise<RequestSeries> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const failures: string[] = [];
  const latencies: number[] = [];
  const from = Date.now();
  const startedAt = performance.now();
  for (let sent = 0; sent < count; sent++) {
    const before = performance.now();
    const failure = await sendOne(new URL(expectation.path, origin), expectation.body, agent, headers);
    // What fails while the service is being stopped says nothing about it.
    signal.throwIfAborted();
    latencies.push(performance.now() - before);
    if (failure !== undefined) failures.push(failure);
  }
  const seconds = (performance.now() - startedAt) / 1000;
  agent.destroy();
  latencies.sort((a, b) => a - b);
  return { sent: count, failures, latencies, requestsPerSecond: count / seconds, from, to: Date.now() };
}

/** The latency which the given share of the requests did not exceed, by the nearest rank. */
export function percentile({ latencies }: Pick<RequestSeries, "latencies">, share: number): number {
  return latencies[Math.max(0, Math.ceil(latencies.length * share) - 1)] ?? Number.NaN;
}

/** Sends one request; returns why it failed, or undefined. */
function sendOne(
  url: URL,
  expected: string,
  agent: Agent,
  headers: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const sent = request(url, { agent, headers, timeout: requestTimeoutMs }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        body += chunk;
      });
      response.on("end", () => {
        const good = response.statusCode === 200 && body === expected;
        resolve(good ? undefined : `answered ${response.statusCode} ${JSON.stringify(body.slice(0, 100))}`);
      });
      response.on("error", (error) => resolve(error.message));
    });
    sent.on("timeout", () => sent.destroy(new Error(`no answer within ${requestTimeoutMs / 1000} s`)));
    sent.on("error", (error) => resolve(error.message));
    sent.end();
  });
}
