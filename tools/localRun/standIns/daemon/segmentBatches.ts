import type { DaemonEvent } from "./events";
import type { SegmentDocument } from "./segmentDocument";
import type { Uplink } from "./uplink";

/** X-Ray takes so many segments in one call. */
const batchSize = 50;
/** What waits to be sent is sent after 1 s without news; a local run need not wait that long. In milliseconds. */
const idleMs = 100;
/** How many complete segments are remembered; a run that is kept open must not fill the memory. */
const rememberedSegments = 100_000;

/** Segments that wait to be sent to X-Ray, in batches. */
export class SegmentBatches {
  private readonly complete = new Set<string>();
  private batch: SegmentDocument[] = [];
  private idle: NodeJS.Timeout | undefined;
  private readonly sending = new Set<Promise<void>>();

  constructor(
    private readonly uplink: Uplink,
    private readonly onEvent: (event: DaemonEvent) => void,
  ) {}

  /**
   * Takes a segment, unless X-Ray has it already: it wants one complete document for each id of a trace; one in progress
   * may come before it.
   *
   * @returns why it was not taken, one line a reason
   */
  add(document: SegmentDocument): string[] {
    const key = `${document.trace_id} ${document.id}`;
    if (this.complete.has(key)) return ["id: this segment of the trace has been sent complete before"];
    if (this.complete.size >= rememberedSegments) this.complete.clear();
    if (document.in_progress !== true) this.complete.add(key);
    this.batch.push(document);
    clearTimeout(this.idle);
    if (this.batch.length >= batchSize) this.send();
    else this.idle = setTimeout(() => this.send(), idleMs);
    return [];
  }

  /** Sends what waits, and resolves when everything has been sent. */
  async flush(): Promise<void> {
    this.send();
    await Promise.all(this.sending);
  }

  private send(): void {
    clearTimeout(this.idle);
    if (this.batch.length === 0) return;
    const sent = this.uplink.send(this.batch).then((event) => {
      this.onEvent(event);
      this.sending.delete(sent);
    });
    this.sending.add(sent);
    this.batch = [];
  }
}
