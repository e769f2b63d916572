import { parseArgs } from "node:util";
import type { Evaluation } from "./evaluate";
import { readStackSettings, StackSettingsError } from "./evaluation/stackSettings";
import { styleFor } from "./format/style";

const usage = `npm run preview [-- --stack <name>] [--json]

Shows what \`pulumi up\` would create, without AWS and without the Pulumi CLI, and checks it.

    --stack <name>  the stack whose Pulumi.<name>.yaml is used (default: dev)
    --json          prints every resource with its inputs, outputs, dependencies and options as JSON
    --help          prints this

Exits with 1 when the program fails or a check finds something.`;

const options = { stack: { type: "string" }, json: { type: "boolean" }, help: { type: "boolean" } } as const;
const progressAfterMs = 2000;
const projectDir = process.cwd();

/** Ends with one line in front of the user, no stack trace. */
class UsageError extends Error {}

async function main(): Promise<number> {
  const { stack = "dev", json = false, help = false } = parseOptions();
  if (help) {
    console.log(usage);
    return 0;
  }
  // Before the slow part, so that a mistyped name is answered at once.
  readStackSettings(stack, projectDir);
  const slow = setTimeout(() => console.error(`Still evaluating the program for stack ${stack} ...`), progressAfterMs);
  slow.unref();
  if (!json) {
    console.log(`Preview of stack ${stack}, without AWS:\n`);
  }
  return await preview(stack, json);
}

function parseOptions() {
  const { values, positionals } = parseArgs({ options, allowPositionals: true, strict: false });
  const unknown = Object.keys(values).find((name) => !Object.hasOwn(options, name));
  const allowed = "allowed are --stack <name>, --json, --help";
  if (unknown !== undefined || positionals[0] !== undefined) {
    const argument = unknown === undefined ? `argument ${positionals[0]}` : `option ${dashes(unknown)}`;
    throw new UsageError(`unknown ${argument}: ${allowed}`);
  }
  const { stack, json, help } = values;
  if (stack !== undefined && (typeof stack !== "string" || stack === "")) {
    throw new UsageError(`--stack needs the name of a stack: ${allowed}`);
  }
  return { stack, json: json === true, help: help === true };
}

function dashes(name: string): string {
  return name.length === 1 ? `-${name}` : `--${name}`;
}

async function preview(stack: string, json: boolean): Promise<number> {
  // Loaded here, because Pulumi takes a noticeable time to load and a mistyped option should not wait for it.
  const { evaluateStack } = await import("./evaluate");
  const { checks, runChecks } = await import("./checks");
  const { formatErrors, formatFindings, formatPreview } = await import("./format/preview");
  const evaluation = await evaluateStack(stack, projectDir);
  const errorStyle = styleFor(process.stderr);
  if (evaluation.errors.length > 0) {
    console.error(formatErrors(evaluation.errors, stack, errorStyle));
    return 1;
  }
  const findings = await runChecks(evaluation);
  const outputStyle = styleFor(process.stdout);
  console.log(json ? toJson(evaluation) : `${formatPreview(evaluation, outputStyle)}\n`);
  if (findings.length > 0) {
    console.error(formatFindings(findings, checks.length, errorStyle));
    return 1;
  }
  if (!json) {
    console.log(formatFindings(findings, checks.length, outputStyle));
  }
  return 0;
}

function toJson({ project, stack, resources, outputs, placeholders }: Evaluation): string {
  return JSON.stringify(
    { project, stack, resources, outputs, madeUp: Object.fromEntries(placeholders.entries()) },
    null,
    2,
  );
}

// A reader that has seen enough, such as `head`, is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
// Whatever ends the process early, for example a promise that never settles, is no success.
process.exitCode = 1;
main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const expected = error instanceof UsageError || error instanceof StackSettingsError;
    console.error(expected ? `error: ${error.message}` : error);
  },
);
