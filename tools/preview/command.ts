import { StackSettingsError } from "../evaluation/stackSettings";
import { exitCodeOf, parseOptions } from "../terminal/commandLine";
import type { Terminal } from "../terminal/style";
import { previewStack } from "./previewStack";

const usage = `npm run preview [-- --stack <name>] [--json]

Shows what \`pulumi up\` would create, without AWS and without the Pulumi CLI,
and checks it.

    --stack <name>  the stack whose Pulumi.<name>.yaml is used (default: dev)
    --json          prints every resource with its inputs, outputs, dependencies
                    and options as JSON
    -h, --help      prints this

Exits with 1 when the program fails or a check finds something.`;

/**
 * `npm run preview`.
 *
 * @param args what follows the command
 * @returns the exit code
 */
export function previewCommand(args: readonly string[], projectDir: string, terminal: Terminal): Promise<number> {
  const isExpected = (error: unknown) => error instanceof StackSettingsError;
  return exitCodeOf(() => preview(args, projectDir, terminal), isExpected, terminal.stderr);
}

async function preview(args: readonly string[], projectDir: string, terminal: Terminal): Promise<number> {
  const options = { stack: { type: "string" }, json: { type: "boolean" } } as const;
  const { stack = "dev", json, help } = parseOptions(options, args);
  if (help) {
    terminal.stdout.write(`${usage}\n`);
    return 0;
  }
  return (await previewStack(stack, projectDir, { json, terminal })) === undefined ? 1 : 0;
}
