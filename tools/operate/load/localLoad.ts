import { appendFileSync } from "node:fs";
import { join } from "node:path";
import type { Result } from "autocannon";
import { apps } from "../../../components/apps/apps";
import { entryServices, stackServices } from "../../../components/apps/stackServices";
import { collectors } from "../../../components/collectors/collectors";
import { parseConfig } from "../../../config";
import { startProcess } from "../../childProcess";
import { readStackSettings } from "../../evaluation/stackSettings";
import { withProgress } from "../../terminal/withProgress";
import { type Io, OperationError } from "../command";
import { type LocalRun, readLiveRun, readLocalRun } from "../localRun";
import type { Load, LoadResult } from "./loadResult";
import { maxSeconds } from "./remoteLoad";

/** Works with the local run of a stack that is kept, or with one that is started for it. */
export async function withRun<T>(stack: string, io: Io, work: (run: LocalRun) => Promise<T>): Promise<T> {
  const kept = await readLocalRun(stack, io.projectDir).catch(() => undefined);
  if (kept?.alive) return work(kept);
  io.stderr.write(`No local run of stack ${stack} is kept, so one is started (npm start -- --keep).\n`);
  // The same process that a person would start.
  const command = [process.execPath, "-r", "./tools/register.js", "tools/start.ts", "--stack", stack, "--keep"];
  const { child, exited } = startProcess(command, { cwd: io.projectDir, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  const isUp = new Promise<boolean>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        said += text;
        if (/^Keeps running/m.test(said)) resolve(true);
      });
    }
    void exited.then(() => resolve(false));
  });
  const interrupt = () => void child.kill("SIGINT");
  io.interrupted.addEventListener("abort", interrupt);
  try {
    if (!(await withProgress((line) => io.stderr.write(`${line}\n`), "starting a local run", isUp))) {
      const [reason = "it did not say why"] = said.trim().split("\n").slice(-1);
      throw new OperationError(`the local run of stack ${stack} did not start: ${reason.replace(/^error: /, "")}`);
    }
    return await work(await readLiveRun(stack, io.projectDir));
  } finally {
    io.interrupted.removeEventListener("abort", interrupt);
    interrupt();
    await exited;
  }
}

/** Sends load from this machine to the service of a local run that gets it, and notes it in the record of the run. */
export async function sendToRun(
  run: LocalRun,
  size: Omit<Load, "url">,
  { projectDir, interrupted }: Io,
): Promise<LoadResult> {
  const name = loadedService(run.stack, projectDir);
  const service = run.services.find((each) => each.name === name);
  if (service === undefined) throw new OperationError(`the local run of stack ${run.stack} has no service ${name}`);
  const { href: url, pathname: path } = new URL("/", service.url);
  const from = Date.now();
  const { answered, result } = await sendFromHere({ ...size, url }, interrupted);
  const sent = { service: service.tracingName, method: "GET", path, requests: answered, from, to: Date.now() };
  appendFileSync(join(run.folder, "requests.jsonl"), `${JSON.stringify(sent)}\n`);
  return result;
}

/** The service which gets the load in AWS, too: the first traced one that the load client calls. */
function loadedService(stack: string, projectDir: string): string {
  const { project, config } = readStackSettings(stack, projectDir);
  const settings = parseConfig(config, project, stack);
  const collector = collectors[settings.collector.kind](settings.collector);
  return entryServices(stackServices(apps[settings.app.kind], { project, stack, ...settings.app }, collector)).load
    .name;
}

/** Sends load from this machine; what was answered until `interrupted` is the result, too. */
async function sendFromHere(load: Load, interrupted: AbortSignal) {
  const { default: autocannon } = await import("autocannon");
  const ended = AbortSignal.any([interrupted, AbortSignal.timeout(maxSeconds * 1000)]);
  const { latency, requests, duration, errors, non2xx } = await new Promise<Result>((resolve, reject) => {
    const options = { url: load.url, amount: load.requests, connections: load.concurrency };
    const sending = autocannon(options, (error: unknown, result) => (error ? reject(error) : resolve(result)));
    ended.addEventListener("abort", () => sending.stop());
  });
  const completed = requests.total + errors;
  const result: LoadResult = {
    ...load,
    completed,
    failed: errors + non2xx,
    seconds: duration,
    perSecond: duration === 0 ? 0 : Math.round((completed / duration) * 10) / 10,
    percentiles: { 50: latency.p50, 75: latency.p75, 90: latency.p90, 99: latency.p99, 100: latency.max },
  };
  return { answered: requests.total, result };
}
