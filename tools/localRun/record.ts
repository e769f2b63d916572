import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseJson } from "../values";
import type { SamplingRule } from "./checks/sampling";
import { answersAs, type RunId } from "./identity";
import type { SegmentDocument } from "./standIns/daemon/segmentDocument";
import { type LocalTask, originOf, tracingNameOf } from "./task/plan";

/** What other commands need to know of a local run, as `run.json` has it. */
export interface LocalRun {
  readonly stack: string;
  readonly id: RunId;
  readonly pid: number;
  /** As in ISO 8601. */
  readonly startedAt: string;
  /** Absent while it runs, and when it was killed. */
  readonly endedAt?: string;
  /** Empty until they are healthy. */
  readonly services: readonly RecordedService[];
  /** The sampling rules in force, the default one among them. */
  readonly sampling: readonly SamplingRule[];
}

export interface RecordedService {
  readonly name: string;
  readonly url: string;
  readonly logGroup: string;
  /** Name of its segments. */
  readonly tracingName: string;
}

/** Requests that were sent to a service, none with a sampling decision of its own. */
export interface SentRequests {
  /** Name of the service in its traces. */
  readonly service: string;
  readonly method: string;
  readonly path: string;
  readonly requests: number;
  /** First and last moment, in milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
}

/**
 * The record of a local run, a folder that is written while it runs: `run.json`, and by the line `segments.jsonl`,
 * `logs.jsonl` and `requests.jsonl`. It takes the place of the record before it of the same stack; a second run at the
 * same time has a folder of its own until it ends.
 */
export class RunRecord {
  private constructor(
    readonly folder: string,
    public run: LocalRun,
    private readonly isSecond: boolean,
  ) {}

  static async open(run: Pick<LocalRun, "stack" | "sampling" | "id">, projectDirectory: string): Promise<RunRecord> {
    const root = recordsFolder(projectDirectory);
    mkdirSync(root, { recursive: true });
    const started: LocalRun = { ...run, pid: process.pid, startedAt: new Date().toISOString(), services: [] };
    return withLock(join(root, `${run.stack}.lock`), async () => {
      await removeKilled(root, run.stack);
      const folder = join(root, run.stack);
      const isSecond = await isAlive(folder);
      const record = new RunRecord(isSecond ? `${folder}.${process.pid}` : folder, started, isSecond);
      rmSync(record.folder, { recursive: true, force: true });
      mkdirSync(record.folder);
      record.write({});
      return record;
    });
  }

  started(services: readonly RecordedService[]): void {
    this.write({ services });
  }

  addSegments(documents: readonly SegmentDocument[]): void {
    this.append("segments", documents);
  }

  addLogLine(service: string, container: string, message: string): void {
    this.append("logs", [{ time: new Date().toISOString(), service, container, message }]);
  }

  addRequests(sent: SentRequests): void {
    this.append("requests", [sent]);
  }

  end(): void {
    if (this.isSecond) rmSync(this.folder, { recursive: true, force: true });
    else this.write({ endedAt: new Date().toISOString() });
  }

  private write(change: Partial<LocalRun>): void {
    this.run = { ...this.run, ...change };
    // Written beside and renamed, so that nobody reads half of it.
    const file = join(this.folder, "run.json");
    writeFileSync(`${file}.new`, `${JSON.stringify(this.run, null, 2)}\n`);
    renameSync(`${file}.new`, file);
  }

  private append(name: string, values: readonly object[]): void {
    appendFileSync(join(this.folder, `${name}.jsonl`), values.map((value) => `${JSON.stringify(value)}\n`).join(""));
  }
}

/** What the record says of the service of a task, if it can be called. */
export function recordedServices(task: LocalTask): RecordedService[] {
  const { service: name, logGroup, containers } = task;
  const container = containers.find((each) => each.name === name);
  const url = container && originOf(container, task);
  return container === undefined || url === undefined
    ? []
    : [{ name, url, logGroup, tracingName: tracingNameOf(container) }];
}

/** Where the records of a project's local runs are. */
export function recordsFolder(projectDirectory: string): string {
  return join(projectDirectory, "node_modules/.cache/traced-fargate/local-runs");
}

/** Whether the run whose record a folder holds still runs. A process of its id alone may be another one's by now. */
export async function isAlive(folder: string): Promise<boolean> {
  const file = join(folder, "run.json");
  const run = existsSync(file) ? (parseJson(readFileSync(file, "utf8")) as LocalRun | undefined) : undefined;
  if (run === undefined || run.endedAt !== undefined || !isProcess(run.pid)) return false;
  const [service] = run.services;
  return service === undefined || answersAs(run.id, service.url);
}

/** Removes what second runs that were killed have left. */
async function removeKilled(root: string, stack: string): Promise<void> {
  for (const name of readdirSync(root)) {
    const folder = join(root, name);
    const isSecond = name.startsWith(`${stack}.`) && /^\d+$/.test(name.slice(stack.length + 1));
    if (isSecond && !(await isAlive(folder))) rmSync(folder, { recursive: true, force: true });
  }
}

/** Whether there is a process; signal 0 asks, and sends nothing. */
function isProcess(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It is somebody else's.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

const lockPollMs = 20;

/** Does something while no other process does; a lock whose owner is gone counts no more. */
async function withLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      writeFileSync(file, String(process.pid), { flag: "wx" });
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      const owner = existsSync(file) ? Number(readFileSync(file, "utf8")) : process.pid;
      if (owner > 0 && !isProcess(owner)) rmSync(file, { force: true });
      await sleep(lockPollMs);
    }
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}
