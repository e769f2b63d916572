import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { EventEmitter, once } from "node:events";
import { defaultSamplingRule, type SamplingRule } from "../../../tools/localRun/checks/sampling";
import { CollectorStandIn } from "../../../tools/localRun/standIns/collector/collector";
import { DaemonStandIn } from "../../../tools/localRun/standIns/daemon/daemon";
import type { DaemonEvent } from "../../../tools/localRun/standIns/daemon/events";
import type { SegmentDocument } from "../../../tools/localRun/standIns/daemon/segmentDocument";
import { assemble } from "./assemble";

/** A segment as the daemon takes it; a part of one is a segment, too. */
export type Segment = Extract<SegmentDocument, { readonly type?: undefined }>;

/**
 * The local run's stand-ins for the daemon and for the collector, which refuse what X-Ray would, on ports of this
 * machine.
 */
export interface Daemon {
  /** For `AWS_XRAY_DAEMON_ADDRESS`. */
  readonly address: string;
  /** For `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly endpoint: string;
  /** What the sampling API was asked, as `method path`. */
  readonly calls: readonly string[];
  /** What has come so far. */
  readonly segments: readonly Segment[];
  /** Resolves when so many segments have come. */
  delivered(count: number): Promise<void>;
  /**
   * Closes it when it has read all that was sent before, so whatever sends must have been ended.
   *
   * @returns all segments
   * @throws when one was refused, or there is another number of them
   */
  received(count: number): Promise<readonly Segment[]>;
  close(): Promise<void>;
}

/** A datagram behind which there is none of a service that has ended. */
const LAST = "the last";

/** @param rules what differs from the default rule in each of the account's sampling rules */
export async function startDaemon(rules: readonly Partial<SamplingRule>[] = []): Promise<Daemon> {
  const documents: SegmentDocument[] = [];
  const calls: string[] = [];
  const refused: string[] = [];
  const events = new EventEmitter();
  const host = "127.0.0.1";
  const any = { host, port: 0 };
  const common = {
    rules: rules.map((rule) => ({ ...defaultSamplingRule, ...rule })),
    onEvent(event: DaemonEvent) {
      if (event.kind === "delivered") documents.push(...event.documents);
      if (event.kind === "asked") calls.push(event.operation);
      if (event.kind === "refused" && event.start !== LAST) refused.push(...event.problems, event.start);
      events.emit(event.kind === "refused" ? event.start : event.kind);
    },
  };
  const standIn = new DaemonStandIn({ ...common, udp: any, tcp: any });
  const configuration = { otlp: any, healthCheck: undefined, proxy: undefined, indexed: [] };
  const collector = new CollectorStandIn({ ...common, configuration });
  const { udpPort, tcpPort } = await standIn.listen();
  const { otlp } = await collector.listen();
  let closed: Promise<unknown> | undefined;
  const close = async () => {
    closed ??= Promise.all([standIn.close(), collector.close()]);
    await closed;
  };
  return {
    address: `tcp:${host}:${tcpPort} udp:${host}:${udpPort}`,
    endpoint: `http://${host}:${otlp}`,
    calls,
    get segments() {
      return assemble(documents);
    },
    async delivered(count) {
      while (assemble(documents).length < count) await once(events, "delivered");
    },
    async received(count) {
      const read = once(events, LAST);
      const sender = createSocket("udp4");
      sender.send(LAST, udpPort, host, () => sender.close());
      await read;
      await close();
      assert.deepEqual(refused, []);
      const segments = assemble(documents);
      assert.equal(segments.length, count, JSON.stringify(segments));
      return segments;
    },
    close,
  };
}
