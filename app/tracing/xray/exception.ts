import { randomBytes } from "node:crypto";
import { describeThrown } from "../thrown";

/** https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html#api-segmentdocuments-errors */
export interface SegmentException {
  readonly id: string;
  readonly message: string;
  readonly type: string;
  readonly remote: boolean;
  readonly stack: readonly StackFrame[];
  /** How many frames were left out. */
  readonly truncated?: number;
}

export interface StackFrame {
  readonly path: string;
  readonly line: number;
  readonly label: string;
}

/** The `cause` of a segment that ended with an error: the exception, or the id of one which the document has. */
export type SegmentCause =
  | string
  | { readonly working_directory: string; readonly exceptions: readonly SegmentException[] };

/** A segment document may have 64 KiB, so a message gets this many characters. */
const MESSAGE_LENGTH = 2048;
/** Characters which X-Ray takes of a type, by its schema. */
const TYPE_LENGTH = 250;
const FRAME = /^\s*at (?:(.+) \()?(?:async )?(.+):(\d+):\d+\)?$/;

/** The exceptions of one segment document, each of which it holds once. */
export class Exceptions {
  /** How many frames were left out of all stacks. */
  framesLeftOut = 0;
  private readonly ids = new Map<unknown, string>();

  /** @param mostFrames how many frames of a stack are kept */
  constructor(private readonly mostFrames: number) {}

  /** The cause for what was thrown, whatever that is. */
  cause(thrown: unknown): SegmentCause {
    const known = this.ids.get(thrown);
    if (known !== undefined) {
      return known;
    }
    const id = randomBytes(8).toString("hex");
    this.ids.set(thrown, id);
    const { message, type, stack } = describeThrown(thrown);
    const frames = readFrames(stack);
    const truncated = Math.max(0, frames.length - this.mostFrames);
    this.framesLeftOut += truncated;
    const exception: SegmentException = {
      id,
      message: message.slice(0, MESSAGE_LENGTH),
      type: type.slice(0, TYPE_LENGTH),
      remote: false,
      stack: frames.slice(0, this.mostFrames),
      ...(truncated === 0 ? {} : { truncated }),
    };
    return { working_directory: process.cwd(), exceptions: [exception] };
  }
}

function readFrames(stack: string): StackFrame[] {
  return stack.split("\n").flatMap((line) => {
    const [, label, path, number] = FRAME.exec(line) ?? [];
    return path === undefined ? [] : [{ path, line: Number(number), label: label ?? "anonymous" }];
  });
}
