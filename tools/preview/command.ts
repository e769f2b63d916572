import { listStacks, StackSettingsError } from "../evaluation/stackSettings";
import { exitCodeOf, parseOptions } from "../terminal/commandLine";
import type { Terminal } from "../terminal/style";
import { drawPictures } from "./pictures";
import { previewStack } from "./previewStack";

const usage = `npm run preview [-- --stack <name>] [--json | --svg]

Shows what \`pulumi up\` would create, without AWS and without the Pulumi CLI,
and checks it.

    --stack <name>  the stack whose Pulumi.<name>.yaml is used (default: dev)
    --json          prints every resource with its inputs, outputs, dependencies
                    and options as JSON
    --svg           draws the network, that of every stack unless one is named,
                    into docs/systems/<name>.svg
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
  const options = { stack: { type: "string" }, json: { type: "boolean" }, svg: { type: "boolean" } } as const;
  const { stack: asked, json, svg, help } = parseOptions(options, args);
  if (help) {
    terminal.stdout.write(`${usage}\n`);
    return 0;
  }
  const stacks = asked === undefined ? listStacks(projectDir) : [asked];
  if (svg) return (await drawPictures(stacks, projectDir, terminal)) ? 0 : 1;
  return (await previewStack(asked ?? "dev", projectDir, { json, terminal })) ? 0 : 1;
}
