import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { parseJson } from "../values";
import { OperationError } from "./command";

/** What a local run notes of itself. */
const record = z.object({
  stack: z.string(),
  pid: z.number().int().positive(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().optional(),
  services: z.array(z.object({ name: z.string(), url: z.url(), logGroup: z.string() })),
});

/** A local run of a stack, alive or over, and where its files are. */
export interface LocalRun extends z.infer<typeof record> {
  readonly folder: string;
  readonly alive: boolean;
}

/**
 * The newest local run of a stack, one that is alive first.
 *
 * @throws OperationError when there is none
 */
export function readLocalRun(stack: string, projectDir: string): LocalRun {
  const root = join(projectDir, "node_modules/.cache/traced-fargate/local-runs");
  const names = existsSync(root) ? readdirSync(root) : [];
  // A second run at the same time has a folder of its own, `<stack>.<pid>`.
  const runs = names.flatMap((name) => readRecord(join(root, name)) ?? []).filter((run) => run.stack === stack);
  const [newest] = runs.sort((a, b) => Number(b.alive) - Number(a.alive) || b.startedAt.localeCompare(a.startedAt));
  if (newest === undefined) {
    throw new OperationError(`there is no local run of stack ${stack}; type: npm start -- --stack ${stack} --keep`);
  }
  return newest;
}

/** The same, which must be alive. @throws OperationError */
export function readLiveRun(stack: string, projectDir: string): LocalRun {
  const run = readLocalRun(stack, projectDir);
  if (run.alive) return run;
  throw new OperationError(`the local run of stack ${stack} is over; type: npm start -- --stack ${stack} --keep`);
}

function readRecord(folder: string): LocalRun | undefined {
  const file = join(folder, "run.json");
  const { data } = record.safeParse(existsSync(file) ? parseJson(readFileSync(file, "utf8")) : undefined);
  return data && { ...data, folder, alive: data.endedAt === undefined && isAlive(data.pid) };
}

/** Whether there is a process; signal 0 asks, and sends nothing. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It is somebody else's.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
