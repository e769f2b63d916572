import type { ChildProcess, SpawnOptions } from "node:child_process";
import { constants } from "node:os";
import { type Ended, runCommand } from "./childProcess";
import { withProgress } from "./terminal/withProgress";

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

/** Asks the Pulumi CLI something; what it writes is not shown. */
export type AskPulumi = (args: readonly string[]) => ReturnType<typeof runPulumi>;

const askPulumi: AskPulumi = (args) => runPulumi(args, { stdio: ["ignore", "pipe", "pipe"] });

/** Pulumi cannot say what is in the state of a stack: why, and what to type, in one line. */
export class StateError extends Error {}

/** What to type, by a part of what the CLI says. */
const remedies: readonly (readonly [said: RegExp, remedy: (stack: string) => string])[] = [
  [
    /no stack named/,
    (stack) =>
      `there is no stack ${stack} where Pulumi keeps its state; type: pulumi stack init ${stack}, or pulumi login to ` +
      "where it is",
  ],
  [
    /PULUMI_ACCESS_TOKEN must be set/,
    () => "Pulumi is not logged in; type: pulumi login, or pulumi login --local for state on this disk",
  ],
  [
    /passphrase/,
    (stack) => `the state of ${stack} needs its passphrase; type: export PULUMI_CONFIG_PASSPHRASE='the passphrase'`,
  ],
];

/**
 * What a command of the CLI prints about a stack's state.
 *
 * @param args such as `stack output --json`
 * @throws NoPulumiError, or StateError
 */
export async function readFromPulumi(args: readonly string[], stack: string, ask = askPulumi): Promise<string> {
  const { exitCode, output, errors } = await ask([...args, "--stack", stack, "--non-interactive"]);
  if (exitCode === 0) return output;
  const [, remedy] = remedies.find(([said]) => said.test(errors)) ?? [];
  const said = errors.trim().replace(/\s*\n\s*/g, "; ");
  throw new StateError(remedy?.(stack) ?? `the state of ${stack} cannot be read: ${said}`);
}

async function runFetchedPulumi(args: readonly string[], options: SpawnOptions): Promise<Ended> {
  console.error(`pulumi is not on PATH: using npx ${pinnedCli}, which is downloaded the first time.`);
  // Asked first whether it runs at all, because its exit code would not tell a failed download from a failed
  // deployment.
  const asked = run(["npx", "--yes", pinnedCli, "version"], { stdio: ["ignore", "ignore", "pipe"] });
  const version = await withProgress((line) => console.error(line), `fetching ${pinnedCli}`, asked);
  const ended = version?.code === 0 ? await run(["npx", "--yes", pinnedCli, ...args], options) : undefined;
  if (ended !== undefined) return ended;
  const reason = version === undefined ? "npx is not on PATH" : fetchFailure(version.errors);
  throw new NoPulumiError(
    `Cannot start Pulumi: no pulumi on PATH, and npx ${pinnedCli} failed (${reason}). ` +
      "Install it: https://www.pulumi.com/docs/iac/download-install/",
  );
}

/**
 * Why npx could not fetch the CLI. npm's warnings come first, an error's code and system call next, and what npm
 * advises last; the package `pulumi` does not say what it failed to fetch.
 */
export function fetchFailure(errors: string): string {
  const lines = errors
    .split("\n")
    .map((line) => line.replace(/^npm (error|ERR!)( network| notarget)?/, "").trim())
    .filter((line) => line !== "" && !/^npm (warn|notice)\b|^Downloading /i.test(line));
  const reason = lines.find((line) => !/^(code|syscall|errno) /.test(line)) ?? lines[0] ?? "it did not say why";
  return reason.replace("pulumi: fetch failed", "$& from https://get.pulumi.com");
}
