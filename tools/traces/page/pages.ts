import { clock, rateOf, shortNames, shortTime } from "../formatReport";
import { bucketsOf, percentilesOf } from "../latency";
import type { Segment } from "../segments";
import type { ServiceMap } from "../serviceMap";
import {
  pathOf,
  type RuleResult,
  slowestFirst,
  type TraceOverview,
  type TraceSource,
  type TraceSummary,
} from "../traceSource";
import { type TraceNode, traceTrees } from "../traceTree";
import { type Html, html } from "./html";
import { drawMap, healthOf } from "./mapDrawing";

type Described = Pick<TraceSource, "description" | "namePrefix">;

/** How many traces the table has, the slowest first. */
const mostTraces = 50;

function page(title: string, content: Html): string {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>${title}</title><link rel="stylesheet" href="style.css"></head>
<body><main>${content}</main></body></html>`.text;
}

/** The page of all traces. */
export function overviewPage({ description, namePrefix }: Described, overview: TraceOverview): string {
  const { from, to, traces, serviceMap, sampling } = overview;
  const nameOf = shortNames(namePrefix);
  const failed = traces.filter(({ error, fault }) => error || fault).length;
  const durations = traces.map(({ duration }) => ({ value: duration, count: 1 }));
  const latency = percentilesOf(durations);
  const fact = (name: string, value: string | number) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
  return page(
    `Traces of the ${description}`,
    html`<header><h1>Traces of the ${description}</h1>
<p>${day(from)} ${clock(from)} to ${clock(to)} UTC. <a href="./">Read again</a></p></header>
<dl class="facts">${fact("traces", traces.length)}${fact("failed", failed)}
${latency && [fact("p50", shortTime(latency.p50)), fact("p90", shortTime(latency.p90)), fact("p99", shortTime(latency.p99))]}</dl>
<section aria-labelledby="map"><h2 id="map">Service map</h2>
${serviceMap.edges.length === 0 ? html`<p>No traces yet. X-Ray shows one some seconds after its request.</p>` : mapSection(serviceMap, nameOf)}</section>
<div class="pair"><section aria-labelledby="latency"><h2 id="latency">Latency of the traces</h2>${latencyTable(durations)}</section>
<section aria-labelledby="sampling"><h2 id="sampling">Sampled, and what the rules allow</h2>${samplingTable(sampling, nameOf)}</section></div>
<section aria-labelledby="traces"><h2 id="traces">Slowest traces</h2>${tracesTable(slowestFirst(traces).slice(0, mostTraces), nameOf)}</section>
<section aria-labelledby="network"><h2 id="network">Network before and after the NAT gateway is removed</h2>
<div class="scroll" tabindex="0" role="group" aria-labelledby="network"><img src="network.svg"
 alt="The network of the stack, with the NAT gateway during pulumi up and without it afterwards" width="830"></div></section>`,
  );
}

function mapSection(map: ServiceMap, nameOf: (name: string) => string): Html {
  const names = new Map(map.nodes.map(({ id, name }) => [id, nameOf(name)]));
  const rows = map.edges.map((edge) => {
    const { from, to, requests, errors, throttles, faults, histogram } = edge;
    const latency = percentilesOf(histogram);
    const times = latency === undefined ? ["", "", ""] : [latency.p50, latency.p90, latency.p99].map(shortTime);
    return html`<tr class="${healthOf(edge)}"><th scope="row">${names.get(from)} → ${names.get(to)}</th>
${[requests, errors, throttles, faults, ...times].map((value) => html`<td>${value}</td>`)}</tr>`;
  });
  const columns = ["requests", "errors", "429", "faults", "p50", "p90", "p99"];
  return html`<div class="scroll drawing" tabindex="0" role="group" aria-labelledby="map">${drawMap(map, "LR", nameOf)}${drawMap(map, "TB", nameOf)}</div>
<div class="scroll" tabindex="0" role="group" aria-label="Calls"><table><thead><tr><th scope="col">call</th>
${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div>`;
}

function latencyTable(durations: Parameters<typeof bucketsOf>[0]): Html {
  const buckets = bucketsOf(durations);
  const most = Math.max(...buckets.map(({ count }) => count));
  return html`<ul class="histogram">${buckets.map(
    ({
      from,
      to,
      count,
    }) => html`<li><span class="range">${to > 0.001 ? `${shortTime(from * 1000)} – ${shortTime(to * 1000)}` : "under 1 ms"}</span>
${bar(0, count / most)}<span class="count">${count}</span></li>`,
  )}</ul>`;
}

function samplingTable(results: readonly RuleResult[], nameOf: (name: string) => string): Html {
  const rows = results.map((result) => {
    const { rule, sampled, requests, allowed } = result;
    const within = allowed === undefined || (sampled >= allowed.atLeast && sampled <= allowed.atMost);
    const range = allowed === undefined ? "–" : `${allowed.atLeast} to ${allowed.atMost}`;
    return html`<tr class="${within ? "ok" : "fault"}"><th scope="row">${nameOf(rule)}<small>${rateOf(result)}</small></th>
<td>${requests ?? "–"}</td><td>${sampled}</td><td>${range}</td></tr>`;
  });
  return html`<div class="scroll" tabindex="0" role="group" aria-labelledby="sampling"><table><thead><tr><th scope="col">rule</th>
<th scope="col">requests</th><th scope="col">sampled</th><th scope="col">allowed</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

function tracesTable(traces: readonly TraceSummary[], nameOf: (name: string) => string): Html {
  const slowest = traces[0]?.duration ?? 0;
  const rows = traces.map((trace) => {
    const { id, start, duration, service = "", method = "", url = "", status } = trace;
    return html`<tr class="${outcome(trace)}"><td class="left"><a href="trace-${encodeURIComponent(id)}">${clock(start)}</a></td>
<td class="left">${nameOf(service)}</td><td class="left path">${method} ${pathOf(url)}</td><td>${status}</td>
<td>${shortTime(duration * 1000)}</td><td class="wide">${bar(0, slowest === 0 ? 0 : duration / slowest)}</td></tr>`;
  });
  return html`<div class="scroll" tabindex="0" role="group" aria-labelledby="traces"><table><thead><tr><th scope="col" class="left">time</th>
<th scope="col" class="left">service</th><th scope="col" class="left">request</th><th scope="col">status</th><th scope="col">took</th>
<th scope="col" class="wide"><span class="hidden">share of the slowest</span></th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

/** The page of one trace: a waterfall. */
export function tracePage({ namePrefix }: Described, id: string, segments: readonly Segment[]): string {
  const trees = traceTrees(segments, shortNames(namePrefix));
  const starts = trees.map(({ start }) => start);
  const from = Math.min(...starts);
  const lastEnd = ({ start, end = start, children }: TraceNode): number => Math.max(end, ...children.map(lastEnd));
  const total = Math.max(Math.max(...trees.map(lastEnd)) - from, 1e-6);
  const rows = (node: TraceNode, depth: number): Html[] => {
    const { label, start, end, status, flags, annotations, children } = node;
    const took = end === undefined ? "unended" : shortTime((end - start) * 1000);
    const failed = flags.includes("fault") ? "fault" : flags.length > 0 ? "error" : "ok";
    const notes = [...flags, ...(status === undefined ? [] : [`status ${status}`])].join(", ");
    const more = Object.entries(annotations).map(([key, value]) => html`<small>${key} = ${String(value)}</small>`);
    return [
      html`<li class="${failed}"><span class="label depth${Math.min(depth, 12)}">${label}${notes === "" ? undefined : html` <small>${notes}</small>`}${more}</span>
<span class="count">${took}</span>${bar((start - from) / total, ((end ?? start) - start) / total)}</li>`,
      ...children.flatMap((child) => rows(child, depth + 1)),
    ];
  };
  const missing = trees.length > 1 ? html`<p>${trees.length} trees: segments between them are missing.</p>` : undefined;
  return page(
    `Trace ${id}`,
    html`<header><p><a href="./">All traces</a></p><h1>Trace <code>${id}</code></h1>
<p>${day(from)} ${clock(from)} UTC, ${shortTime(total * 1000)}</p></header>${missing}
<section aria-label="Waterfall"><ol class="waterfall">${trees.flatMap((tree) => rows(tree, 0))}</ol></section>`,
  );
}

/** A page that says one sentence. */
export function messagePage(message: string): string {
  return page("Traces", html`<header><h1>Traces</h1><p>${message}</p><p><a href="./">Read again</a></p></header>`);
}

/** A part of a line, in shares of its length. */
function bar(from: number, length: number): Html {
  const percent = (share: number) => `${Math.round(Math.min(Math.max(share, 0), 1) * 1000) / 10}%`;
  return html`<svg class="bar" aria-hidden="true"><rect class="track" width="100%" height="100%" rx="3"/>
<rect class="done" x="${percent(from)}" width="${percent(Math.max(length, 0.004))}" height="100%" rx="3"/></svg>`;
}

function outcome({ error, fault }: TraceSummary): "ok" | "error" | "fault" {
  return fault ? "fault" : error ? "error" : "ok";
}

function day(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10);
}
