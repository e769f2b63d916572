import type { HistogramEntry } from "./latency";
import { byTrace, distinctSegments, outcomeOf, type Part, type Segment } from "./segments";

/** How calls went: completed ones only, as X-Ray counts (https://docs.aws.amazon.com/xray/latest/api/API_EdgeStatistics.html). */
export interface CallStatistics {
  readonly requests: number;
  /** 4xx, throttles among them (https://docs.aws.amazon.com/xray/latest/api/API_ErrorStatistics.html). */
  readonly errors: number;
  readonly throttles: number;
  readonly faults: number;
  /** How long they took for the caller. */
  readonly histogram: readonly HistogramEntry[];
}

/** A client, a service that is traced, or something that one calls. */
export interface ServiceNode {
  readonly id: string;
  readonly name: string;
  /** As X-Ray writes it: `client`, `remote`, or a type such as `AWS::ECS::Fargate`. */
  readonly type: string;
}

export interface ServiceEdge extends CallStatistics {
  /** Ids of nodes. */
  readonly from: string;
  readonly to: string;
}

/** What calls what (https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-servicegraph). */
export interface ServiceMap {
  readonly nodes: readonly ServiceNode[];
  readonly edges: readonly ServiceEdge[];
}

export const clientNode: ServiceNode = { id: "client", name: "client", type: "client" };

/** One call, by who calls whom. */
interface Call {
  readonly from: ServiceNode;
  readonly to: ServiceNode;
  readonly part: Part;
}

/**
 * The service map of traces, as X-Ray draws it: what a subsegment calls becomes a node when its namespace is `aws` or
 * `remote` (https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html#api-segmentdocuments-subsegments).
 * Where a traced service has answered, that service is the node. Calls without a caller come from the client.
 */
export function serviceMapOf(segments: readonly Segment[]): ServiceMap {
  const calls = [...byTrace(segments).values()].flatMap((trace) => callsOf(distinctSegments(trace)));
  const nodes = new Map<string, ServiceNode>();
  const edges = new Map<string, { from: string; to: string; parts: Part[] }>();
  for (const { from, to, part } of calls) {
    nodes.set(from.id, from).set(to.id, to);
    const key = JSON.stringify([from.id, to.id]);
    const edge = edges.get(key);
    if (edge === undefined) edges.set(key, { from: from.id, to: to.id, parts: [part] });
    else edge.parts.push(part);
  }
  return sorted({
    nodes: [...nodes.values()],
    edges: [...edges.values()].map(({ from, to, parts }) => ({ from, to, ...statisticsOf(parts) })),
  });
}

/** Nodes and edges in an order of their own, whatever that of the segments. */
export function sorted({ nodes, edges }: ServiceMap): ServiceMap {
  const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  const rank = ({ type }: ServiceNode): number => (type === "client" ? 0 : 1);
  return {
    nodes: [...nodes].sort((a, b) => rank(a) - rank(b) || compare(a.id, b.id)),
    edges: [...edges].sort((a, b) => compare(a.from, b.from) || compare(a.to, b.to)),
  };
}

function callsOf(trace: readonly Segment[]): Call[] {
  const services = servicesIn(trace);
  const answered = new Set(trace.map(({ type, parent_id }) => (type === "subsegment" ? undefined : parent_id)));
  return trace.flatMap((segment): Call[] => {
    const service = services.get(segment.id);
    if (service === undefined) return [];
    if (segment.type === "subsegment") return untracedCalls([segment], service, answered);
    const call = segment.parent_id === undefined ? undefined : partById(trace, segment.parent_id);
    const from = call === undefined ? clientNode : (services.get(call.id) ?? clientNode);
    // As the caller saw it (https://aws.amazon.com/blogs/aws/latency-distribution-graph-in-aws-x-ray/), if it said so.
    const part = call?.namespace === undefined ? segment : call;
    return [{ from, to: service, part }, ...untracedCalls(segment.subsegments ?? [], service, answered)];
  });
}

/** Calls to what sends no segments of its own. */
function untracedCalls(parts: readonly Part[], from: ServiceNode, answered: ReadonlySet<string | undefined>): Call[] {
  return parts.flatMap((part) => {
    const to = answered.has(part.id) ? undefined : calledNode(part);
    const within = untracedCalls(part.subsegments ?? [], from, answered);
    return to === undefined ? within : [{ from, to, part }, ...within];
  });
}

/** What a subsegment calls; nothing for one that stands for work of the service itself. */
function calledNode({ name, namespace, aws }: Part): ServiceNode | undefined {
  if (namespace === "remote") return { id: `remote ${name}`, name, type: "remote" };
  if (namespace !== "aws") return undefined;
  // A table is the node, not DynamoDB (https://docs.aws.amazon.com/xray/latest/devguide/xray-api-gettingdata.html).
  const table = aws?.table_name;
  if (typeof table === "string") return { id: `table ${table}`, name: table, type: "AWS::DynamoDB::Table" };
  return { id: `aws ${name}`, name, type: `AWS::${name}` };
}

/** The service that each segment and subsegment belongs to, by their ids. */
function servicesIn(trace: readonly Segment[]): Map<string, ServiceNode> {
  const services = new Map<string, ServiceNode>();
  const assign = (part: Part, service: ServiceNode): void => {
    services.set(part.id, service);
    for (const child of part.subsegments ?? []) assign(child, service);
  };
  for (const segment of trace) {
    if (segment.type !== "subsegment") assign(segment, serviceNode(segment));
  }
  // Subsegments sent on their own belong to the service of their parent, which may be one of them.
  let waiting = trace.filter(({ type }) => type === "subsegment");
  for (let before = -1; before !== waiting.length; ) {
    before = waiting.length;
    waiting = waiting.filter((part) => {
      const service = services.get(part.parent_id ?? "");
      if (service !== undefined) assign(part, service);
      return service === undefined;
    });
  }
  return services;
}

function serviceNode({ name, origin }: Segment): ServiceNode {
  return { id: `service ${name}`, name, type: origin ?? "service" };
}

function partById(parts: readonly Part[], id: string): Part | undefined {
  for (const part of parts) {
    const found = part.id === id ? part : partById(part.subsegments ?? [], id);
    if (found !== undefined) return found;
  }
  return undefined;
}

function statisticsOf(parts: readonly Part[]): CallStatistics {
  const completed = parts.flatMap((part) =>
    part.end_time === undefined ? [] : [{ ...outcomeOf(part), seconds: part.end_time - part.start_time }],
  );
  const count = (flag: "error" | "throttle" | "fault"): number => completed.filter((call) => call[flag]).length;
  return {
    requests: completed.length,
    errors: count("error"),
    throttles: count("throttle"),
    faults: count("fault"),
    histogram: completed.map(({ seconds }) => ({ value: Math.max(0, seconds), count: 1 })),
  };
}
