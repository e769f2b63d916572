import { readState } from "../../leftovers/state";
import { readFromPulumi } from "../../pulumiCli";
import { parseOptions } from "../../terminal/commandLine";
import { styleFor } from "../../terminal/style";
import { withProgress } from "../../terminal/withProgress";
import { type Io, operate } from "../command";
import { readDeployedStack } from "../deployedStack";
import { readLocalRun } from "../localRun";
import { formatLocalStatus, lookAtLocalRun } from "./localStatus";
import { lookAtStack, problemsOf } from "./stackStatus";
import { formatStatus } from "./statusText";

const usage = `npm run status [-- --stack <name>] [--local] [--json]

Says how a deployed stack is: its services and their deployments, the last
events, the load client, the NAT gateway, and what is left that is billed.

    --stack <name>  the stack (default: dev)
    --local         the stack's local run instead (npm start -- --keep)
    --json          prints all of it as JSON
    -h, --help      prints this

Needs AWS credentials that may read (docs/deployer-policy/operator.json), and
Pulumi's state. Exits with 0 when all is healthy, with 2 when something is not,
with 1 when that could not be found out.`;

const options = {
  stack: { type: "string" },
  local: { type: "boolean" },
  json: { type: "boolean" },
} as const;

/** `npm run status`. @returns the exit code */
export function statusCommand(args: readonly string[], io: Io): Promise<number> {
  return operate(async () => {
    const { stack = "dev", local, json, help } = parseOptions(options, args);
    const print = (text: string) => void io.stdout.write(`${text}\n`);
    if (help) {
      print(usage);
      return 0;
    }
    const style = styleFor(io.stdout);
    if (local) {
      const status = await lookAtLocalRun(await readLocalRun(stack, io.projectDir));
      print(json ? toJson(status) : formatLocalStatus(status, Date.now(), style).join("\n"));
      return status.healthy ? 0 : 2;
    }
    const status = await withProgress((line) => io.stderr.write(`${line}\n`), "asking", look(stack, io));
    const problems = problemsOf(status);
    const healthy = problems.length === 0;
    print(json ? toJson({ healthy, problems, ...status }) : formatStatus(status, Date.now(), style).join("\n"));
    return healthy ? 0 : 2;
  }, io);
}

async function look(stack: string, io: Io) {
  const deployed = await readDeployedStack(stack, io);
  const state = readState(await readFromPulumi(["stack", "export"], stack, io.pulumi));
  return lookAtStack(deployed, state);
}

function toJson(value: object): string {
  return JSON.stringify(value, null, 2);
}
