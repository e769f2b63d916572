import { setTimeout as sleep } from "node:timers/promises";
import { byTrace } from "../../traces/segments";
import type { DaemonEvent } from "../standIns/daemon/events";
import type { SegmentDocument } from "../standIns/daemon/segmentDocument";

/** What the daemons of a run have delivered, and what X-Ray would have refused. */
export class TraceStore {
  readonly segments: SegmentDocument[] = [];
  readonly refused: Extract<DaemonEvent, { kind: "refused" }>[] = [];
  /** What daemons could not deliver. */
  readonly lost: Extract<DaemonEvent, { kind: "lost" }>[] = [];
  private readonly asked = new Map<string, number>();

  /** @param onSegments takes what is delivered, as it comes */
  constructor(private readonly onSegments: (documents: readonly SegmentDocument[]) => void = () => undefined) {}

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

  /**
   * Waits until no segment has arrived for a while.
   *
   * @param signal ends the wait with an `AbortError`
   */
  async waitUntilNothingArrives(ms: number, signal?: AbortSignal): Promise<void> {
    let count: number;
    do {
      count = this.segments.length;
      await sleep(ms, undefined, { signal });
    } while (this.segments.length > count);
  }

  /** Takes what the daemon of a task reports. */
  add(family: string, event: DaemonEvent): void {
    if (event.kind === "delivered") {
      this.segments.push(...event.documents);
      this.onSegments(event.documents);
    }
    if (event.kind === "refused") this.refused.push(event);
    if (event.kind === "lost") this.lost.push(event);
    if (event.kind === "asked" && event.operation === "POST /GetSamplingRules" && event.status === 200) {
      if (!this.asked.has(family)) this.asked.set(family, Date.now());
    }
  }
}
