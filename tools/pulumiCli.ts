import type { ChildProcess, SpawnOptions } from "node:child_process";
import { constants } from "node:os";
import { type Ended, runCommand } from "./childProcess";

/** The CLI that is fetched when none is installed. */
const pinnedCli = "pulumi@3.250.0";

/** The AWS SDK need not say each time that it will ask for a newer Node.js one day. */
const environment = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" };

/** Runs a command to its end and passes on the signals that come meanwhile; `undefined` when there is no such command. */
async function run(command: readonly string[], options: SpawnOptions): Promise<Ended | undefined> {
  let child: ChildProcess | undefined;
  // Ctrl-C reaches the CLI from the terminal, and it finishes what it is at; this process waits for it. Before the
  // start, because a signal in between would end this process alone.
  const forward = (signal: NodeJS.Signals) => void (signal === "SIGINT" || child?.kill(signal));
  const signals: NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) process.on(signal, forward);
  const ended = await runCommand(command, { ...options, env: { ...environment, ...process.env } }, (started) => {
    child = started;
  });
  for (const signal of signals) process.off(signal, forward);
  if (ended.error === undefined) return ended;
  if (ended.error.code === "ENOENT") return undefined;
  throw ended.error;
}

/** There is no Pulumi CLI, and none could be fetched. */
export class NoPulumiError extends Error {}

/**
 * Runs the Pulumi CLI: the one on PATH, else a pinned one which npx fetches.
 *
 * @returns its exit code, as a shell gives it, and what it wrote to piped streams
 * @throws NoPulumiError
 */
export async function runPulumi(
  args: readonly string[],
  options: SpawnOptions,
): Promise<Pick<Ended, "output" | "errors"> & { readonly exitCode: number }> {
  const { code, signal, output, errors } =
    (await run(["pulumi", ...args], options)) ?? (await runFetchedPulumi(args, options));
  return { exitCode: code ?? 128 + (signal ? constants.signals[signal] : 0), output, errors };
}

async function runFetchedPulumi(args: readonly string[], options: SpawnOptions): Promise<Ended> {
  console.error(`pulumi is not on PATH: using npx ${pinnedCli}, which is downloaded the first time.`);
  // Asked first whether it runs at all, because its exit code would not tell a failed download from a failed
  // deployment.
  const version = await run(["npx", "--yes", pinnedCli, "version"], { stdio: ["ignore", "ignore", "pipe"] });
  const ended = version?.code === 0 ? await run(["npx", "--yes", pinnedCli, ...args], options) : undefined;
  if (ended !== undefined) return ended;
  const reason = version === undefined ? "npx is not on PATH" : (version.errors.trim().split("\n")[0] ?? "");
  throw new NoPulumiError(
    `Cannot start Pulumi: no pulumi on PATH, and npx ${pinnedCli} failed (${reason}). ` +
      "Install it: https://www.pulumi.com/docs/iac/download-install/",
  );
}
