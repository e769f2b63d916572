import assert from "node:assert/strict";
import fc from "fast-check";
import type { Segment } from "../../../tools/traces/segments";
import { serviceMapOf } from "../../../tools/traces/serviceMap";
import { anyCall, call, edgeCalls, type PlannedCall, segment, segmentsOf } from "./someTraces";

/** A map as lines, each an edge with its requests, errors, throttles, faults and seconds. */
function edgesOf(segments: readonly Segment[]): string[] {
  const { nodes, edges } = serviceMapOf(segments);
  const name = (id: string) => nodes.find((node) => node.id === id)?.name;
  return edges.map(({ from, to, requests, errors, throttles, faults, histogram }) => {
    const seconds = histogram.map(({ value }) => Math.round(value * 1000) / 1000);
    return `${name(from)} > ${name(to)}: ${[requests, errors, throttles, faults, `[${seconds}]`].join(" ")}`;
  });
}

const remote = { namespace: "remote" };
const aws = { namespace: "aws" };

describe("the service map", () => {
  const cases: [what: string, segments: Segment[], edges: string[]][] = [
    ["of no segments is empty", [], []],
    ["has the client before a service", [segment("hello", "a")], ["client > hello: 1 0 0 0 [1]"]],
    [
      "has traced services behind the calls that they answered, as long as these took for the caller",
      [
        segment("date", "c", { parent_id: "b", end_time: 10.5 }),
        segment("bff", "a", { subsegments: [call("other name", "b", { ...remote, end_time: 10.75 })] }),
      ],
      ["client > bff: 1 0 0 0 [1]", "bff > date: 1 0 0 0 [0.75]"],
    ],
    [
      "has what is not traced, by its name, its table or its operation",
      [
        segment("bff", "a", {
          subsegments: [
            call("example.com", "b", { ...remote, http: { response: { status: 503 } } }),
            call("DynamoDB", "c", { ...aws, aws: { table_name: "table-1", operation: "PutItem" }, throttle: true }),
            call("work", "d", { subsegments: [call("S3", "e", { ...aws, error: true })] }),
          ],
        }),
      ],
      [
        "bff > S3: 1 1 0 0 [1]",
        "bff > example.com: 1 0 0 1 [1]",
        "bff > table-1: 1 1 1 0 [1]",
        "client > bff: 1 0 0 0 [1]",
      ],
    ],
    [
      "counts what has been completed",
      [segment("hello", "a", { end_time: undefined, in_progress: true })],
      ["client > hello: 0 0 0 0 []"],
    ],
    [
      "takes a segment whose caller is not there for one that the client called",
      [segment("date", "c", { parent_id: "b" })],
      ["client > date: 1 0 0 0 [1]"],
    ],
    [
      "gives subsegments that were sent on their own to the service of their parent",
      [
        segment("example.com", "c", { ...remote, type: "subsegment", parent_id: "b" }),
        segment("work", "b", { type: "subsegment", parent_id: "a" }),
        segment("lost", "x", { type: "subsegment", parent_id: "y" }),
        segment("bff", "a"),
      ],
      ["bff > example.com: 1 0 0 0 [1]", "client > bff: 1 0 0 0 [1]"],
    ],
    [
      "ends where segments name each other as parents",
      [segment("date", "a", { parent_id: "b" }), segment("time", "b", { parent_id: "a" })],
      ["date > time: 1 0 0 0 [1]", "time > date: 1 0 0 0 [1]"],
    ],
  ];
  for (const [what, segments, edges] of cases) {
    it(what, () => assert.deepEqual(edgesOf(segments).sort(), edges.sort()));
  }

  const anyTraces = fc.array(fc.array(anyCall, { maxLength: 3 }), { maxLength: 4 });
  const segmentsOfAll = (traces: (readonly PlannedCall[])[]) =>
    traces.flatMap((calls, index) => segmentsOf(calls, `1-${index}`));

  it("counts every completed call of a service once, with what became of it", () => {
    fc.assert(
      fc.property(anyTraces, (traces) => {
        const { nodes, edges } = serviceMapOf(segmentsOfAll(traces));
        const planned = traces.flatMap(edgeCalls).filter(({ ended }) => ended);
        const sum = (key: "requests" | "errors" | "throttles" | "faults") =>
          edges.reduce((total, edge) => total + edge[key], 0);
        const failed = (...kinds: unknown[]) => planned.filter(({ failure }) => kinds.includes(failure)).length;
        assert.equal(sum("requests"), planned.length + traces.length);
        assert.equal(sum("errors"), failed("error", "throttle"));
        assert.equal(sum("throttles"), failed("throttle"));
        assert.equal(sum("faults"), failed("fault"));
        const ends = new Set(edges.flatMap(({ from, to }) => [from, to]));
        assert.deepEqual(new Set(nodes.map(({ id }) => id)), ends);
        for (const { requests, histogram } of edges) assert.equal(histogram.length, requests);
      }),
    );
  });

  it("does not depend on the order in which segments arrive", () => {
    const shuffled = anyTraces.chain((traces) => {
      const segments = segmentsOfAll(traces);
      return fc.tuple(fc.constant(segments), fc.shuffledSubarray(segments, { minLength: segments.length }));
    });
    const withoutOrder = (segments: readonly Segment[]) => {
      const { nodes, edges } = serviceMapOf(segments);
      const ofEdge = ({ histogram, ...edge }: (typeof edges)[number]) => ({
        ...edge,
        histogram: histogram.map(({ value }) => value).sort((a, b) => a - b),
      });
      return { nodes, edges: edges.map(ofEdge) };
    };
    fc.assert(
      fc.property(shuffled, ([segments, other]) => assert.deepEqual(withoutOrder(other), withoutOrder(segments))),
    );
  });
});
