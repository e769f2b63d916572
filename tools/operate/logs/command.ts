import { setTimeout as sleep } from "node:timers/promises";
import { parseOptions } from "../../terminal/commandLine";
import { styleFor } from "../../terminal/style";
import { withStackClients } from "../awsCalls";
import { type Io, OperationError, operate } from "../command";
import { readDeployedStack } from "../deployedStack";
import { readLocalRun } from "../localRun";
import { LocalLogReader } from "./localLog";
import { formatLine, inOrder, type LogFilter, LogGroupReader, type LogLine, parseDuration } from "./logEvents";

const usage = `npm run logs [-- --stack <name>] [--follow] [--since <time>]
  [--service <name>] [--container <name>] [--local] [--json]

Prints what the containers of a stack have written, the oldest lines first, with
their times in UTC.

    --stack <name>      the stack (default: dev)
    --follow            goes on until Ctrl-C
    --since <time>      from when: a number and s, m, h or d (default: 10m; with
                        --local, all of the run)
    --service <name>    of this service only
    --container <name>  of this container only, such as xray-daemon
    --local             of the stack's local run instead, alive or over
    --json              prints an array; with --follow, one object a line
    -h, --help          prints this

Needs AWS credentials that may call logs:FilterLogEvents. Reads at most 10,000
lines of each service at once.`;

const options = {
  stack: { type: "string" },
  follow: { type: "boolean" },
  since: { type: "string" },
  service: { type: "string" },
  container: { type: "string" },
  local: { type: "boolean" },
  json: { type: "boolean" },
} as const;

/** Milliseconds from one look to the next: FilterLogEvents may be called some times a second in an account. */
const pollMs = 2000;

/** What lines come from. */
interface Reader {
  read(): Promise<LogLine[]>;
  readonly truncated?: boolean;
}

/** `npm run logs`. @param every milliseconds from one look to the next @returns the exit code */
export function logsCommand(args: readonly string[], io: Io, every = pollMs): Promise<number> {
  return operate(async () => {
    const { stack = "dev", follow = false, since, local, json = false, help, ...which } = parseOptions(options, args);
    if (help) {
      io.stdout.write(`${usage}\n`);
      return 0;
    }
    const milliseconds = since === undefined ? undefined : parseDuration(since);
    if (since !== undefined && milliseconds === undefined) {
      throw new OperationError(`--since takes a number and s, m, h or d, such as 10m, not ${since}`);
    }
    const print = printer(io, { follow, json });
    if (local) {
      const run = await readLocalRun(stack, io.projectDir);
      assertService(which.service, run.services);
      io.stderr.write(`local run of stack ${stack}, ${run.alive ? "alive" : "over"}, started ${run.startedAt}\n`);
      const filter = { ...which, since: milliseconds === undefined ? 0 : Date.now() - milliseconds };
      return printAll([new LocalLogReader(run, filter)], print, follow && run.alive ? every / 10 : undefined, io);
    }
    const filter: LogFilter = { ...which, since: Date.now() - (milliseconds ?? 600_000) };
    const deployed = await readDeployedStack(stack, io);
    assertService(filter.service, deployed.ecsServices);
    const services = deployed.ecsServices.filter(({ name }) => filter.service === undefined || name === filter.service);
    return withStackClients(deployed.location, ["logs"], ({ logs }) => {
      const readers = services.map((service) => new LogGroupReader(logs, service, filter));
      return printAll(readers, print, follow ? every : undefined, io);
    });
  }, io);
}

function assertService(asked: string | undefined, services: readonly { readonly name: string }[]): void {
  const names = services.map(({ name }) => name);
  if (asked !== undefined && !names.includes(asked)) {
    throw new OperationError(`unknown service ${asked}: the stack has ${names.join(", ")}`);
  }
}

/** How lines are printed. */
function printer({ stdout }: Io, { follow, json }: { readonly follow: boolean; readonly json: boolean }) {
  const style = styleFor(stdout);
  return (lines: readonly LogLine[]): void => {
    if (json && !follow) stdout.write(`${JSON.stringify(lines, null, 2)}\n`);
    else for (const line of lines) stdout.write(`${json ? JSON.stringify(line) : formatLine(line, style)}\n`);
  };
}

/**
 * Prints the lines of all readers in the order of their times.
 *
 * @param every milliseconds from one look to the next. @default one look
 */
async function printAll(
  readers: readonly Reader[],
  print: (lines: readonly LogLine[]) => void,
  every: number | undefined,
  { interrupted, stderr }: Io,
): Promise<number> {
  for (;;) {
    const lines = inOrder((await Promise.all(readers.map((reader) => reader.read()))).flat());
    print(lines);
    if (readers.some(({ truncated }) => truncated)) {
      stderr.write("There are more lines; ask for fewer with --since, --service or --container.\n");
    }
    if (every === undefined || interrupted.aborted) {
      if (lines.length === 0 && every === undefined) stderr.write("No lines; --since 1h looks further back.\n");
      return 0;
    }
    await sleep(every, undefined, { signal: interrupted }).catch(() => undefined);
    if (interrupted.aborted) return 0;
  }
}
