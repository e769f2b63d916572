import type { Style } from "../terminal/style";
import { treeLines } from "../terminal/tree";
import { percentilesOf } from "./latency";
import type { Segment } from "./segments";
import type { ServiceMap } from "./serviceMap";
import { pathOf, type RuleResult, type TraceOverview, type TraceSummary } from "./traceSource";
import { type TraceNode, traceTrees } from "./traceTree";

/** A trace that is shown, with its segments; none when they are not there any more. */
export interface ShownTrace {
  readonly summary: TraceSummary;
  readonly segments: readonly Segment[];
}

/** What `npm run traces` shows. */
export interface TracesReport {
  /** Where it comes from. */
  readonly description: string;
  readonly namePrefix: string;
  readonly overview: TraceOverview;
  readonly slowest: readonly ShownTrace[];
}

const columns = 80;
const nameColumns = 30;

/** A report for a person, at most 80 columns wide. */
export function formatReport({ description, namePrefix, overview, slowest }: TracesReport, style: Style): string {
  const { from, to, traces, serviceMap, sampling } = overview;
  const nameOf = shortNames(namePrefix);
  const time = `${new Date(from * 1000).toISOString().slice(0, 10)} ${clock(from)} to ${clock(to)} UTC`;
  const title = `${style("bold", `Traces of the ${description}`)}\n${plural(traces.length, "trace")}, ${time}`;
  if (traces.length === 0) return `${title}\nX-Ray shows a trace some seconds after its request, if it was sampled.`;
  const section = (name: string, lines: readonly string[]): string => [style("bold", name), ...lines].join("\n");
  const traceTexts = slowest.map((trace) => `${traceLines(trace, nameOf, style).join("\n")}\n`);
  const ruleRows = sampling.map((result) => ruleLine(result, nameOf, style));
  return [
    title,
    section(heading("Service map", mapColumns), mapLines(serviceMap, nameOf, style)),
    section(`Slowest ${slowest.length === 1 ? "trace" : "traces"}`, traceTexts.join("\n").trimEnd().split("\n")),
    section("Sampled, and what the rules allow", ruleRows),
  ].join("\n\n");
}

/** What services are called without what all their names begin with. */
export function shortNames(prefix: string): (name: string) => string {
  return (name) => (name.startsWith(prefix) && name.length > prefix.length ? name.slice(prefix.length) : name);
}

const mapColumns = ["requests", "errors", "429", "faults", "p50", "p90", "p99"];
const widths = [9, 7, 4, 7, 7, 7, 7];

function heading(first: string, others: readonly string[]): string {
  return first.padEnd(nameColumns) + others.map((text, index) => text.padStart(widths[index] ?? 0)).join("");
}

function mapLines({ nodes, edges }: ServiceMap, nameOf: (name: string) => string, style: Style): string[] {
  const names = new Map(nodes.map(({ id, name }) => [id, nameOf(name)]));
  return edges.map((edge) => {
    const { from, to, requests, errors, throttles, faults } = edge;
    const latency = percentilesOf(edge.histogram);
    const times = latency === undefined ? ["", "", ""] : [latency.p50, latency.p90, latency.p99].map(shortTime);
    const label = clip(`${names.get(from)} → ${names.get(to)}`, nameColumns - 1);
    const line = heading(label, [requests, errors, throttles, faults].map(String).concat(times));
    return faults > 0 ? style("red", line) : errors > 0 ? style("yellow", line) : line;
  });
}

const labelColumns = 46;
const timeColumns = 9;
const barColumns = columns - labelColumns - timeColumns - 3;

function traceLines({ summary, segments }: ShownTrace, nameOf: (name: string) => string, style: Style): string[] {
  const { id, start, duration, method = "", url = "", status } = summary;
  const request = clip([method, pathOf(url), status].filter((text) => text !== undefined && text !== "").join(" "), 24);
  const head = `${id}  ${clock(start)}  ${shortTime(duration * 1000)}  ${request}`;
  const trees = traceTrees(segments, nameOf);
  const lines = trees.flatMap((tree) =>
    treeLines(tree, ({ children }) => children).flatMap(({ branch, node }) => nodeLines(branch, node, summary, style)),
  );
  const missing =
    trees.length > 1 ? [style("yellow", `  ${trees.length} trees: segments between them are missing`)] : [];
  return [style("cyan", head), ...missing, ...(lines.length === 0 ? ["  its segments are not there"] : lines)];
}

