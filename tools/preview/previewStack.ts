import type { Evaluation } from "../evaluation/evaluation";
import { readStackSettings } from "../evaluation/stackSettings";
import { styleFor, type Terminal } from "../terminal/style";

/** How long an evaluation may take before the person at the terminal hears that it goes on, in milliseconds. */
const progressAfterMs = 2000;

/**
 * Evaluates a stack, prints what it would create, and checks it. Findings and errors go to stderr.
 *
 * @param options.terminal where it is printed; by default as the process prints
 * @returns the evaluation, or nothing when the program fails or a check finds something
 * @throws StackSettingsError when there is no such stack
 */
export async function previewStack(
  stack: string,
  projectDir: string,
  { json = false, terminal = process }: { json?: boolean; terminal?: Terminal } = {},
): Promise<Evaluation | undefined> {
  // Before the slow part, so that a mistyped name is answered at once.
  readStackSettings(stack, projectDir);
  const { stdout, stderr } = terminal;
  const style = styleFor(stdout);
  const errorStyle = styleFor(stderr);
  const print = (text: string) => stdout.write(`${text}\n`);
  const printError = (text: string) => stderr.write(`${text}\n`);
  const slow = setTimeout(() => printError(`Still evaluating the program for stack ${stack} ...`), progressAfterMs);
  if (!json) {
    print(`${style("bold", `Preview of stack ${stack}, without AWS:`)}\n`);
  }
  try {
    // Loaded here, because Pulumi takes a noticeable time to load and a mistyped option should not wait for it.
    const { evaluateStack } = await import("../evaluation/evaluate");
    const { checks, runChecks } = await import("../checks");
    const { formatErrors, formatFindings, formatPreview } = await import("./formatPreview");
    const evaluation = await evaluateStack(stack, projectDir);
    if (evaluation.errors.length > 0) {
      printError(formatErrors(evaluation.errors, stack, errorStyle));
      return undefined;
    }
    const findings = await runChecks(evaluation);
    print(json ? toJson(evaluation) : `${formatPreview(evaluation, style)}\n`);
    if (findings.length > 0) {
      printError(formatFindings(findings, checks.length, errorStyle));
      return undefined;
    }
    if (!json) {
      print(formatFindings(findings, checks.length, style));
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
