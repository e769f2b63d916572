import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { LocalServer } from "../../helpers/localServer";

/** A rule as GetSamplingRules answers it: https://docs.aws.amazon.com/xray/latest/api/API_SamplingRule.html */
export interface SamplingRule {
  readonly RuleName: string;
  readonly Priority: number;
  readonly FixedRate: number;
  readonly ReservoirSize: number;
  readonly URLPath?: string;
  readonly ServiceType?: string;
}

/** The fields of a segment document that tests look at one by one. */
export interface SegmentDocument extends Record<string, unknown> {
  readonly trace_id: string;
  readonly id: string;
  readonly start_time: number;
  readonly end_time: number;
}

/** An X-Ray daemon as a service sees it: segments on UDP, the sampling API on TCP, both on one port. */
export interface DaemonDouble {
  readonly address: string;
  readonly segments: SegmentDocument[];
  /** Sampling API requests, as `method path`. */
  readonly calls: string[];
  /** Waits until `count` segments have come, and a little longer for any that should not. */
  received(count: number): Promise<SegmentDocument[]>;
  close(): Promise<void>;
}

/** A port on which nothing listens. */
export async function freePort(): Promise<number> {
  const server = await new LocalServer().listen();
  const { port } = server;
  await server.close();
  return port;
}

export async function startDaemonDouble(rules: readonly SamplingRule[] = []): Promise<DaemonDouble> {
  const segments: SegmentDocument[] = [];
  const calls: string[] = [];
  const tcp = await new LocalServer((request, response) => {
    calls.push(`${request.method} ${request.url}`);
    request.resume();
    const records = rules.map((rule) => ({ SamplingRule: { ...ANYTHING, ...rule } }));
    response.end(JSON.stringify({ SamplingRuleRecords: records }));
  }).listen();
  const { port } = tcp;
  const udp = createSocket("udp4");
  udp.on("message", (message) => {
    const [header, document, ...rest] = message.toString("utf8").split("\n");
    assert.equal(header, '{"format":"json","version":1}');
    assert.deepEqual(rest, []);
    segments.push(JSON.parse(String(document)));
  });
  udp.bind(port, "127.0.0.1");
  await once(udp, "listening");
  return {
    address: `127.0.0.1:${port}`,
    segments,
    calls,
    async received(count) {
      for (let waited = 0; segments.length < count && waited < 5000; waited += 10) {
        await pause(10);
      }
      await pause(50);
      assert.equal(segments.length, count, JSON.stringify(segments));
      return segments;
    },
    async close() {
      udp.close();
      await tcp.close();
    },
  };
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

const ANYTHING = {
  Version: 1,
  ResourceARN: "*",
  Attributes: {},
  Host: "*",
  HTTPMethod: "*",
  ServiceName: "*",
  ServiceType: "*",
  URLPath: "*",
};
