import assert from "node:assert/strict";
import { type SegmentParts, type SubsegmentParts, writeSegment } from "../../../../app/tracing/xray/segmentDocument";
import { checkSegmentDocument } from "../../../../tools/localRun/standIns/daemon/segmentDocument";

const fields = {
  id: "70de5b6f19ff9a0a",
  trace_id: "1-581cf771-a006649127e371903a2de979",
  name: "hello",
  start_time: 1478293361,
  end_time: 1478293362,
};
let ids = 0;

function subsegment(parts: Partial<SubsegmentParts> = {}): SubsegmentParts {
  const id = (++ids).toString(16).padStart(16, "0");
  return { id, name: "work", startTime: 1, endTime: 2, data: {}, failure: undefined, children: [], ...parts };
}

function write(parts: Partial<SegmentParts>) {
  const written = writeSegment({ fields, failure: undefined, children: [], leftOut: 0, ...parts });
  assert.deepEqual(checkSegmentDocument(Buffer.from(written.text)).problems, []);
  // With its header it must fit into a datagram, too.
  assert.ok(Buffer.byteLength(written.text) <= 65_507 - 30);
  return { ...written, document: JSON.parse(written.text) };
}

function countSubsegments({ subsegments = [] }: { subsegments?: object[] }): number {
  return subsegments.reduce((sum: number, each) => sum + 1 + countSubsegments(each), 0);
}

/** An error of a call chain with long paths. */
function deepError(message: string): Error {
  const error = new Error(message);
  const frames = Array.from({ length: 10 }, (_, index) => `    at call (/${"folder/".repeat(15)}file.js:${index}:1)`);
  error.stack = [`Error: ${message}`, ...frames].join("\n");
  return error;
}

describe("writeSegment", () => {
  it("writes an exception once, where it was thrown, and refers to it from where it was passed on", () => {
    const failure = { error: new Error("broken") };
    const children = [subsegment({ children: [subsegment({ failure })], failure })];
    const { document, text } = write({ failure, children });
    const [outer] = document.subsegments;
    const [exception] = outer.subsegments[0].cause.exceptions;
    assert.deepEqual([outer.cause, document.cause], [exception.id, exception.id]);
    assert.equal(text.split('"message"').length, 2);
    assert.equal(document.metadata, undefined);
  });

  const failing = (count: number, error: (index: number) => Error, children: () => SubsegmentParts[] = () => []) =>
    Array.from({ length: count }, (_, index) => subsegment({ failure: { error: error(index) }, children: children() }));

  it("sheds frames first, and says so", () => {
    const { document, leftOut } = write({ children: failing(60, (index) => deepError(`${index}`)) });
    assert.equal(countSubsegments(document), 60);
    assert.deepEqual(leftOut, { stack_frames: 300, subsegments: 0 });
    assert.deepEqual(document.metadata, { tracing: { left_out: leftOut } });
    const [{ stack, truncated }] = document.subsegments[59].cause.exceptions;
    assert.deepEqual([stack.length, truncated], [5, 5]);
  });

  it("sheds the last subsegments next, with all below them, and says so", () => {
    const children = failing(
      50,
      (index) => deepError(`${index}${"x".repeat(3000)}`),
      () => [subsegment()],
    );
    const { document, leftOut } = write({ children, leftOut: 7 });
    assert.equal(countSubsegments(document), 32);
    assert.deepEqual(leftOut, { stack_frames: 160, subsegments: 68 + 7 });
    assert.equal(document.subsegments[0].cause.exceptions[0].stack.length, 0);
  });

  it("takes up to 64 KB with characters of several bytes", () => {
    const { leftOut } = write({ children: failing(100, () => new Error("語".repeat(2048))) });
    assert.equal(leftOut?.subsegments, 100 - 8);
  });
});
