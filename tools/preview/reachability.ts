import type { Evaluation } from "../evaluation/evaluation";
import { endpointGrants } from "../network/endpointPolicies";
import { allPorts } from "../network/graph";
import { type Moment, temporaryEgress } from "../network/lease";
import { cut, includes, join, type Range } from "../network/ranges";
import { type Obstacle, type Reach, reachability } from "../network/reachability";
import { readGraph } from "../network/readGraph";
import { everywhere, portName } from "../network/rules";
import type { Style } from "../terminal/style";

/** Who opens connections to whom on some ports, at each moment: `open`, or what keeps them from it. */
interface Row {
  readonly from: string;
  readonly to: string;
  readonly port: string;
  readonly states: Readonly<Partial<Record<Moment, Obstacle | "open">>>;
}

/** What the policy of an endpoint lets through. */
interface Grant {
  readonly endpoint: string;
  readonly principals: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

interface Reachability {
  readonly stack: string;
  /** What can be opened at some moment, and what a rule names on one side although it cannot be. */
  readonly rows: readonly Row[];
  readonly grants: readonly Grant[];
  /** How many combinations of source, target, protocol and range of ports there are, and how many are open. */
  readonly counts: Readonly<Partial<Record<Moment, { readonly combinations: number; readonly open: number }>>>;
}

/** Who reaches whom in a stack, while its temporary NAT gateway is there and afterwards. */
export function reachabilityOf(evaluation: Evaluation): Reachability {
  const moments: Moment[] = temporaryEgress(evaluation) === undefined ? ["after"] : ["during", "after"];
  const found = moments.map((moment) => ({ moment, reaches: reachability(readGraph(evaluation, moment)) }));
  const rows = new Map<string, Reach[]>();
  for (const reach of found.flatMap(({ reaches }) => reaches.filter(isShown))) {
    rows.set(keyOf(reach), [...(rows.get(keyOf(reach)) ?? []), reach]);
  }
  const { placeholders, stack } = evaluation;
  return {
    stack,
    rows: [...rows].flatMap(([key, shown]) => {
      const same = found.map(({ moment, reaches }) => ({
        moment,
        reaches: reaches.filter((each) => keyOf(each) === key),
      }));
      return rowsOf(shown, same);
    }),
    grants: endpointGrants(evaluation).map(({ service, principals, actions, resources }) => ({
      endpoint: service,
      principals: placeholders.describe(principals),
      actions,
      resources: resources.map((each) => placeholders.describe(each)),
    })),
    counts: Object.fromEntries(
      found.map(({ moment, reaches }) => {
        return [moment, { combinations: reaches.length, open: reaches.filter(({ obstacle }) => !obstacle).length }];
      }),
    ),
  };
}

function keyOf({ from, to, protocol }: Reach): string {
  return [from.name, to.name, protocol].join();
}

/** Whether it is open, or one side's rule names the other, which is meant. */
function isShown({ obstacle, rule }: Reach): boolean {
  return obstacle === undefined || (rule !== undefined && !everywhere.includes(rule.peer));
}

/** A row for all ports that are shown and alike at all moments. */
function rowsOf(
  shown: readonly Reach[],
  found: readonly { readonly moment: Moment; readonly reaches: readonly Reach[] }[],
): Row[] {
  const [first] = shown;
  if (first === undefined) return [];
  const parts = cut(
    allPorts,
    shown.map(({ ports }) => ports),
  ).filter((part) => shown.some(({ ports }) => includes(ports, part.first)));
  const byStates = new Map<string, { states: Row["states"]; ports: Range[] }>();
  for (const part of parts) {
    const states = Object.fromEntries(found.map(({ moment, reaches }) => [moment, stateAt(part, reaches)]));
    const key = JSON.stringify(states);
    byStates.set(key, { states, ports: [...(byStates.get(key)?.ports ?? []), part] });
  }
  return [...byStates.values()].map(({ states, ports }): Row => {
    const port = join(ports).map((range) => portName(first.protocol, range.first, range.last));
    return { from: first.from.name, to: first.to.name, port: port.join(", "), states };
  });
}

/** Open for some of the nodes of a name is open. */
function stateAt(part: Range, reaches: readonly Reach[]): Obstacle | "open" {
  const here = reaches.filter(({ ports }) => includes(ports, part.first));
  return here.some(({ obstacle }) => obstacle === undefined) ? "open" : (here[0]?.obstacle ?? "egress rule");
}

const headings: Readonly<Record<Moment, string>> = { during: "during pulumi up", after: "afterwards" };

const obstacleTexts: Readonly<Record<Obstacle, string>> = {
  route: "no route",
  "egress rule": "no egress rule",
  "ingress rule": "no ingress rule",
  "network ACL": "network ACL",
  gateway: "gateway",
  endpoint: "endpoint",
};

/** The same for people, within 80 columns. */
export function formatReachability({ stack, rows, grants, counts }: Reachability, style: Style): string {
  const moments = (["during", "after"] as const).filter((moment) => counts[moment] !== undefined);
  const cellsOf = ({ port, states }: Row) => [
    port,
    ...moments.map((moment) => {
      const state = states[moment] ?? "egress rule";
      return state === "open" ? "open" : obstacleTexts[state];
    }),
  ];
  // Targets of one source that are alike share their lines.
  const merged = new Map<string, { from: string; to: string[]; cells: string[] }>();
  for (const row of rows) {
    const cells = cellsOf(row);
    const key = [row.from, ...cells].join("\n");
    merged.set(key, { from: row.from, to: [...(merged.get(key)?.to ?? []), row.to], cells });
  }
  const lines = table(
    ["from", "to", "port", ...moments.map((moment) => (moments.length === 1 ? "at any time" : headings[moment]))],
    [...merged.values()].map(({ from, to, cells }) => [from, to.join(", "), ...cells]),
    1,
  );
  const totals = moments.map((moment) => counts[moment]).filter((each) => each !== undefined);
  const open = totals.map((each) => `${each.open}`).join(" and ");
  const granted = new Map<string, { readonly cells: readonly string[]; readonly actions: Set<string> }>();
  for (const { endpoint, principals, actions } of grants) {
    const key = [endpoint, principals].join("\n");
    const known = granted.get(key) ?? { cells: [endpoint, principals], actions: new Set() };
    granted.set(key, known);
    for (const action of actions) known.actions.add(action);
  }
  return [
    style("bold", `Who opens connections to whom in stack ${stack}:`),
    ...lines,
    "",
    ...wrap(
      `Everything else is blocked: of ${totals[0]?.combinations} combinations of source, target, protocol and ports ` +
        `${open} are open.`,
      80,
    ),
    "",
    style("bold", "Which API actions the policies of endpoints let through, and whose:"),
    ...table(
      ["endpoint", "principals", "actions"],
      [...granted.values()].map(({ cells, actions }) => [...cells, [...actions].join(", ")]),
      2,
    ),
  ].join("\n");
}

/** A table within 80 columns, with one column whose cells take several lines. */
function table(headings: readonly string[], rows: readonly (readonly string[])[], wide: number): string[] {
  const all = [headings, ...rows];
  const widths = headings.map((_heading, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const others = widths.reduce((sum, width, column) => (column === wide ? sum : sum + width), 0);
  const room = Math.max(12, 80 - 2 * headings.length - others);
  const wideWidth = Math.min(widths[wide] ?? 0, room);
  return all.flatMap((row) => {
    const cell = wrap(row[wide] ?? "", wideWidth);
    return cell.map((text, line) => {
      const cells = row.map((each, column) => (column === wide ? text : line === 0 ? each : ""));
      return `  ${cells.map((each, column) => each.padEnd(column === wide ? wideWidth : (widths[column] ?? 0))).join("  ")}`.trimEnd();
    });
  });
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
