import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { SamplingRule } from "../localRun/checks/sampling";
import type { SentRequests } from "../localRun/record";
import { readLocalRun } from "../operate/localRun";
import { parseJson } from "../values";
import { resultsOfRequests } from "./ruleResults";
import { byTrace, distinctSegments, readSegment, type Segment } from "./segments";
import { serviceMapOf } from "./serviceMap";
import { summaryOf, type TraceOverview, type TraceSource } from "./traceSource";

const run = z.object({
  sampling: z.array(z.custom<SamplingRule>((rule) => typeof rule === "object" && rule !== null)),
});

const sentRequests: z.ZodType<SentRequests> = z.object({
  ...{ service: z.string(), method: z.string(), path: z.string() },
  ...{ requests: z.number(), from: z.number(), to: z.number() },
});

interface LocalTracesArgs {
  readonly projectDir: string;
  readonly stack: string;
  readonly namePrefix: string;
  /** The record of a run. @default the one of the newest, which may still be going on */
  readonly folder?: string;
  /** How far back, in seconds. @default to the start of the run */
  readonly seconds?: number | undefined;
}

/**
 * The traces in the record of a local run.
 *
 * @throws OperationError when there is none
 */
export async function localTraces(args: LocalTracesArgs): Promise<TraceSource> {
  const { projectDir, stack, namePrefix, seconds } = args;
  const { folder, alive, startedAt } = await readLocalRun(stack, projectDir, args.folder);
  const read = async (): Promise<TraceOverview> => {
    const { endedAt } = await readLocalRun(stack, projectDir, folder);
    const { sampling = [] } = run.safeParse(parseJson(lines(folder, "run.json").join("\n"))).data ?? {};
    const to = endedAt === undefined ? Date.now() / 1000 : Date.parse(endedAt) / 1000;
    const from = Math.max(Date.parse(startedAt) / 1000, seconds === undefined ? 0 : to - seconds);
    const segments = readSegments(folder).filter(({ start_time }) => start_time >= from);
    const sent = lines(folder, "requests.jsonl").flatMap((line) => sentRequests.safeParse(parseJson(line)).data ?? []);
    const traces = [...byTrace(segments)].map(([id, all]) => summaryOf(id, distinctSegments(all)));
    const recent = sent.filter((series) => series.from >= from * 1000);
    return {
      ...{ from, to, serviceMap: serviceMapOf(segments), traces },
      sampling: resultsOfRequests(sampling, recent, segments),
    };
  };
  return {
    description: `local run of stack ${stack}${alive ? "" : ", which is over"}`,
    namePrefix,
    read,
    async readSegments(traceIds) {
      const traces = byTrace(readSegments(folder));
      return new Map(traceIds.flatMap((id) => (traces.has(id) ? [[id, distinctSegments(traces.get(id) ?? [])]] : [])));
    },
  };
}

function readSegments(folder: string): Segment[] {
  return lines(folder, "segments.jsonl").flatMap((line) => readSegment(line) ?? []);
}

/** The lines of a file; none of one that is not there. */
function lines(folder: string, file: string): string[] {
  try {
    return readFileSync(join(folder, file), "utf8").split("\n");
  } catch {
    return [];
  }
}
