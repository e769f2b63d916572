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

/** How a command ended: its exit code, or that there is no such command. */
type Outcome = { readonly found: true; readonly exitCode: number; readonly errors: string } | { readonly found: false };

/** Runs a command to its end; `errors` is what it wrote to a piped stderr. */
function run(command: string, args: readonly string[], options: SpawnOptions): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    // Ctrl-C reaches the CLI from the terminal, and it finishes what it is at; this process waits for it. Before the
    // start, because a signal in between would end this process alone.
    const forward = (signal: NodeJS.Signals) => void (signal === "SIGINT" || child.kill(signal));
    const signals: NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];
    for (const signal of signals) process.on(signal, forward);
    const child = spawn(command, args, { ...options, env: { ...environment, ...process.env } });
    let errors = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      errors += text;
    });
    const settle = (outcome: Outcome): void => {
      for (const signal of signals) process.off(signal, forward);
      resolve(outcome);
    };
    child.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") settle({ found: false });
      else reject(error);
    });
    child.once("close", (code, signal) => {
      settle({ found: true, exitCode: code ?? 128 + (signal ? constants.signals[signal] : 0), errors });
    });
  });
}

/** Hands its arguments to the Pulumi CLI: the one on PATH, else a pinned one which npx fetches. */
async function main(args: readonly string[]): Promise<number> {
  const installed = await run("pulumi", args, { stdio: "inherit" });
  if (installed.found) return installed.exitCode;

  console.error(`pulumi is not on PATH: using npx ${pinnedCli}, which is downloaded the first time.`);
  // Asked first whether it runs at all, because its exit code would not tell a failed download from a failed
  // deployment.
  const probe = await run("npx", ["--yes", pinnedCli, "version"], { stdio: ["ignore", "ignore", "pipe"] });
  if (!probe.found || probe.exitCode !== 0) {
    const reason = probe.found ? (probe.errors.trim().split("\n")[0] ?? "") : "npx is not on PATH";
    console.error(
      `Cannot start Pulumi: no pulumi on PATH, and npx ${pinnedCli} failed (${reason}). ` +
        "Install it: https://www.pulumi.com/docs/iac/download-install/",
    );
    return 1;
  }
  const fetched = await run("npx", ["--yes", pinnedCli, ...args], { stdio: "inherit" });
  return fetched.found ? fetched.exitCode : 1;
}

main(process.argv.slice(2)).then(
  (exitCode) => {
    process.exitCode = exitCode;
  },
  (error: unknown) => {
    console.error(`Cannot start Pulumi: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  },
);
