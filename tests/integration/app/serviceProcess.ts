import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { collected } from "../../processes/collected";
import { freePort } from "../../processes/freePort";

const HELLO = join(__dirname, "../../../app/hello");
const LOADER = join(__dirname, "../../../tools/register.js");

/** Path of the service's bundle, built once a process by the same command that the image is built with. */
export function bundle(): string {
  if (!built) {
    execFileSync("npm", ["run", "build"], { cwd: HELLO, stdio: "pipe" });
    built = true;
  }
  return join(HELLO, "dist/service.cjs");
}
let built = false;

/** A process of the service. */
export interface ServiceProcess {
  readonly port: number;
  readonly url: string;
  readonly process: ChildProcess;
  /** Everything it has logged, line by line. */
  logged(): Record<string, unknown>[];
  stderr(): string;
  /** Sends a signal and waits for the end: the exit code, or the name of the signal that killed it. */
  stop(signal?: NodeJS.Signals): Promise<number | string>;
}

/**
 * Starts the bundle with nothing in its environment but what is given, and resolves when it listens. `FROM_SOURCE` runs
 * the source instead.
 */
export async function startService(environment: Record<string, string>): Promise<ServiceProcess> {
  const port = await freePort();
  const child = spawnService({ PORT: String(port), ...environment });
  while (!child.stdout().includes('"listening"')) {
    await Promise.race([once(child.process.stdout ?? child.process, "data"), child.ended]);
    if (child.process.exitCode !== null) {
      throw new Error(`the service ended with ${child.process.exitCode}: ${child.stderr()}`);
    }
  }
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    process: child.process,
    logged: () =>
      child
        .stdout()
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line)),
    stderr: child.stderr,
    stop(signal = "SIGTERM") {
      child.process.kill(signal);
      return child.ended;
    },
  };
}

/**
 * Runs the bundle to its end, for environments that it can't start with.
 *
 * @param stopAfter when this resolves, SIGTERM is sent
 */
export async function runService(environment: Record<string, string>, stopAfter?: Promise<unknown>) {
  const child = spawnService(environment);
  void stopAfter?.then(() => child.process.kill("SIGTERM"));
  const code = await child.ended;
  return { code, stdout: child.stdout(), stderr: child.stderr() };
}

function spawnService({ FROM_SOURCE, ...environment }: Record<string, string>) {
  const source = ["-r", LOADER, join(HELLO, "main.ts")];
  const env = { PATH: process.env.PATH, ...environment };
  const child = spawn(process.execPath, FROM_SOURCE ? source : [bundle()], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const stdout = collected(child.stdout);
  const stderr = collected(child.stderr);
  const ended = once(child, "close").then(([code, signal]) => (code ?? signal) as number | string);
  return { process: child, ended, stdout, stderr };
}
