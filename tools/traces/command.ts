import { once } from "node:events";
import { locationOf } from "../../components/dynamicProvider/awsLocation";
import { parseConfig } from "../../config";
import { readStackSettings } from "../evaluation/stackSettings";
import { type Io, OperationError, operate } from "../operate/command";
import { parseOptions } from "../terminal/commandLine";
import { styleFor } from "../terminal/style";
import { withProgress } from "../terminal/withProgress";
import { formatReport, toJson } from "./formatReport";
import { localTraces } from "./localTraces";
import { slowestFirst, type TraceSource } from "./traceSource";

const usage = `npm run traces [-- --stack <name>] [--local] [--since 15m] [--limit 5]
                [--json | --open]

Shows what X-Ray has of a stack: the service map with requests, errors (4xx),
throttles (429), faults (5xx) and latencies of each edge; the slowest traces as
call trees; how many requests were sampled, and how many the rules allow.

    --stack <name>   the stack (default: dev)
    --local          the traces of the last local run of the stack (npm start)
    --since <time>   how far back, such as 90s, 15m or 6h, which is the most
                     (default: 15m; with --local the whole run)
    --limit <count>  how many of the slowest traces to show (default: 5)
    --json           prints it as JSON, with the segments of the slowest traces
    --open           serves it as a page on this machine, until Ctrl-C
    -h, --help       prints this

Without --local it needs AWS credentials that may read from X-Ray.`;

const options = {
  stack: { type: "string" },
  local: { type: "boolean" },
  since: { type: "string" },
  limit: { type: "string" },
  json: { type: "boolean" },
  open: { type: "boolean" },
} as const;

/**
 * `npm run traces`.
 *
 * @param args what follows the command
 * @returns the exit code
 */
export function tracesCommand(args: readonly string[], io: Io): Promise<number> {
  return operate(() => traces(args, io), io);
}

async function traces(args: readonly string[], io: Io): Promise<number> {
  const { stdout, stderr, projectDir } = io;
  const { stack = "dev", local = false, since, limit = "5", json, open, help } = parseOptions(options, args);
  if (help) {
    stdout.write(`${usage}\n`);
    return 0;
  }
  if (json && open) throw new OperationError("--json and --open exclude each other");
  if (!/^[1-9]\d?$|^100$/.test(limit)) throw new OperationError(`--limit ${limit}: must be a number from 1 to 100`);
  const seconds = since === undefined ? undefined : parseTime(since);
  const source = await sourceOf(stack, local, seconds, projectDir);
  if (open) return serve(source, stack, io);
  const work = readReport(source, Number(limit));
  const report = await withProgress((line) => stderr.write(`${line}\n`), "asking for traces", work);
  stdout.write(`${json ? toJson(report) : formatReport(report, styleFor(stdout))}\n`);
  return 0;
}

/** Serves the pages until Ctrl-C. */
async function serve(source: TraceSource, stack: string, { stdout, projectDir, interrupted }: Io): Promise<number> {
  // What cannot be read is said here, and not first in a browser.
  await source.read();
  const { serveTraces } = await import("./page/server");
  const { evaluateStack } = await import("../evaluation/evaluate");
  const served = await serveTraces(source, () => evaluateStack(stack, projectDir));
  stdout.write(`The ${source.description} is at ${served.url} (stop with Ctrl-C)\n`);
  if (!interrupted.aborted) await once(interrupted, "abort");
  await served.close();
  return 0;
}

async function readReport(source: TraceSource, limit: number) {
  const { description, namePrefix } = source;
  const overview = await source.read();
  const summaries = slowestFirst(overview.traces).slice(0, limit);
  const segments = await source.readSegments(summaries.map(({ id }) => id));
  const slowest = summaries.map((summary) => ({ summary, segments: segments.get(summary.id) ?? [] }));
  return { description, namePrefix, overview, slowest };
}

/**
 * How far back X-Ray is asked, in seconds. Summaries of traces go back 24 hours
 * (https://docs.aws.amazon.com/xray/latest/api/API_GetTraceSummaries.html). AWS names no limit for graphs
 * (https://docs.aws.amazon.com/xray/latest/api/API_GetServiceGraph.html), so a shorter time is asked for.
 */
const mostSeconds = 6 * 3600;
const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

function parseTime(text: string): number {
  const [, count = "", unit = ""] = /^(\d{1,5})([smh])$/.exec(text) ?? [];
  const seconds = Number(count) * (units[unit] ?? 0);
  if (seconds === 0 || seconds > mostSeconds) {
    throw new OperationError(`--since ${text}: must be a time such as 90s, 15m or 6h, which is the most`);
  }
  return seconds;
}

async function sourceOf(
  stack: string,
  local: boolean,
  seconds: number | undefined,
  projectDir: string,
): Promise<TraceSource> {
  const { project, config } = readStackSettings(stack, projectDir);
  const namePrefix = `${project}-${stack}-`;
  if (local) return localTraces({ projectDir, stack, namePrefix, seconds });
  // Loaded here, because it takes a noticeable time to load and a local run does not need it.
  const { awsTraces } = await import("./awsTraces");
  const { groupNameOf } = await import("../../components/tracing/traceRules");
  const location = locationOf(parseConfig(config, project, stack).location);
  return awsTraces({
    ...{ location, stack, group: groupNameOf([project, stack]), namePrefix },
    seconds: seconds ?? 15 * 60,
  });
}
