import type { Evaluation } from "../evaluation/evaluation";
import type { Style } from "../terminal/style";

/** What the Pulumi CLI writes for a value it cannot know before the update. */
const unknown = "known after `pulumi up`";

/** The stack's outputs, one a line; what only AWS can know is not shown as a fact. */
export function formatOutputs({ outputs, placeholders }: Evaluation, style: Style): string {
  return lines(outputs, "    ").join("\n");

  function lines(values: Readonly<Record<string, unknown>>, indent: string): string[] {
    const width = Math.max(0, ...Object.keys(values).map((key) => key.length));
    return Object.entries(values).flatMap(([key, value]) => {
      const label = `${indent}${key.padEnd(width)}: `;
      return value !== null && typeof value === "object" && !Array.isArray(value)
        ? [label.trimEnd(), ...lines({ ...value }, `${indent}  `)]
        : [`${label}${scalar(value)}`];
    });
  }

  function scalar(value: unknown): string {
    if (placeholders.has(value)) {
      return style("dim", `(${unknown})`);
    }
    return placeholders.describe(typeof value === "string" ? value : JSON.stringify(value));
  }
}

/** What the program uses of AWS's knowledge: what it asked for, then what resources will be given. */
export function formatUnknowns({ resources, outputs, placeholders }: Evaluation): string {
  const asked = new Set<string>();
  const given = new Map<string, Set<string>>();
  const used = JSON.stringify([resources.map(({ inputs }) => inputs), outputs]);
  for (const [value, { what, of }] of placeholders.entries()) {
    if (!used.includes(value)) {
      continue;
    }
    if (of === undefined) {
      asked.add(what);
    } else {
      given.set(what, (given.get(what) ?? new Set()).add(of));
    }
  }
  const listed = [...given]
    .sort(([, a], [, b]) => b.size - a.size)
    .map(([what, names]) => `${what} of ${names.size > 3 ? `${names.size} resources` : [...names].join(", ")}`);
  return [...asked, ...listed].map((line) => `    ${line}`).join("\n");
}

/** The monthly cost, when the program exports one with a `total` in US dollars. */
export function formatMonthlyCost({ outputs }: Evaluation): string | undefined {
  const cost = outputs.monthlyCost;
  if (cost === null || typeof cost !== "object" || !("total" in cost) || typeof cost.total !== "number") {
    return undefined;
  }
  const prices = "prices" in cost ? ` (${String(cost.prices)})` : "";
  return `$${cost.total.toFixed(2)} a month${prices}`;
}