function nodeLines(branch: string, node: TraceNode, { start, duration }: TraceSummary, style: Style): string[] {
  const { label, flags, status, annotations, end } = node;
  const failed = [...flags, ...(status !== undefined && status >= 400 ? [String(status)] : [])];
  const text = clip(`  ${branch}${label}${failed.length === 0 ? "" : ` [${failed.join(", ")}]`}`, labelColumns);
  const took = end === undefined ? "unended" : shortTime((end - node.start) * 1000);
  const line = `${text.padEnd(labelColumns)}${took.padStart(timeColumns)}  ${barOf(node, start, duration)}`.trimEnd();
  const indent = `  ${" ".repeat(branch.length)}  `;
  return [
    flags.includes("fault") ? style("red", line) : flags.length > 0 ? style("yellow", line) : line,
    ...Object.entries(annotations).map(([key, value]) => style("dim", clip(`${indent}${key} = ${value}`, columns))),
  ];
}

/** When a piece of work was done within its trace. */
function barOf({ start, end = start }: TraceNode, from: number, duration: number): string {
  const at = (time: number) => Math.round(((time - from) / Math.max(duration, 1e-6)) * barColumns);
  const left = Math.min(Math.max(at(start), 0), barColumns - 1);
  const width = Math.min(Math.max(at(end) - left, 1), barColumns - left);
  return " ".repeat(left) + "▬".repeat(width);
}

function ruleLine(result: RuleResult, nameOf: (name: string) => string, style: Style): string {
  const { sampled, requests, allowed } = result;
  const rule = `${clip(nameOf(result.rule), 32)} (${rateOf(result)})`;
  if (requests === undefined || allowed === undefined) return `${rule}: ${sampled} sampled`;
  const { atLeast, atMost } = allowed;
  const within = sampled >= atLeast && sampled <= atMost;
  const range = atLeast === atMost ? `${atMost}` : `${atLeast} to ${atMost}`;
  const line = `${rule}: ${sampled} of ${plural(requests, "request")}, allowed ${range}`;
  return within ? style("green", line) : style("red", `${line}: OUTSIDE`);
}

/** A rule in short, such as `1/s + 5 %`. */
export function rateOf({ reservoirSize, fixedRate }: RuleResult): string {
  return `${reservoirSize}/s + ${Math.round(fixedRate * 1000) / 10} %`;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** A time of day in UTC, of seconds since 1970. */
export function clock(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(11, 19);
}

/** Milliseconds in at most six characters, such as `12 ms`, `1.5 ms`, `12 s`. */
export function shortTime(ms: number): string {
  if (ms >= 9999.5) return `${Math.round(ms / 1000)} s`;
  if (ms >= 999.5) return `${(ms / 1000).toFixed(1)} s`;
  return `${ms < 9.95 ? ms.toFixed(1) : Math.round(ms)} ms`;
}

/** A text that has at most so many characters, without what would move the cursor. */
function clip(text: string, length: number): string {
  const plain = text.replace(/\p{C}/gu, "?");
  return plain.length <= length ? plain : `${plain.slice(0, length - 1)}…`;
}

/** The same for programs. */
export function toJson({ description, overview, slowest }: TracesReport): string {
  const { from, to, serviceMap, traces, sampling } = overview;
  const iso = (seconds: number) => new Date(seconds * 1000).toISOString();
  return JSON.stringify(
    {
      source: description,
      from: iso(from),
      to: iso(to),
      traces: traces.length,
      serviceMap: {
        nodes: serviceMap.nodes,
        edges: serviceMap.edges.map(({ histogram, ...edge }) => ({ ...edge, latencyMs: percentilesOf(histogram) })),
      },
      slowest: slowest.map(({ summary: { start, duration, ...summary }, segments }) => ({
        ...summary,
        start: iso(start),
        durationMs: Math.round(duration * 1e6) / 1e3,
        segments,
      })),
      sampling,
    },
    null,
    2,
  );
}
