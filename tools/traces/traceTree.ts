import { treeLines } from "../terminal/tree";
import type { Part, Segment } from "./segments";

/** A segment or subsegment, with what was called from it. */
export interface TraceNode {
  readonly label: string;
  /** Seconds since 1970; the end is absent while the work goes on. */
  readonly start: number;
  readonly end?: number | undefined;
  /** Such as `fault`, for work that failed. */
  readonly flags: readonly string[];
  /** Of the answer, for a request. */
  readonly status?: number | undefined;
  readonly annotations: Readonly<Record<string, string | number | boolean>>;
  readonly children: readonly TraceNode[];
}

/**
 * The call trees of the segments of one trace: a segment is below the subsegment or segment which its parent id names.
 * One tree means that nothing is missing; a segment whose parent is not there is a tree of its own.
 *
 * @param nameOf what a segment is called, by the name in its traces
 */
export function traceTrees(
  segments: readonly Segment[],
  nameOf: (tracingName: string) => string = (name) => name,
): TraceNode[] {
  const ids = new Set<string>();
  const collect = (part: Part): void => {
    ids.add(part.id);
    part.subsegments?.forEach(collect);
  };
  segments.forEach(collect);
  // Each at one place, so that documents which name each other as parents end.
  const placed = new Set<Segment>();
  const called = (id: string): Segment[] => {
    const found = segments.filter((segment) => segment.parent_id === id && !placed.has(segment));
    for (const segment of found) placed.add(segment);
    return found;
  };
  const labelOf = (segment: Segment): string =>
    segment.type === "subsegment" ? subsegmentLabel(segment) : nameOf(segment.name);
  const node = (part: Part, label: string): TraceNode => {
    const children = [
      ...(part.subsegments ?? []).map((subsegment) => node(subsegment, subsegmentLabel(subsegment))),
      ...called(part.id).map((segment) => node(segment, labelOf(segment))),
    ];
    const flags = (["error", "throttle", "fault"] as const).filter((flag) => part[flag] === true);
    children.sort((a, b) => a.start - b.start);
    const { start_time: start, end_time: end, annotations = {}, http } = part;
    return { label, start, end, flags, status: http?.response?.status, annotations, children };
  };
  return segments
    .filter(({ parent_id }) => parent_id === undefined || !ids.has(parent_id))
    .map((segment) => node(segment, labelOf(segment)));
}

function subsegmentLabel({ name, namespace, aws }: Part): string {
  const operation = typeof aws?.operation === "string" ? ` ${aws.operation}` : "";
  return `${name}${operation}${namespace === undefined ? "" : ` (${namespace})`}`;
}

/** A tree as lines, with what failed. */
export function formatTrace(root: TraceNode): string[] {
  return linesOf(root).map(({ text }) => text);
}

/** A tree as lines, with what failed, when each piece of work began after the first, and how long it took. */
export function formatTraceWithTimes(root: TraceNode): string[] {
  const lines = linesOf(root);
  const width = Math.max(...lines.map(({ text }) => text.length)) + 2;
  const ms = (seconds: number) => `${(seconds * 1000).toFixed(0)} ms`.padStart(8);
  return lines.map(({ text, node: { start, end } }) => {
    const took = end === undefined ? " unended" : ms(end - start);
    return `${text.padEnd(width)}${took}, from ${ms(start - root.start).trim()}`;
  });
}

function linesOf(root: TraceNode): { text: string; node: TraceNode }[] {
  return treeLines(root, ({ children }) => children).map(({ branch, node }) => {
    const flags = node.flags.length === 0 ? "" : ` [${node.flags.join(", ")}]`;
    return { text: `${branch}${node.label}${flags}`, node };
  });
}
