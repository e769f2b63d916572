import { type SpawnOptions, spawn } from "node:child_process";
import { constants } from "node:os";

/** The CLI that is fetched when none is installed. */
const pinnedCli = "pulumi@3.250.0";

/**
 * What Pulumi's host for Node.js programs reads: types are checked by `npm run check`, so they need not be at every
 * start (https://www.pulumi.com/docs/iac/languages-sdks/javascript/#transpile-only), and the AWS SDK need not say each
 * time that it will ask for a newer Node.js one day.
 */
const environment = {
  PULUMI_NODEJS_TRANSPILE_ONLY: "true",
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
};

/** How a command ended, with what it wrote to piped streams. */
export interface Ended {
  readonly exitCode: number;
  readonly output: string;
  readonly errors: string;
}

/** Runs a command to its end; `undefined` when there is no such command. */
function run(command: string, args: readonly string[], options: SpawnOptions): Promise<Ended | undefined> {
  return new Promise((resolve, reject) => {
    // Ctrl-C reaches the CLI from the terminal, and it finishes what it is at; this process waits for it. Before the
    // start, because a signal in between would end this process alone.
    const forward = (signal: NodeJS.Signals) => void (signal === "SIGINT" || child.kill(signal));
    const signals: NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];
    for (const signal of signals) process.on(signal, forward);
    const child = spawn(command, args, { ...options, env: { ...environment, ...process.env } });
    let output = "";
    let errors = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      errors += text;
    });
    const settle = (ended: Ended | undefined): void => {
      for (const signal of signals) process.off(signal, forward);
      resolve(ended);
    };
    child.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") settle(undefined);
      else reject(error);
    });
    child.once("close", (code, signal) => {
      settle({ exitCode: code ?? 128 + (signal ? constants.signals[signal] : 0), output, errors });
    });
  });
}

/** There is no Pulumi CLI, and none could be fetched. */
export class NoPulumiError extends Error {}

/**
 * Runs the Pulumi CLI: the one on PATH, else a pinned one which npx fetches.
 *
 * @throws NoPulumiError
 */
export async function runPulumi(args: readonly string[], options: SpawnOptions): Promise<Ended> {
  const installed = await run("pulumi", args, options);
  if (installed !== undefined) return installed;

  console.error(`pulumi is not on PATH: using npx ${pinnedCli}, which is downloaded the first time.`);
  // Asked first whether it runs at all, because its exit code would not tell a failed download from a failed
  // deployment.
  const probe = await run("npx", ["--yes", pinnedCli, "version"], { stdio: ["ignore", "ignore", "pipe"] });
  const fetched = probe?.exitCode === 0 ? await run("npx", ["--yes", pinnedCli, ...args], options) : undefined;
  if (fetched === undefined) {
    const reason = probe === undefined ? "npx is not on PATH" : (probe.errors.trim().split("\n")[0] ?? "");
    throw new NoPulumiError(
      `Cannot start Pulumi: no pulumi on PATH, and npx ${pinnedCli} failed (${reason}). ` +
        "Install it: https://www.pulumi.com/docs/iac/download-install/",
    );
  }
  return fetched;
}
