import { appendFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { join } from "node:path";
import { LocalServer } from "../../processes/localServer";

const root = join(__dirname, "../../..");
const runId = "run-1";

/** Writes the record of a local run of `dev` into a project's folder, as a local run does; its folder. */
export function writeRecord(projectDir: string, name: string, run: object): string {
  for (const file of ["Pulumi.yaml", "Pulumi.dev.yaml"]) cpSync(join(root, file), join(projectDir, file));
  const folder = join(projectDir, "node_modules/.cache/traced-fargate/local-runs", name);
  mkdirSync(folder, { recursive: true });
  const started = { stack: "dev", id: runId, pid: process.pid, startedAt: new Date().toISOString(), services: [] };
  writeFileSync(join(folder, "run.json"), JSON.stringify({ ...started, ...run }));
  return folder;
}

/** A service of a local run, as its record has it. */
export function recordedService(url: string, name = "hello"): object {
  return { name, url, logGroup: `/traced-fargate/dev/${name}`, tracingName: `traced-fargate-dev-${name}` };
}

/** A service of that run, whose answers say so. */
export function startService(listener: RequestListener = (_request, response) => response.end()): Promise<LocalServer> {
  return new LocalServer((request, response) => {
    response.setHeader("x-local-run", runId);
    if (request.url === "/.local-run") response.end();
    else listener(request, response);
  }).listen();
}

/** Adds lines to the log of a run. */
export function writeLog(folder: string, ...lines: readonly object[]): void {
  appendFileSync(join(folder, "logs.jsonl"), lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
}

/** What a run has noted of the requests that were sent to it. */
export function readRequests(folder: string): object[] {
  const lines = readFileSync(join(folder, "requests.jsonl"), "utf8").trim().split("\n");
  return lines.map((line) => JSON.parse(line));
}
