import fc from "fast-check";
import type { Part, Segment } from "../../../tools/traces/segments";

export const traceId = "1-5759e988-bd862e3fe1be46a994272793";

/** A segment of one second, of the trace above. */
export function segment(name: string, id: string, changes: Partial<Segment> = {}): Segment {
  return { name, id, trace_id: traceId, start_time: 10, end_time: 11, ...changes };
}

/** A subsegment of one second. */
export function call(name: string, id: string, changes: Partial<Part> = {}): Part {
  return { name, id, start_time: 10, end_time: 11, ...changes };
}

/** A call as the tests know it, with what becomes of it. */
export interface PlannedCall {
  readonly name: string;
  readonly kind: "traced" | "remote" | "aws" | "work";
  readonly seconds: number;
  readonly ended: boolean;
  readonly failure: "error" | "throttle" | "fault" | undefined;
  readonly calls: readonly PlannedCall[];
}

/** Any tree of calls, so many deep. */
function anyTree(depth: number): fc.Arbitrary<PlannedCall> {
  return fc.record({
    name: fc.constantFrom("bff", "date", "time", "DynamoDB", "example.com"),
    kind: fc.constantFrom<PlannedCall["kind"][]>("traced", "remote", "aws", "work"),
    seconds: fc.integer({ min: 0, max: 5000 }).map((ms) => ms / 1000),
    ended: fc.boolean(),
    failure: fc.constantFrom("error", "throttle", "fault", undefined),
    calls: depth === 1 ? fc.constant([]) : fc.array(anyTree(depth - 1), { maxLength: 2 }),
  });
}
export const anyCall = anyTree(3);

/** The segments of a trace in which a client calls a service, and this does the calls. */
export function segmentsOf(calls: readonly PlannedCall[], trace_id = traceId): Segment[] {
  const segments: Segment[] = [];
  let ids = 0;
  const newId = () => (ids++).toString(16).padStart(16, "0");
  const outcome = ({ seconds, ended, failure }: PlannedCall) => ({
    start_time: 1000,
    ...(ended ? { end_time: 1000 + seconds } : { in_progress: true }),
    ...(failure === undefined ? {} : { [failure]: true, error: failure !== "fault" }),
  });
  const subsegmentOf = (planned: PlannedCall): Part => {
    const { name, kind } = planned;
    const part = { ...outcome(planned), name, id: newId() };
    if (kind === "work") return { ...part, subsegments: planned.calls.map(subsegmentOf) };
    if (kind === "aws") return { ...part, namespace: "aws" };
    if (kind === "traced") addSegment(planned, part.id);
    return { ...part, namespace: "remote" };
  };
  const addSegment = (planned: PlannedCall, parent_id?: string): void => {
    const id = newId();
    const subsegments = planned.calls.map(subsegmentOf);
    segments.push({ ...outcome(planned), name: planned.name, id, trace_id, parent_id, subsegments });
  };
  addSegment({ name: "entry", kind: "traced", seconds: 1, ended: true, failure: undefined, calls });
  return segments;
}

/** The calls that are to be an edge: those done by a service, not those below what is not traced. */
export function edgeCalls(calls: readonly PlannedCall[]): PlannedCall[] {
  return calls.flatMap((planned) => [
    ...(planned.kind === "work" ? [] : [planned]),
    ...(planned.kind === "work" || planned.kind === "traced" ? edgeCalls(planned.calls) : []),
  ]);
}
