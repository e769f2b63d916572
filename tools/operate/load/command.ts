import { constants } from "node:os";
import { parseOptions } from "../../terminal/commandLine";
import { styleFor } from "../../terminal/style";
import { withProgress } from "../../terminal/withProgress";
import { withStackClients } from "../awsCalls";
import { type Io, OperationError, operate } from "../command";
import { clientOf, type DeployedStack, readDeployedStack } from "../deployedStack";
import { formatResult, type Load, type LoadResult } from "./loadResult";
import { sendToRun, withRun } from "./localLoad";
import { maxSeconds, sendFromClient } from "./remoteLoad";

const limits = { requests: 100_000, concurrency: 200 };

const usage = `npm run load [-- --stack <name>] [-n <requests>] [-c <at a time>]
  [--local] [--json]

Sends requests to the service of a stack: with ab, from the load client, through
Systems Manager; or, with --local, with autocannon to the stack's local run.
Ctrl-C ends it, on the client, too.

    --stack <name>         the stack (default: dev)
    -n, --requests <n>     how many requests, at most 100000 (default: 100)
    -c, --concurrency <n>  how many at a time, at most 200 (default: 1)
    --local                to the stack's local run (npm start -- --keep), or
                           to one that it starts for the time of the load
    --json                 prints the result as JSON
    -h, --help             prints this

It takes ten minutes at most. Needs AWS credentials that may call
ssm:SendCommand, ssm:GetCommandInvocation and ssm:CancelCommand. Exits with 0
when each request was answered with a status of 2xx, with 2 when one was not,
with 1 when that could not be found out.`;

const options = {
  stack: { type: "string" },
  requests: { type: "string", short: "n" },
  concurrency: { type: "string", short: "c" },
  local: { type: "boolean" },
  json: { type: "boolean" },
} as const;

const interruptedCode = 128 + constants.signals.SIGINT;

/** `npm run load`. @param pollMs milliseconds from one look to the next @returns the exit code */
export function loadCommand(args: readonly string[], io: Io, pollMs = 1000): Promise<number> {
  return operate(async () => {
    const { stack = "dev", requests, concurrency, local, json, help } = parseOptions(options, args);
    if (help) {
      io.stdout.write(`${usage}\n`);
      return 0;
    }
    const size = sizeOf(requests, concurrency);
    const progress = <T>(work: Promise<T>) => {
      return withProgress((line) => io.stderr.write(`${line}\n`), `sending ${size.requests} requests`, work);
    };
    const report = (result: LoadResult, from: string, traces: string): number => {
      const lines = [...formatResult(result, from, styleFor(io.stdout)), "", `${traces} shows their traces.`];
      io.stdout.write(`${json ? JSON.stringify(result, null, 2) : lines.join("\n")}\n`);
      return result.failed === 0 && result.completed === result.requests ? 0 : 2;
    };
    if (local) {
      const result = await withRun(stack, io, (run) => progress(sendToRun(run, size, io)));
      const code = report(result, "this machine", `npm run traces -- --stack ${stack} --local`);
      return io.interrupted.aborted ? interruptedCode : code;
    }
    const deployed = await readDeployedStack(stack, io);
    const client = clientOf(deployed);
    const load = { ...size, url: `${deployed.serviceUrl}/` };
    const outcome = await progress(sendRemotely(deployed, client, load, io, pollMs));
    if ("result" in outcome) return report(outcome.result, `client ${client}`, `npm run traces -- --stack ${stack}`);
    const { cancelled, commandId } = outcome;
    io.stderr.write(
      cancelled
        ? `interrupted: ab has ended on client ${client}\n`
        : `interrupted: client ${client} has not confirmed that ab has ended; it ends after ${maxSeconds} s by itself ` +
            `(aws ssm list-command-invocations --command-id ${commandId})\n`,
    );
    return interruptedCode;
  }, io);
}

function sendRemotely({ location }: DeployedStack, client: string, load: Load, io: Io, pollMs: number) {
  return withStackClients(location, ["ssm"], ({ ssm }) =>
    sendFromClient(ssm, client, load, { interrupted: io.interrupted, pollMs }),
  );
}

/** How much is to be sent. @throws OperationError when that is too much, or is not a number */
function sizeOf(requests = "100", concurrency = "1"): Omit<Load, "url"> {
  const size = {
    requests: bounded("-n", requests, limits.requests),
    concurrency: bounded("-c", concurrency, limits.concurrency),
  };
  // https://httpd.apache.org/docs/2.4/programs/ab.html: ab refuses it.
  if (size.concurrency > size.requests) throw new OperationError("-c must not be more than -n");
  return size;
}

function bounded(option: string, text: string, most: number): number {
  const number = /^\d+$/.test(text) ? Number(text) : 0;
  if (number < 1 || number > most)
    throw new OperationError(`${option} takes a whole number from 1 to ${most}, not ${text}`);
  return number;
}
