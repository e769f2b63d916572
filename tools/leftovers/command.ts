import { assertAccount, withClients } from "../../components/dynamicProvider/awsClient";
import { errorMessage } from "../../components/dynamicProvider/awsErrors";
import { type AwsLocation, locationOf } from "../../components/dynamicProvider/awsLocation";
import { leaseTagKey } from "../../components/stackTags";
import { ConfigError, parseConfig } from "../../config";
import { readStackSettings, StackSettingsError } from "../evaluation/stackSettings";
import { NoPulumiError, readFromPulumi, StateError } from "../pulumiCli";
import { exitCodeOf, parseOptions } from "../terminal/commandLine";
import type { Terminal } from "../terminal/style";
import { arnParts } from "./arnParts";
import { findExisting, readTaggedResources, type TaggedResource } from "./existing";
import type { Leftover } from "./kinds";
import { formatReport } from "./report";
import { readState, type StackState } from "./state";

const usage = `npm run leftovers [-- --stack <name>]

Lists what carries the tags of a stack in AWS and is not in its state, as a
killed \`pulumi up\` leaves it, and what was being created and has no tags that
AWS lists, with the commands that delete it. It deletes nothing itself.

    --stack <name>  the stack (default: dev)
    -h, --help      prints this

Needs AWS credentials, which may call tag:GetResources and describe what EC2 and
ECS hold, and Pulumi's state. Exits with 0 when nothing with tags is left, with
2 when something is, with 1 when that could not be found out.`;

/** Why it could not be found out, in one line. */
class LeftoversError extends Error {}

/** Where the state of a stack comes from: what \`pulumi stack export\` prints. */
type ExportState = (stack: string) => Promise<string>;

const exportState: ExportState = (stack) => readFromPulumi(["stack", "export"], stack);

/** What is neither in the state nor of a lease which is. */
function notInState(tagged: readonly TaggedResource[], { owned, leases }: StackState): TaggedResource[] {
  return tagged.filter(({ arn, tags }) => {
    return !owned.has(arn) && !owned.has(arnParts(arn).id) && !leases.has(tags[leaseTagKey] ?? "");
  });
}

/** What carries these tags in AWS, exists, and is neither in the state nor of a lease which is. */
export async function findLeftovers(
  clients: Parameters<typeof findExisting>[0] & {
    readonly resourcegroupstaggingapi: Parameters<typeof readTaggedResources>[0];
  },
  tags: Readonly<Record<string, string>>,
  state: StackState,
): Promise<Leftover[]> {
  const unknown = notInState(await readTaggedResources(clients.resourcegroupstaggingapi, tags), state);
  return findExisting(
    clients,
    unknown.map(({ arn }) => arn),
  );
}

async function askAws(location: AwsLocation, tags: Readonly<Record<string, string>>, state: StackState) {
  // In another account there would be nothing left, whatever there is in the stack's.
  await assertAccount({ ...location, accountId: state.accountId });
  return withClients(location, ["resourcegroupstaggingapi", "ec2", "ecs"], (clients) =>
    findLeftovers(clients, tags, state),
  );
}

/**
 * `npm run leftovers`.
 *
 * @param args what follows the command
 * @param readExport for tests, which have no Pulumi
 * @returns the exit code
 */
export function leftoversCommand(
  args: readonly string[],
  projectDir: string,
  terminal: Terminal,
  readExport: ExportState = exportState,
): Promise<number> {
  const expected = [StackSettingsError, ConfigError, NoPulumiError, StateError, LeftoversError];
  const isExpected = (error: unknown) => expected.some((kind) => error instanceof kind);
  return exitCodeOf(() => leftovers(args, projectDir, terminal, readExport), isExpected, terminal.stderr);
}

async function leftovers(
  args: readonly string[],
  projectDir: string,
  { stdout }: Terminal,
  readExport: ExportState,
): Promise<number> {
  const { stack = "dev", help } = parseOptions({ stack: { type: "string" } }, args);
  if (help) {
    stdout.write(`${usage}\n`);
    return 0;
  }
  const { project, config } = readStackSettings(stack, projectDir);
  const location = locationOf<AwsLocation>(parseConfig(config, project, stack).location);
  const state = readState(await readExport(stack));
  const found = await askAws(location, { Project: project, Stack: stack }, state).catch((error: unknown) => {
    throw new LeftoversError(`AWS cannot be asked what is left: ${errorMessage(error).split("\n")[0]}`);
  });
  const { region, profile } = location;
  stdout.write(`${formatReport({ stack, region, profile, state, leftovers: found })}\n`);
  return found.length === 0 ? 0 : 2;
}
