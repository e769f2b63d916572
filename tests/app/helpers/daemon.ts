import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { defaultSamplingRule, type SamplingRule } from "../../../tools/localRun/checks/sampling";
import { DaemonStandIn } from "../../../tools/localRun/standIns/daemon/daemon";
import type { SegmentDocument } from "../../../tools/localRun/standIns/daemon/segmentDocument";

/** A segment as the daemon takes it; a part of one is a segment, too. */
export type Segment = Extract<SegmentDocument, { readonly type?: undefined }>;

/** The local run's stand-in for the daemon, which refuses what X-Ray would, on ports of this machine. */
export interface Daemon {
  /** For `AWS_XRAY_DAEMON_ADDRESS`. */
  readonly address: string;
  readonly udp: { readonly host: string; readonly port: number };
  readonly tcp: { readonly host: string; readonly port: number };
  readonly segments: readonly Segment[];
  /** What the sampling API was asked, as `method path`. */
  readonly calls: readonly string[];
  /** Waits until this many segments have come, and a little longer for any that should not. Fails when one is refused. */
  received(count: number): Promise<readonly Segment[]>;
  close(): Promise<void>;
}

/** @param rules what differs from the default rule in each of the account's sampling rules */
export async function startDaemon(rules: readonly Partial<SamplingRule>[] = []): Promise<Daemon> {
  const segments: Segment[] = [];
  const calls: string[] = [];
  const refused: string[] = [];
  const events = new EventEmitter();
  const host = "127.0.0.1";
  const standIn = new DaemonStandIn({
    udp: { host, port: 0 },
    tcp: { host, port: 0 },
    rules: rules.map((rule) => ({ ...defaultSamplingRule, ...rule })),
    onEvent(event) {
      if (event.kind === "delivered") segments.push(...event.documents.filter(isSegment));
      if (event.kind === "asked") calls.push(event.operation);
      if (event.kind === "refused") refused.push(...event.problems, event.start);
      events.emit("event");
    },
  });
  const { udpPort, tcpPort } = await standIn.listen();
  return {
    address: `tcp:${host}:${tcpPort} udp:${host}:${udpPort}`,
    udp: { host, port: udpPort },
    tcp: { host, port: tcpPort },
    segments,
    calls,
    async received(count) {
      // Longer than a service waits to send several at once, and the stand-in for news before it delivers them.
      if (segments.length >= count) await pause(200);
      while (segments.length < count && refused.length === 0) await once(events, "event");
      assert.deepEqual(refused, []);
      assert.equal(segments.length, count, JSON.stringify(segments));
      return segments;
    },
    close: () => standIn.close(),
  };
}

const isSegment = (document: SegmentDocument): document is Segment => document.type === undefined;

/** A daemon for each test of the suite which calls this. */
export function daemonOfEachTest(): () => Daemon {
  let daemon: Daemon | undefined;
  beforeEach(async () => {
    daemon = await startDaemon();
  });
  afterEach(() => daemon?.close());
  return () => daemon ?? assert.fail("there is a daemon only while a test runs");
}
