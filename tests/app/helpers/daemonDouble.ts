import assert from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import type { RequestListener } from "node:http";
import { LocalServer } from "../../processes/localServer";

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
  /** Waits until this many segments have come, and a little longer for any that should not. */
  received(count: number): Promise<SegmentDocument[]>;
  close(): Promise<void>;
}

export async function startDaemonDouble(rules: readonly SamplingRule[] = []): Promise<DaemonDouble> {
  const segments: SegmentDocument[] = [];
  const calls: string[] = [];
  const { tcp, udp } = await listenOnOnePort((request, response) => {
    calls.push(`${request.method} ${request.url}`);
    request.resume();
    const records = rules.map((rule) => ({ SamplingRule: { ...ANYTHING, ...rule } }));
    response.end(JSON.stringify({ SamplingRuleRecords: records }));
  });
  udp.on("message", (message) => {
    const [header, document, ...rest] = message.toString("utf8").split("\n");
    assert.equal(header, '{"format":"json","version":1}');
    assert.deepEqual(rest, []);
    segments.push(JSON.parse(String(document)));
  });
  return {
    address: `127.0.0.1:${tcp.port}`,
    segments,
    calls,
    async received(count) {
      while (segments.length < count) await once(udp, "message");
      // Longer than a service waits to send several at once.
      await pause(60);
      assert.equal(segments.length, count, JSON.stringify(segments));
      return segments;
    },
    async close() {
      udp.close();
      await tcp.close();
    },
  };
}

/** A port that is free for TCP may be taken for UDP, by a socket that is only sent from; then another is tried. */
async function listenOnOnePort(listener: RequestListener): Promise<{ tcp: LocalServer; udp: Socket }> {
  for (;;) {
    const tcp = await new LocalServer(listener).listen();
    const udp = createSocket("udp4");
    try {
      udp.bind(tcp.port, "127.0.0.1");
      await once(udp, "listening");
      return { tcp, udp };
    } catch (error) {
      udp.close();
      await tcp.close();
      if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") {
        throw error;
      }
    }
  }
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
