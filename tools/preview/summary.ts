import type { Check } from "../checks";
import type { Evaluation, RecordedResource } from "../evaluation/evaluation";
import type { Style } from "../terminal/style";
import { formatMonthlyCost } from "./outputs";

/** A preview in a few lines: how many resources, of which components, what they cost, and what was looked at. */
export function summaryLines(evaluation: Evaluation, checks: readonly Check[], style: Style): string[] {
  const { resources } = evaluation;
  const cost = formatMonthlyCost(evaluation);
  const counts = countByComponent(resources).map(([name, count]) => `${name} ${count}`);
  return [
    `  resources  ${resources.length} to create: ${counts.join(", ")}`,
    ...(cost === undefined ? [] : [`  cost       ${cost}`]),
    `  checks     ${style("green", `${checks.length} passed`)}: ${checks.map(({ name }) => nameOf(name)).join(", ")}`,
  ];
}

/** How far the second lines of a summary are indented. */
export const summaryIndent = 13;

/** The resources below each of the stack's own, that one included, the most first; the stack itself comes last. */
function countByComponent(resources: readonly RecordedResource[]): [name: string, count: number][] {
  const parents = new Map(resources.map(({ urn, parent }) => [urn, parent]));
  const stack = resources.find(({ parent }) => parent === undefined)?.urn;
  const ancestor = (urn: string): string => {
    const parent = parents.get(urn);
    return parent === undefined || parent === stack ? urn : ancestor(parent);
  };
  const counts = new Map<string, number>();
  for (const { urn } of resources) counts.set(ancestor(urn), (counts.get(ancestor(urn)) ?? 0) + 1);
  const names = new Map(resources.map(({ urn, name }) => [urn, urn === stack ? "stack" : name]));
  return [...counts]
    .sort(([a, countA], [b, countB]) => Number(a === stack) - Number(b === stack) || countB - countA)
    .map(([urn, count]) => [names.get(urn) ?? urn, count]);
}

/** Such as `policy actions` for `checkPolicyActions`. */
function nameOf(check: string): string {
  const words = check.replace(/^check/, "").replaceAll(/([A-Z])/g, " $1");
  return words.trim().toLowerCase();
}
