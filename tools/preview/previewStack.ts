import { existsSync, mkdtempSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import type { Finding } from "../checks";
import type { Evaluation } from "../evaluation/evaluation";
import { readStackSettings, StackSettingsError } from "../evaluation/stackSettings";
import { type Style, styleFor, type Terminal } from "../terminal/style";
import { errorMessage } from "../values";

/** How long an evaluation may take before the person at the terminal hears that it goes on, in milliseconds. */
const progressAfterMs = 2000;

/** A stack as it would be made, and what the checks found in it; nothing when the program failed. */
interface CheckedEvaluation {
  readonly evaluation: Evaluation;
  readonly findings: readonly Finding[];
}

/**
 * Evaluates a stack and checks it.
 *
 * @throws StackSettingsError when there is no such stack, or no place for what an evaluation writes
 */
export async function evaluateAndCheck(stack: string, projectDir: string): Promise<CheckedEvaluation> {
  // Before the slow part, so that a mistyped name is answered at once.
  readStackSettings(stack, projectDir);
  assertWritable(projectDir);
  // Loaded here, because Pulumi takes a noticeable time to load and a mistyped option should not wait for it.
  const { evaluateStack } = await import("../evaluation/evaluate");
  const { runChecks } = await import("../checks");
  const evaluation = await evaluateStack(stack, projectDir);
  return { evaluation, findings: evaluation.errors.length > 0 ? [] : await runChecks(evaluation) };
}

/** What is wrong with a stack, one line each; nothing when all is as it should be. */
export async function problemsOf(
  { evaluation: { errors, stack }, findings }: CheckedEvaluation,
  style: Style,
): Promise<string | undefined> {
  const { formatErrors, formatFindings } = await import("./formatPreview");
  if (errors.length > 0) return formatErrors(errors, stack, style);
  return findings.length > 0 ? formatFindings(findings, 0, style) : undefined;
}

/** Images are built of copies below node_modules/.cache, which an evaluation makes. */
function assertWritable(projectDir: string): void {
  const folders = ["node_modules/.cache", "node_modules", ""].map((path) => join(projectDir, path));
  const folder = folders.find((path) => existsSync(path)) ?? projectDir;
  try {
    rmdirSync(mkdtempSync(join(folder, ".writable-")));
  } catch (error) {
    const reason = errorMessage(error).split(",")[0];
    throw new StackSettingsError(`${folder} cannot be written to (${reason}): use a copy of the project of your own`);
  }
}

interface PreviewOptions {
  /** As JSON. @default false */
  readonly json?: boolean;
  /** Who reaches whom, instead of resources, outputs and cost. @default false */
  readonly reachability?: boolean;
  /** Where it is printed. @default as the process prints */
  readonly terminal?: Terminal;
}

/**
 * Prints what a stack would create, after it has been evaluated and checked. Findings and errors go to stderr.
 *
 * @returns whether all is as it should be
 * @throws StackSettingsError when there is no such stack
 */
export async function previewStack(
  stack: string,
  projectDir: string,
  { json = false, reachability = false, terminal = process }: PreviewOptions = {},
): Promise<boolean> {
  readStackSettings(stack, projectDir);
  const { stdout, stderr } = terminal;
  const style = styleFor(stdout);
  const print = (text: string) => stdout.write(`${text}\n`);
  const printError = (text: string) => stderr.write(`${text}\n`);
  const slow = setTimeout(() => printError(`Still evaluating the program for stack ${stack} ...`), progressAfterMs);
  if (!json) {
    print(`${style("bold", `Preview of stack ${stack}, without AWS:`)}\n`);
  }
  try {
    const checked = await evaluateAndCheck(stack, projectDir);
    const { evaluation, findings } = checked;
    const { formatFindings } = await import("./formatPreview");
    const { checks } = await import("../checks");
    if (evaluation.errors.length === 0) print(await formatted(evaluation, { json, reachability, style }));
    const problems = await problemsOf(checked, styleFor(stderr));
    if (problems !== undefined) printError(problems);
    else if (!json) print(formatFindings(findings, checks.length, style));
    return problems === undefined;
  } finally {
    clearTimeout(slow);
  }
}

async function formatted(
  evaluation: Evaluation,
  { json, reachability, style }: { readonly json: boolean; readonly reachability: boolean; readonly style: Style },
): Promise<string> {
  if (reachability) {
    const { formatReachability, reachabilityOf } = await import("./reachability");
    const found = reachabilityOf(evaluation);
    return json ? JSON.stringify(found, null, 2) : `${formatReachability(found, style)}\n`;
  }
  const { formatPreview } = await import("./formatPreview");
  return json ? toJson(evaluation) : `${formatPreview(evaluation, style)}\n`;
}

function toJson({ project, stack, resources, outputs, placeholders }: Evaluation): string {
  const madeUp = Object.fromEntries(placeholders.entries());
  return JSON.stringify({ project, stack, resources, outputs, madeUp }, null, 2);
}
