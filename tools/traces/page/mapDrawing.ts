import { Graph, layout } from "@dagrejs/dagre";
import { shortTime } from "../formatReport";
import { percentilesOf } from "../latency";
import type { ServiceEdge, ServiceMap, ServiceNode } from "../serviceMap";
import { type Html, html } from "./html";

const nodeHeight = 50;
const characterWidth = 7.6;
const longestName = 30;

/** The service map as SVG, from left to right or from top to bottom. */
export function drawMap(map: ServiceMap, direction: "LR" | "TB", nameOf: (name: string) => string): Html {
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ rankdir: direction, nodesep: 26, ranksep: direction === "LR" ? 72 : 48, marginx: 12, marginy: 12 });
  for (const node of map.nodes) {
    const length = Math.max(shorten(nameOf(node.name)).length, shorten(node.type).length * 0.85);
    graph.setNode(node.id, { width: Math.max(84, length * characterWidth + 28), height: nodeHeight });
  }
  for (const [index, { from, to }] of map.edges.entries()) {
    graph.setEdge(from, to, { width: 84, height: 36, labelpos: "c" }, String(index));
  }
  layout(graph);
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  return html`<svg class="map ${direction}" viewBox="0 0 ${round(width)} ${round(height)}" width="${round(width)}"
    height="${round(height)}" role="img" aria-label="Service map; the table has the same numbers">
<defs><marker id="arrow-${direction}" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="5" markerHeight="5" orient="auto">
<path class="head" d="M0 0 8 4 0 8z"/></marker></defs>
${map.edges.map((edge, index) => drawEdge(edge, graph.edge(edge.from, edge.to, String(index)) as PlacedEdge, direction))}
${map.nodes.map((node) => drawNode(node, graph.node(node.id) as PlacedNode, nameOf))}</svg>`;
}

interface PlacedNode {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface PlacedEdge {
  readonly points: readonly { readonly x: number; readonly y: number }[];
  readonly x: number;
  readonly y: number;
}

function drawNode({ name, type }: ServiceNode, { x, y, width, height }: PlacedNode, nameOf: (name: string) => string) {
  const kind =
    type === "client" ? "client" : type === "remote" || type.startsWith("AWS::DynamoDB") ? "called" : "service";
  const title = type === "client" || type === "service" ? undefined : type;
  const middle = title === undefined ? y + 5 : y - 3;
  return html`<g class="node ${kind}"><title>${name} (${type})</title>
<rect x="${round(x - width / 2)}" y="${round(y - height / 2)}" width="${round(width)}" height="${height}" rx="8"/>
<text class="name" x="${round(x)}" y="${round(middle)}">${shorten(nameOf(name))}</text>
${title === undefined ? undefined : html`<text class="type" x="${round(x)}" y="${round(y + 14)}">${shorten(title)}</text>`}</g>`;
}

function drawEdge(edge: ServiceEdge, { points, x, y }: PlacedEdge, direction: string): Html {
  const { requests, errors, faults, histogram } = edge;
  const health = healthOf(edge);
  const p50 = percentilesOf(histogram)?.p50;
  const failed = faults > 0 ? `${faults} faults` : errors > 0 ? `${errors} errors` : "";
  const second = failed === "" ? (p50 === undefined ? "" : `p50 ${shortTime(p50)}`) : failed;
  return html`<g class="edge ${health}"><path d="${pathThrough(points)}" marker-end="url(#arrow-${direction})"/>
<rect class="back" x="${round(x - 40)}" y="${round(y - 18)}" width="80" height="35" rx="6"/>
<text x="${round(x)}" y="${round(y - 3)}">${requests} ×</text>
<text x="${round(x)}" y="${round(y + 12)}">${second}</text></g>`;
}

/** How an edge went, as a class of the style sheet. */
export function healthOf({ errors, faults }: ServiceEdge): "ok" | "error" | "fault" {
  return faults > 0 ? "fault" : errors > 0 ? "error" : "ok";
}

/** A curve through the middles of the lines between points, as dagre's points are meant. */
function pathThrough(points: PlacedEdge["points"]): string {
  const [first, ...rest] = points.map((point) => ({ x: round(point.x), y: round(point.y) }));
  const last = rest.pop();
  if (first === undefined || last === undefined) return "";
  const curves = rest.map((point, index) => {
    const next = rest[index + 1] ?? last;
    const end =
      index === rest.length - 1 ? last : { x: round((point.x + next.x) / 2), y: round((point.y + next.y) / 2) };
    return `Q${point.x} ${point.y} ${end.x} ${end.y}`;
  });
  return `M${first.x} ${first.y}${curves.length === 0 ? `L${last.x} ${last.y}` : curves.join("")}`;
}

function shorten(text: string): string {
  return text.length <= longestName ? text : `${text.slice(0, longestName - 1)}…`;
}

function round(number: number): number {
  return Math.round(number * 10) / 10;
}
