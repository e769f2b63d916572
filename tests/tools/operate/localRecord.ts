import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Writes the record of a local run of `dev` into a project's folder, as a local run does; its folder. */
export function writeRecord(projectDir: string, name: string, run: object): string {
  const folder = join(projectDir, "node_modules/.cache/traced-fargate/local-runs", name);
  mkdirSync(folder, { recursive: true });
  const hello = { name: "hello", url: "http://127.0.0.1:1", logGroup: "/traced-fargate/dev/hello" };
  const started = { stack: "dev", pid: process.pid, startedAt: new Date().toISOString(), services: [hello], ...run };
  writeFileSync(join(folder, "run.json"), JSON.stringify(started));
  return folder;
}

/** Adds lines to the log of a run. */
export function writeLog(folder: string, ...lines: readonly object[]): void {
  appendFileSync(join(folder, "logs.jsonl"), lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
}
