import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { isAlive, recordsFolder } from "../localRun/record";
import { parseJson } from "../values";
import { OperationError } from "./command";

/** What a local run notes of itself. */
const record = z.object({
  stack: z.string(),
  id: z.string(),
  pid: z.number().int().positive(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().optional(),
  services: z.array(z.object({ name: z.string(), url: z.url(), logGroup: z.string(), tracingName: z.string() })),
});

/** A local run of a stack, alive or over, and where its files are. */
export interface LocalRun extends z.infer<typeof record> {
  readonly folder: string;
  readonly alive: boolean;
}

/**
 * The newest local run of a stack, one that is alive first.
 *
 * @param folder the run's, when a certain one is meant
 * @throws OperationError when there is none
 */
export async function readLocalRun(stack: string, projectDir: string, folder?: string): Promise<LocalRun> {
  const root = recordsFolder(projectDir);
  const names = existsSync(root) ? readdirSync(root) : [];
  // A second run at the same time has a folder of its own, `<stack>.<pid>`.
  const read = await Promise.all(names.map((name) => readRecord(join(root, name))));
  const runs = read
    .flatMap((run) => run ?? [])
    .filter((run) => run.stack === stack && (folder === undefined || run.folder === folder));
  const [newest] = runs.sort((a, b) => Number(b.alive) - Number(a.alive) || b.startedAt.localeCompare(a.startedAt));
  if (newest === undefined) {
    throw new OperationError(`there is no local run of stack ${stack}; type: npm start -- --stack ${stack} --keep`);
  }
  return newest;
}

/** The same, which must be alive. @throws OperationError */
export async function readLiveRun(stack: string, projectDir: string): Promise<LocalRun> {
  const run = await readLocalRun(stack, projectDir);
  if (run.alive) return run;
  throw new OperationError(`the local run of stack ${stack} is over; type: npm start -- --stack ${stack} --keep`);
}

async function readRecord(folder: string): Promise<LocalRun | undefined> {
  const file = join(folder, "run.json");
  const { data } = record.safeParse(existsSync(file) ? parseJson(readFileSync(file, "utf8")) : undefined);
  return data && { ...data, folder, alive: await isAlive(folder) };
}
