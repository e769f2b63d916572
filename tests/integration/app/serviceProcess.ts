import { type ChildProcess, execFileSync } from "node:child_process";
import { join } from "node:path";
import { freePort } from "../../../tools/localRun/task/ports";
import { TestProcess, typescript } from "../../processes/testProcess";

const HELLO = join(__dirname, "../../../app/hello");

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
  const service = spawnService({ PORT: String(port), ...environment });
  await service.prints(/"listening"/);
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    process: service.child,
    logged: () => [...service.output.matchAll(/.+/g)].map(([line]) => JSON.parse(line)),
    stderr: () => service.errors,
    async stop(signal = "SIGTERM") {
      service.child.kill(signal);
      const [code, killer] = await service.exited;
      return code ?? killer ?? "";
    },
  };
}

/**
 * Runs the bundle to its end, for environments that it can't start with.
 *
 * @param stopAfter when this resolves, SIGTERM is sent
 */
export async function runService(environment: Record<string, string>, stopAfter?: Promise<unknown>) {
  const service = spawnService(environment);
  void stopAfter?.then(() => service.child.kill("SIGTERM"));
  const [code] = await service.exited;
  return { code, stdout: service.output, stderr: service.errors };
}

function spawnService({ FROM_SOURCE, ...environment }: Record<string, string>): TestProcess {
  const command = FROM_SOURCE ? typescript(join(HELLO, "main.ts")) : [process.execPath, bundle()];
  return new TestProcess(command, { env: { PATH: process.env.PATH, ...environment } });
}
