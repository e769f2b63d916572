import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { parseJson } from "../../values";
import type { LocalRun } from "../localRun";
import type { LogFilter, LogLine } from "./logEvents";

const line = z.object({ time: z.string(), service: z.string(), container: z.string(), message: z.string() });

/** The log of a local run, read again and again. */
export class LocalLogReader {
  private count = 0;

  constructor(
    private readonly run: LocalRun,
    private readonly filter: LogFilter,
  ) {}

  /** The lines that have not been read yet; one that is being written is left for the next time. */
  async read(): Promise<LogLine[]> {
    const { service, container, since } = this.filter;
    const file = join(this.run.folder, "logs.jsonl");
    const written = existsSync(file) ? readFileSync(file, "utf8").split("\n").slice(0, -1) : [];
    const fresh = written.slice(this.count);
    this.count = written.length;
    return fresh
      .flatMap((each) => line.safeParse(parseJson(each)).data ?? [])
      .filter((each) => service === undefined || each.service === service)
      .filter((each) => container === undefined || each.container === container)
      .filter(({ time }) => Date.parse(time) >= since);
  }
}
