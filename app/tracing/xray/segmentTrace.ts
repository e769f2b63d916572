import { randomBytes } from "node:crypto";
import { httpRequestData, httpResponseData, outcomeFlags, type RawRequest } from "../httpData";
import { callHeader, decisionHeader, newTraceId, TRACE_HEADER, type TraceHeader } from "../traceHeader";
import {
  type LeftOut,
  leftOut,
  MOST_SUBSEGMENTS,
  type RequestOutcome,
  type RequestTrace,
  type Subsegment,
  type SubsegmentData,
  type TraceScope,
} from "../tracer";
import { type Failure, type SubsegmentParts, writeSegment } from "./segmentDocument";

/** What a trace needs of its tracer. */
export interface SegmentMaker {
  /** What all segments of the service say, but for the rule that sampled the request. */
  describeService(rule: string | true): object;
  /** Told once, when the request and all its subsegments have ended: the trace is complete. */
  finished(trace: SegmentTrace): void;
  /** Told when the request has ended before a subsegment. */
  unfinished(trace: SegmentTrace): void;
}

/**
 * The trace of a sampled request. It notes only what will be gone later; the segment is written when it is sent.
 */
export class SegmentTrace implements RequestTrace {
  readonly sampled = true;
  private readonly startTime = Date.now() / 1000;
  private readonly subsegments: OpenSubsegment[] = [];
  private ids: { readonly traceId: string; readonly id: string } | undefined;
  private failure: Failure | undefined;
  private ending: { readonly time: number; readonly outcome: RequestOutcome } | undefined;
  private begun = 0;
  private leftOut = 0;
  private open = 0;
  private written = false;

  constructor(
    private readonly maker: SegmentMaker,
    private readonly request: RawRequest,
    private readonly header: TraceHeader,
    private readonly rule: string | true,
  ) {}

  get traceId(): string {
    return this.getIds().traceId;
  }

  get responseHeader(): string | undefined {
    return this.header.sampled === "?" ? decisionHeader(this.traceId, true) : undefined;
  }

  callHeaders() {
    const { traceId, id } = this.getIds();
    return { [TRACE_HEADER]: callHeader(traceId, id) };
  }

  begin(name: string, data?: SubsegmentData): Subsegment {
    return this.beginIn(this.subsegments, this, name, data);
  }

  /** Begins a subsegment in a list of its siblings. */
  beginIn(siblings: OpenSubsegment[], parent: TraceScope, name: string, data: SubsegmentData | undefined): Subsegment {
    if (this.begun >= MOST_SUBSEGMENTS) {
      this.leftOut++;
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

  /**
   * The segment document, and what it lacks because it would have been too large; nothing before the request has
   * ended, and once only.
   */
  write(): { readonly text: string; readonly leftOut: LeftOut | undefined } | undefined {
    if (this.ending === undefined || this.written) {
      return undefined;
    }
    this.written = true;
    const { time, outcome } = this.ending;
    const { traceId, id } = this.getIds();
    const fields = {
      id,
      trace_id: traceId,
      ...(this.header.parent === undefined ? {} : { parent_id: this.header.parent }),
      ...this.maker.describeService(this.rule),
      start_time: this.startTime,
      end_time: time,
      http: { request: httpRequestData(this.request), response: httpResponseData(outcome) },
      ...outcomeFlags(outcome),
    };
    return writeSegment({ fields, failure: this.failure, children: this.subsegments, leftOut: this.leftOut });
  }

  private getIds() {
    this.ids ??= { traceId: this.header.root ?? newTraceId(this.startTime), id: newId() };
    return this.ids;
  }
}

function newId(): string {
  return randomBytes(8).toString("hex");
}

class OpenSubsegment implements Subsegment, SubsegmentParts {
  readonly sampled = true;
  readonly id = newId();
  readonly startTime = Date.now() / 1000;
  readonly children: OpenSubsegment[] = [];
  endTime: number | undefined;
  failure: Failure | undefined;

  constructor(
    private readonly trace: SegmentTrace,
    readonly name: string,
    public data: SubsegmentData = {},
  ) {}

  get traceId(): string {
    return this.trace.traceId;
  }

  callHeaders() {
    return { [TRACE_HEADER]: callHeader(this.traceId, this.id) };
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
}

/** A block of which one part is known at the beginning and the other at the end. */
function merged<Key extends "http" | "aws">(key: Key, before: SubsegmentData, after: SubsegmentData) {
  return before[key] === undefined || after[key] === undefined ? {} : { [key]: { ...before[key], ...after[key] } };
}
