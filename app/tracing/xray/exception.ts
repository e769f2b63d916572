import { randomBytes } from "node:crypto";

/** The `cause` of a segment that ended with an error. */
export interface SegmentCause {
  readonly working_directory: string;
  readonly exceptions: readonly SegmentException[];
}

/** https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html#api-segmentdocuments-errors */
export interface SegmentException {
  readonly id: string;
  readonly message: string;
  readonly type: string;
  readonly remote: boolean;
  readonly stack: readonly { readonly path: string; readonly line: number; readonly label: string }[];
}

/** A segment document may have 64 KiB, so a message gets this many characters. */
const MESSAGE_LENGTH = 2048;
const FRAME = /^\s*at (?:(.+) \()?(?:async )?(.+):(\d+):\d+\)?$/;

/**
 * The cause for an error. The SDK's own `addError` takes the lines of a message for frames, and writes `null` as the
 * line of every frame whose path holds a colon (`node:http`, `file://`); X-Ray wants integers.
 */
export function segmentCause(error: unknown): SegmentCause {
  const { name, message, stack } =
    error instanceof Error ? error : { name: "Error", message: String(error), stack: "" };
  return {
    working_directory: process.cwd(),
    exceptions: [
      {
        id: randomBytes(8).toString("hex"),
        message: message.slice(0, MESSAGE_LENGTH),
        type: name,
        remote: false,
        stack: (stack ?? "").split("\n").flatMap((line) => {
          const [, label, path, number] = FRAME.exec(line) ?? [];
          return path === undefined ? [] : [{ path, line: Number(number), label: label ?? "anonymous" }];
        }),
      },
    ],
  };
}
