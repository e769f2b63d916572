import type { Evaluation } from "./evaluate";
import { readStackSettings } from "./evaluation/stackSettings";
import { styleFor } from "./format/style";

/** How long an evaluation may take before the person at the terminal hears that it goes on, in milliseconds. */
const progressAfterMs = 2000;

/**
 * Evaluates a stack, prints what it would create, and checks it. Findings and errors go to stderr.
 *
 * @returns the evaluation, or nothing when the program fails or a check finds something
 * @throws StackSettingsError when there is no such stack
 */
export async function previewStack(
  stack: string,
  projectDir: string,
  { json = false }: { json?: boolean } = {},
): Promise<Evaluation | undefined> {
  // Before the slow part, so that a mistyped name is answered at once.
  readStackSettings(stack, projectDir);
  const style = styleFor(process.stdout);
  const errorStyle = styleFor(process.stderr);
  const slow = setTimeout(() => console.error(`Still evaluating the program for stack ${stack} ...`), progressAfterMs);
  if (!json) {
    console.log(`${style("bold", `Preview of stack ${stack}, without AWS:`)}\n`);
  }
  try {
    // Loaded here, because Pulumi takes a noticeable time to load and a mistyped option should not wait for it.
    const { evaluateStack } = await import("./evaluate");
    const { checks, runChecks } = await import("./checks");
    const { formatErrors, formatFindings, formatPreview } = await import("./format/preview");
    const evaluation = await evaluateStack(stack, projectDir);
    if (evaluation.errors.length > 0) {
      console.error(formatErrors(evaluation.errors, stack, errorStyle));
      return undefined;
    }
    const findings = await runChecks(evaluation);
    console.log(json ? toJson(evaluation) : `${formatPreview(evaluation, style)}\n`);
    if (findings.length > 0) {
      console.error(formatFindings(findings, checks.length, errorStyle));
      return undefined;
    }
    if (!json) {
      console.log(formatFindings(findings, checks.length, style));
    }
    return evaluation;
  } finally {
    clearTimeout(slow);
  }
}

function toJson({ project, stack, resources, outputs, placeholders }: Evaluation): string {
  const madeUp = Object.fromEntries(placeholders.entries());
  return JSON.stringify({ project, stack, resources, outputs, madeUp }, null, 2);
}
