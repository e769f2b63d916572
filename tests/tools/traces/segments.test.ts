import assert from "node:assert/strict";
import { distinctSegments, outcomeOf, type Part, readSegment } from "../../../tools/traces/segments";
import { call, segment, traceId } from "./someTraces";

describe("a segment document", () => {
  it("is read with what is of interest, and whatever else is in it", () => {
    const document = { ...segment("hello", "a", { subsegments: [call("work", "b")] }), metadata: { other: 1 } };
    const { metadata, ...read } = document;
    assert.deepEqual(readSegment(JSON.stringify(document)), read);
  });

  it("is not one when it is cut off, of another shape, or nothing at all", () => {
    for (const text of ["", '{"id": "a", "na', "[]", '{"id": "a"}', JSON.stringify({ ...segment("a", "a"), id: 1 })]) {
      assert.equal(readSegment(text), undefined, text);
    }
  });
});

describe("the segments of a trace", () => {
  it("are each there once, complete if it has been completed, and without what X-Ray inferred", () => {
    const begun = segment("hello", "a", { end_time: undefined, in_progress: true });
    const complete = segment("hello", "a", { subsegments: [] });
    const inferred = segment("DynamoDB", "c", { inferred: true, parent_id: "b" });
    for (const order of [
      [begun, complete, inferred],
      [complete, inferred, begun],
    ]) {
      assert.deepEqual(distinctSegments(order), [complete]);
    }
  });

  it("hold a subsegment once that was also sent on its own", () => {
    const alone = segment("call", "b", { type: "subsegment", parent_id: "a" });
    const parent = segment("hello", "a", { subsegments: [call("work", "c", { subsegments: [call("call", "b")] })] });
    const [first] = distinctSegments([parent, alone]);
    assert.deepEqual(first?.subsegments, [call("work", "c", { subsegments: [] })]);
  });
});

describe("what went wrong with a request", () => {
  const none = { error: false, throttle: false, fault: false };
  const cases: [what: string, changes: Partial<Part>, outcome: object][] = [
    ["nothing", {}, none],
    ["a status of success", { http: { response: { status: 200 } } }, none],
    ["a client's error", { error: true }, { ...none, error: true }],
    ["a status of 4xx", { http: { response: { status: 404 } } }, { ...none, error: true }],
    ["a throttle", { throttle: true }, { ...none, error: true, throttle: true }],
    ["the status 429", { http: { response: { status: 429 } } }, { ...none, error: true, throttle: true }],
    ["a fault", { fault: true }, { ...none, fault: true }],
    ["a status of 5xx", { http: { response: { status: 503 } } }, { ...none, fault: true }],
  ];
  for (const [what, changes, outcome] of cases) {
    it(`is said by ${what}`, () => assert.deepEqual(outcomeOf(segment("hello", traceId, changes)), outcome));
  }
});
