import { randomBytes } from "node:crypto";
import { callHeader, decisionHeader, type TraceHeader } from "../traceHeader";
import { type RequestOutcome, type RequestTrace, type Subsegment, type SubsegmentData, unsampled } from "../tracer";
import { segmentCause } from "./exception";
import { httpRequestData, httpResponseData, outcomeFlags, type RawRequest } from "./httpData";
import type { XraySdk } from "./sdk";

export type Segment = InstanceType<XraySdk["Segment"]>;

/** What a trace needs of its tracer. */
export interface SegmentMaker {
  /** Makes the segment of a sampled request. */
  makeSegment(header: TraceHeader, rule: string | true): Segment;
  /** Told once, when the request and all its subsegments have ended: the trace is complete. */
  finished(trace: SegmentTrace): void;
  /** Told when the request has ended before a subsegment. */
  unfinished(trace: SegmentTrace): void;
}

/**
 * A segment document may have 64 KiB, so a trace takes this many subsegments of a service; further ones are left out.
 */
const MOST_SUBSEGMENTS = 100;

/**
 * The trace of a sampled request. It notes only what will be gone later; the segment is made when somebody asks for it.
 */
export class SegmentTrace implements RequestTrace {
  readonly sampled = true;
  private readonly startTime = Date.now() / 1000;
  private readonly subsegments: OpenSubsegment[] = [];
  private segment: Segment | undefined;
  private failure: { readonly error: unknown } | undefined;
  private ending: { readonly time: number; readonly outcome: RequestOutcome } | undefined;
  private begun = 0;
  private open = 0;
  private sent = false;

  constructor(
    private readonly maker: SegmentMaker,
    private readonly request: RawRequest,
    private readonly header: TraceHeader,
    private readonly rule: string | true,
  ) {}

  get traceId(): string {
    return this.getSegment().trace_id;
  }

  get responseHeader(): string | undefined {
    return this.header.sampled === "?" ? decisionHeader(this.traceId, true) : undefined;
  }

  callHeader(): string {
    const { trace_id, id } = this.getSegment();
    return callHeader(trace_id, id);
  }

  begin(name: string, data?: SubsegmentData): Subsegment {
    return this.beginIn(this.subsegments, this, name, data);
  }

  /** Begins a subsegment in a list of its siblings. */
  beginIn(siblings: OpenSubsegment[], parent: Parent, name: string, data: SubsegmentData | undefined): Subsegment {
    if (this.begun >= MOST_SUBSEGMENTS) {
      return leftOut(parent);
    }
    const subsegment = new OpenSubsegment(this, name, data);
    siblings.push(subsegment);
    this.begun++;
    this.open++;
    return subsegment;
  }

  subsegmentEnded(): void {
    this.open--;
    if (this.open === 0 && this.ending !== undefined) {
      this.maker.finished(this);
    }
  }

  fail(error: unknown): void {
    this.failure = { error };
  }

  end(outcome: RequestOutcome): void {
    if (this.ending !== undefined) {
      return;
    }
    this.ending = { time: Date.now() / 1000, outcome };
    if (this.open === 0) {
      this.maker.finished(this);
    } else {
      this.maker.unfinished(this);
    }
  }

  /** Sends the segment, once: what ends after that, when the service shuts down, stays in progress. */
  send(): void {
    if (this.ending === undefined || this.sent) {
      return;
    }
    this.sent = true;
    const { time, outcome } = this.ending;
    const segment = this.getSegment();
    segment.end_time = time;
    Object.assign(segment, {
      http: { request: httpRequestData(this.request), response: httpResponseData(outcome) },
      ...outcomeFlags(outcome),
      ...(this.failure === undefined ? {} : { cause: segmentCause(this.failure.error) }),
      ...documentsOf(this.subsegments),
    });
    segment.close();
  }

  private getSegment(): Segment {
    if (this.segment === undefined) {
      this.segment = this.maker.makeSegment(this.header, this.rule);
      this.segment.start_time = this.startTime;
    }
    return this.segment;
  }
}

type Parent = Pick<SegmentTrace, "traceId" | "callHeader">;

/**
 * A subsegment, written by us rather than by the SDK, whose own emits events, counts and streams for what is a few
 * fields here.
 */
class OpenSubsegment implements Subsegment {
  readonly sampled = true;
  private readonly id = randomBytes(8).toString("hex");
  private readonly startTime = Date.now() / 1000;
  private readonly children: OpenSubsegment[] = [];
  private endTime: number | undefined;
  private failure: { readonly error: unknown } | undefined;

  constructor(
    private readonly trace: SegmentTrace,
    private readonly name: string,
    private data: SubsegmentData = {},
  ) {}

  get traceId(): string {
    return this.trace.traceId;
  }

  callHeader(): string {
    return callHeader(this.traceId, this.id);
  }

  begin(name: string, data?: SubsegmentData): Subsegment {
    return this.trace.beginIn(this.children, this, name, data);
  }

  fail(error: unknown): void {
    this.failure = { error };
  }

  end(data: SubsegmentData = {}): void {
    if (this.endTime !== undefined) {
      return;
    }
    this.endTime = Date.now() / 1000;
    this.data = { ...this.data, ...data, ...merged("http", this.data, data), ...merged("aws", this.data, data) };
    this.trace.subsegmentEnded();
  }

  toDocument(): object {
    const status = this.data.http?.response?.status;
    const flags = status === undefined ? {} : outcomeFlags({ status, contentLength: undefined, complete: true });
    // What fails with a good answer, or without any, is a fault.
    const failed = Object.keys(flags).length > 0 ? flags : { fault: true };
    return {
      id: this.id,
      name: this.name,
      start_time: this.startTime,
      ...(this.endTime === undefined ? { in_progress: true } : { end_time: this.endTime }),
      ...this.data,
      ...(this.failure === undefined ? flags : { ...failed, cause: segmentCause(this.failure.error) }),
      ...documentsOf(this.children),
    };
  }
}

/** A block of which one part is known at the beginning and the other at the end. */
function merged<Key extends "http" | "aws">(key: Key, before: SubsegmentData, after: SubsegmentData) {
  return before[key] === undefined || after[key] === undefined ? {} : { [key]: { ...before[key], ...after[key] } };
}

function documentsOf(subsegments: readonly OpenSubsegment[]) {
  return subsegments.length === 0 ? {} : { subsegments: subsegments.map((each) => each.toDocument()) };
}

/** A subsegment too many: whoever is called from it continues the trace below the last place that was recorded. */
function leftOut(parent: Parent): Subsegment {
  const { traceId } = parent;
  const scope: Subsegment = {
    ...unsampled(),
    sampled: true,
    traceId,
    callHeader: () => parent.callHeader(),
    begin: () => scope,
  };
  return scope;
}
