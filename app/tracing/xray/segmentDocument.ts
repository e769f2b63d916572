import { outcomeFlags } from "../httpData";
import { readableAnnotations, readableName } from "../readable";
import type { LeftOut, SubsegmentData } from "../tracer";
import { Exceptions } from "./exception";

/** What a document needs of a subsegment. */
export interface SubsegmentParts {
  readonly id: string;
  readonly name: string;
  readonly startTime: number;
  /** Absent while it is in progress. */
  readonly endTime: number | undefined;
  readonly data: SubsegmentData;
  readonly failure: Failure | undefined;
  readonly children: readonly SubsegmentParts[];
}

/** What was thrown, whatever it is. */
export interface Failure {
  readonly error: unknown;
}

/** What a document needs of a segment, besides what is written as it is. */
export interface SegmentParts {
  readonly fields: object;
  readonly failure: Failure | undefined;
  readonly children: readonly SubsegmentParts[];
  /** How many subsegments were never begun, because there were too many already. */
  readonly leftOut: number;
}

/**
 * X-Ray takes 64 KB a document, and so does the daemon's buffer, with the header before it, and a datagram a little
 * less (https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html).
 */
const MOST_BYTES = 65_000;
/** What is tried, one after the other, until the document fits: frames of each stack, and subsegments in all. */
const LIMITS: readonly (readonly [frames: number, subsegments: number])[] = [
  [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
  [5, Number.POSITIVE_INFINITY],
  [0, Number.POSITIVE_INFINITY],
  ...[64, 32, 16, 8, 4, 2, 1, 0].map((subsegments) => [0, subsegments] as const),
];

/**
 * Writes a segment document. One that is too large loses the frames of its exceptions first and its last subsegments
 * next, and says so in its metadata.
 *
 * @returns the document, and what it lacks
 */
export function writeSegment(parts: SegmentParts): { readonly text: string; readonly leftOut: LeftOut | undefined } {
  let written = { text: "", leftOut: undefined as LeftOut | undefined };
  for (const [frames, subsegments] of LIMITS) {
    written = new Writer(frames, subsegments).write(parts);
    if (Buffer.byteLength(written.text) <= MOST_BYTES) {
      break;
    }
  }
  return written;
}

class Writer {
  private readonly exceptions: Exceptions;
  private skipped = 0;

  constructor(
    frames: number,
    private room: number,
  ) {
    this.exceptions = new Exceptions(frames);
  }

  write({ fields, failure, children, leftOut: never }: SegmentParts) {
    // Subsegments first: an exception is written where it was thrown, and referred to from where it was passed on.
    const below = this.subsegments(children);
    const own = { ...fields, ...this.cause(failure), ...below };
    const lacks = { stack_frames: this.exceptions.framesLeftOut, subsegments: this.skipped + never };
    const leftOut = lacks.stack_frames + lacks.subsegments === 0 ? undefined : lacks;
    const metadata = leftOut === undefined ? {} : { metadata: { tracing: { left_out: leftOut } } };
    return { text: JSON.stringify({ ...own, ...metadata }), leftOut };
  }

  private subsegments(all: readonly SubsegmentParts[]): { readonly subsegments?: readonly object[] } {
    const written = all.flatMap((each) => {
      if (this.room <= 0) {
        this.skipped += count(each);
        return [];
      }
      this.room--;
      return [this.subsegment(each)];
    });
    return written.length === 0 ? {} : { subsegments: written };
  }

  private subsegment({ id, name, startTime, endTime, data, failure, children }: SubsegmentParts): object {
    const status = data.http?.response?.status;
    const flags = status === undefined ? {} : outcomeFlags({ status, contentLength: undefined, complete: true });
    // What fails with a good answer, or without any, is a fault.
    const failed = Object.keys(flags).length > 0 ? flags : { fault: true };
    const below = this.subsegments(children);
    return {
      id,
      name: readableName(name),
      start_time: startTime,
      ...(endTime === undefined ? { in_progress: true } : { end_time: endTime }),
      ...data,
      ...(data.annotations === undefined ? {} : { annotations: readableAnnotations(data.annotations) }),
      ...(failure === undefined ? flags : { ...failed, ...this.cause(failure) }),
      ...below,
    };
  }

  private cause(failure: Failure | undefined): object {
    return failure === undefined ? {} : { cause: this.exceptions.cause(failure.error) };
  }
}

function count({ children }: SubsegmentParts): number {
  return children.reduce((sum, child) => sum + count(child), 1);
}
