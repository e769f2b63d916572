import { type FaultKind, faultKinds } from "./faultGate";
import { type PhaseName, phaseNames } from "./phases";
import type { Outcome } from "./scenario";

/** A table of phases and kinds: in each field, how many scenarios there were, recovered and leaked. */
export function table(outcomes: readonly Outcome[]): string {
  const rows = [...phaseNames, "all"].map((name) => {
    const fields = [...faultKinds, "all"].map((kind) => {
      const found = outcomes.filter(
        ({ phase, fault }) => (name === "all" || phase === name) && (kind === "all" || fault.kind === kind),
      );
      return count(found);
    });
    return [name, ...fields];
  });
  const lines = [["scenarios/recovered/leaks", ...faultKinds, "all"], ...rows];
  const widths = lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? [];
  return lines.map((line) => line.map((field, column) => field.padEnd(widths[column] ?? 0)).join("  ")).join("\n");
}

function count(outcomes: readonly Outcome[]): string {
  const recovered = outcomes.filter((outcome) => outcome.recovered).length;
  const leaking = outcomes.filter(({ leaks }) => leaks.length > 0).length;
  return `${outcomes.length}/${recovered}/${leaking}`;
}

/** What is to be seen to, one line for each scenario, for an assertion that shows them all. */
export function complaints(outcomes: readonly Outcome[], phase: PhaseName, kind: FaultKind): string[] {
  return outcomes
    .filter((outcome) => outcome.phase === phase && outcome.fault.kind === kind)
    .flatMap(({ fault, ending, leaks, problems }) =>
      [...leaks, ...problems].map((complaint) => `${fault.call}, then ${ending}: ${complaint}`),
    );
}
