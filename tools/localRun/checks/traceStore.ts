import { setTimeout as sleep } from "node:timers/promises";
import type { DaemonEvent } from "../standIns/daemon/daemon";
import type { SegmentDocument } from "../standIns/daemon/segmentDocument";

/** What the daemons of a run have delivered, and what X-Ray would have refused. */
export class TraceStore {
  readonly segments: SegmentDocument[] = [];
  readonly refused: Extract<DaemonEvent, { kind: "refused" }>[] = [];
  /** What daemons could not deliver. */
  readonly lost: Extract<DaemonEvent, { kind: "lost" }>[] = [];
  private readonly asked = new Map<string, number>();

  /** When the app of a task first got the account's sampling rules, in milliseconds since 1970. */
  rulesAskedAt(family: string): number | undefined {
    return this.asked.get(family);
  }

  /** How many segments daemons could not deliver. */
  get lostCount(): number {
    return this.lost.reduce((sum, { count }) => sum + count, 0);
  }

  /** The segments of each trace. */
  get traces(): ReadonlyMap<string, readonly SegmentDocument[]> {
    return byTrace(this.segments);
  }

  /** Takes what the daemon of a task reports. */
  add(family: string, event: DaemonEvent): void {
    if (event.kind === "delivered") this.segments.push(...event.documents);
    if (event.kind === "refused") this.refused.push(event);
    if (event.kind === "lost") this.lost.push(event);
    if (event.kind === "asked" && event.operation === "POST /GetSamplingRules" && event.status === 200) {
      if (!this.asked.has(family)) this.asked.set(family, Date.now());
    }
  }
}

/** Segments by the trace they belong to. */
export function byTrace(segments: readonly SegmentDocument[]): Map<string, SegmentDocument[]> {
  const traces = new Map<string, SegmentDocument[]>();
  for (const segment of segments) {
    const others = traces.get(segment.trace_id);
    if (others === undefined) traces.set(segment.trace_id, [segment]);
    else others.push(segment);
  }
  return traces;
}

/** How often a condition is looked at, in milliseconds. */
const pollMs = 20;

/**
 * Waits until a condition holds; false when it does not within the time.
 *
 * @param signal ends the wait with an `AbortError`
 */
export async function holdsWithin(ms: number, condition: () => boolean, signal: AbortSignal): Promise<boolean> {
  const deadline = Date.now() + ms;
  while (!condition()) {
    if (Date.now() >= deadline) return false;
    await sleep(pollMs, undefined, { signal });
  }
  return true;
}
