import { Agent, request } from "node:http";
import { isFrom, type RunId } from "../identity";
import { type Expectation, isExpected } from "./expectations";

/** How a series of requests went. */
export interface RequestSeries {
  readonly sent: number;
  /** Why requests failed, one text each. */
  readonly failures: readonly string[];
  /** Milliseconds each request took, the quickest first. */
  readonly latencies: readonly number[];
  readonly requestsPerSecond: number;
  /** The last body that was as expected. */
  readonly body: string;
  /** First and last moment, in milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
}

/** Who is to answer. */
export interface Answerer {
  /** Such as `http://127.0.0.1:8080`. */
  readonly origin: string;
  readonly run: RunId;
}

/** Longest time for one answer, in milliseconds. */
const requestTimeoutMs = 5000;

/**
 * Sends requests one after the other over one connection, as `ab -k -c 1` does.
 *
 * @param signal ends the series with an `AbortError`
 */
export async function sendRequests(
  answerer: Answerer,
  expectation: Expectation,
  count: number,
  signal: AbortSignal,
  headers: Readonly<Record<string, string>> = {},
): Promise<RequestSeries> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const failures: string[] = [];
  let body = "";
  const latencies: number[] = [];
  const from = Date.now();
  const startedAt = performance.now();
  for (let sent = 0; sent < count; sent++) {
    const before = performance.now();
    const answer = await sendOne(answerer, expectation, agent, headers);
    // What fails while the service is being stopped says nothing about it.
    signal.throwIfAborted();
    latencies.push(performance.now() - before);
    if (answer.failure === undefined) body = answer.body;
    else failures.push(answer.failure);
  }
  const seconds = (performance.now() - startedAt) / 1000;
  agent.destroy();
  latencies.sort((a, b) => a - b);
  return { sent: count, failures, latencies, body, requestsPerSecond: count / seconds, from, to: Date.now() };
}

/** The latency which the given share of the requests did not exceed, by the nearest rank. */
export function percentile({ latencies }: Pick<RequestSeries, "latencies">, share: number): number {
  return latencies[Math.max(0, Math.ceil(latencies.length * share) - 1)] ?? Number.NaN;
}

interface OneAnswer {
  readonly body: string;
  /** Why it is not what was expected. */
  readonly failure?: string;
}

/** Sends one request. */
function sendOne(
  { origin, run }: Answerer,
  expected: Expectation,
  agent: Agent,
  headers: Readonly<Record<string, string>>,
): Promise<OneAnswer> {
  return new Promise((resolve) => {
    const fail = (error: Error): void => resolve({ body: "", failure: error.message });
    const sent = request(new URL(expected.path, origin), { agent, headers, timeout: requestTimeoutMs }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        body += chunk;
      });
      response.on("end", () => {
        if (!isFrom(run, response))
          return resolve({ body, failure: "was answered by a program that is not of this run" });
        const good = response.statusCode === 200 && isExpected(expected, body);
        const failure = `answered ${response.statusCode} ${JSON.stringify(body.slice(0, 100))}`;
        resolve(good ? { body } : { body, failure });
      });
      response.on("error", fail);
    });
    sent.on("timeout", () => sent.destroy(new Error(`no answer within ${requestTimeoutMs / 1000} s`)));
    sent.on("error", fail);
    sent.end();
  });
}
