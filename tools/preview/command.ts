import { listStacks, StackSettingsError } from "../evaluation/stackSettings";
import { exitCodeOf, parseOptions, UsageError } from "../terminal/commandLine";
import type { Terminal } from "../terminal/style";
import { AgainstError, printMarkdown } from "./comparison";
import { drawPictures } from "./pictures";
import { previewStack } from "./previewStack";

const usage = `npm run preview [-- --stack <name>] [--reachability] [--json | --svg]
npm run -s preview -- --markdown [--stack <name>] [--against <commit>]

Shows what \`pulumi up\` would create, without AWS and without the Pulumi CLI,
and checks it.

    --stack <name>  the stack whose Pulumi.<name>.yaml is used (default: dev)
    --json          prints every resource with its inputs, outputs, dependencies
                    and options as JSON
    --reachability  prints who opens connections to whom on which port, by
                    routes, security groups, network ACLs and the policies of
                    endpoints, during and after \`pulumi up\`; also as --json
    --svg           draws the network, that of every stack unless one is named,
                    into docs/systems/<name>.svg
    --markdown      prints a summary of every stack, or of the one that is
                    named, for a comment on a pull request
    --against <commit>
                    says in it what differs from a commit, branch or tag
    -h, --help      prints this

Exits with 1 when the program fails or a check finds something.`;

/**
 * `npm run preview`.
 *
 * @param args what follows the command
 * @returns the exit code
 */
export function previewCommand(args: readonly string[], projectDir: string, terminal: Terminal): Promise<number> {
  const isExpected = (error: unknown) => error instanceof StackSettingsError || error instanceof AgainstError;
  return exitCodeOf(() => preview(args, projectDir, terminal), isExpected, terminal.stderr);
}

async function preview(args: readonly string[], projectDir: string, terminal: Terminal): Promise<number> {
  const options = {
    stack: { type: "string" },
    json: { type: "boolean" },
    reachability: { type: "boolean" },
    svg: { type: "boolean" },
    markdown: { type: "boolean" },
    against: { type: "string" },
  } as const;
  const { stack, json, reachability, svg, markdown, against, help } = parseOptions(options, args);
  if (help) {
    terminal.stdout.write(`${usage}\n`);
    return 0;
  }
  const forms = Object.entries({ json, svg, markdown }).flatMap(([name, isAsked]) => (isAsked ? [`--${name}`] : []));
  if (reachability && (svg || markdown)) forms.unshift("--reachability");
  if (forms.length > 1) throw new UsageError(`${forms.join(" and ")} do not go together`);
  if (against !== undefined && !markdown) throw new UsageError("--against needs --markdown");
  if (markdown) return (await printMarkdown({ stack, ref: against }, projectDir, terminal)) ? 0 : 1;
  if (svg) {
    const stacks = stack === undefined ? listStacks(projectDir) : [stack];
    return (await drawPictures(stacks, projectDir, terminal)) ? 0 : 1;
  }
  return (await previewStack(stack ?? "dev", projectDir, { json, reachability, terminal })) ? 0 : 1;
}
