import { parseOptions, runCommand } from "./commandLine";
import { StackSettingsError } from "./evaluation/stackSettings";
import { previewStack } from "./previewStack";

const usage = `npm run preview [-- --stack <name>] [--json]

Shows what \`pulumi up\` would create, without AWS and without the Pulumi CLI, and checks it.

    --stack <name>  the stack whose Pulumi.<name>.yaml is used (default: dev)
    --json          prints every resource with its inputs, outputs, dependencies and options as JSON
    --help          prints this

Exits with 1 when the program fails or a check finds something.`;

async function main(): Promise<number> {
  const options = { stack: { type: "string" }, json: { type: "boolean" }, help: { type: "boolean" } } as const;
  const { stack = "dev", json, help } = parseOptions(options, process.argv.slice(2));
  if (help) {
    console.log(usage);
    return 0;
  }
  return (await previewStack(stack, process.cwd(), { json })) === undefined ? 1 : 0;
}

// A reader that has seen enough, such as `head`, is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
runCommand(main, (error) => error instanceof StackSettingsError);
