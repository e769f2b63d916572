import assert from "node:assert/strict";
import type { SegmentDocument } from "../../../tools/localRun/standIns/daemon/segmentDocument";
import { formatTrace, formatTraceWithTimes, traceTrees } from "../../../tools/traces/traceTree";

const trace_id = "1-5759e988-bd862e3fe1be46a994272793";
const call = { id: "b", name: "date", start_time: 10.001, end_time: 10.009, namespace: "remote" as const };
const put = { id: "d", name: "DynamoDB", start_time: 10.003, end_time: 10.006, namespace: "aws" as const };
const bff: SegmentDocument = {
  trace_id,
  id: "a",
  name: "stack-bff",
  start_time: 10,
  end_time: 10.01,
  fault: true,
  subsegments: [{ id: "e", name: "after", start_time: 10.0099, in_progress: true }, call],
};
const date: SegmentDocument = {
  ...{ trace_id, id: "c", name: "stack-date", parent_id: "b", start_time: 10.002, end_time: 10.008 },
  subsegments: [{ ...put, aws: { operation: "PutItem" }, error: true, throttle: true }],
};
const nameOf = (name: string) => name.replace("stack-", "");

describe("a trace as a tree", () => {
  it("has every segment below the call it answers, in order of time, with what failed", () => {
    const trees = traceTrees([date, bff], nameOf);
    assert.deepEqual(trees.map(formatTrace), [
      [
        "bff [fault]",
        "├─ date (remote)",
        "│  └─ date",
        "│     └─ DynamoDB PutItem (aws) [error, throttle]",
        "└─ after",
      ],
    ]);
  });

  it("says when each piece of work began and how long it took", () => {
    const [tree] = traceTrees([date, bff], nameOf);
    assert.ok(tree);
    assert.deepEqual(formatTraceWithTimes(tree), [
      "bff [fault]                                           10 ms, from 0 ms",
      "├─ date (remote)                                       8 ms, from 1 ms",
      "│  └─ date                                             6 ms, from 2 ms",
      "│     └─ DynamoDB PutItem (aws) [error, throttle]      3 ms, from 3 ms",
      "└─ after                                            unended, from 10 ms",
    ]);
  });

  it("falls apart when a segment is missing", () => {
    assert.deepEqual(
      traceTrees([date], nameOf).map(({ label }) => label),
      ["date"],
    );
    const other: SegmentDocument = { ...date, id: "f", parent_id: "0" };
    assert.deepEqual(
      traceTrees([bff, date, other]).map(({ label }) => label),
      ["stack-bff", "stack-date"],
    );
  });
});
