import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { killTree } from "../pulumiCli/pulumiCli";
import { type EngineReport, readEvents } from "./engineEvents";

/** How a command of the CLI ended. */
export interface CommandOutcome extends EngineReport {
  readonly exitCode: number | null;
  readonly seconds: number;
  /** Path of all that it wrote. */
  readonly log: string;
}

/** A command that has not ended. */
interface RunningCommand {
  readonly child: ChildProcess;
  /** Paths of all that it writes, and of the engine's events. */
  readonly log: string;
  readonly events: string;
}

/** Commands of the CLI that run the engine, which tells of each step. */
const engineCommands = new Set(["preview", "up", "refresh", "destroy", "import"]);

/**
 * How long a command may take. All of them are through long before, on a busy machine too, but the provider repeats some
 * refused calls for half an hour.
 */
export const longestCommandMs = 10 * 60_000;

/** The real Pulumi CLI, in a project. */
export class Cli {
  private commands = 0;
  private running: RunningCommand | undefined;

  constructor(
    private readonly program: string,
    private readonly project: string,
    private readonly logs: string,
    private readonly environment: Readonly<Record<string, string | undefined>>,
  ) {}

  /** Runs a command to its end, whatever that is. One that takes too long is killed. */
  async run(...args: readonly string[]): Promise<CommandOutcome> {
    this.commands += 1;
    const command = args.slice(0, args[0] === "stack" ? 2 : 1).join("-");
    const name = join(this.logs, `${String(this.commands).padStart(2, "0")}-${command}`);
    const [log, events] = [`${name}.log`, `${name}.events.json`];
    const output = openSync(log, "w");
    const startedAt = Date.now();
    const eventLog = engineCommands.has(args[0] ?? "") ? ["--event-log", events] : [];
    const child = spawn(this.program, [...args, ...eventLog, "--non-interactive"], {
      cwd: this.project,
      env: this.environment,
      stdio: ["ignore", output, output],
      // Ctrl-C is for the one who waits for this process: it ends the CLI, then the stand-in for AWS.
      detached: true,
    });
    this.running = { child, log, events };
    const limit = setTimeout(() => this.kill(), longestCommandMs);
    try {
      const [exitCode] = (await once(child, "exit")) as [number | null];
      const report = readEvents(existsSync(events) ? readFileSync(events, "utf8") : "");
      // What was killed has said nothing of it.
      const isSilent = exitCode !== 0 && exitCode !== null && report.errors.length === 0;
      const errors = isSilent ? lastLines(log) : report.errors;
      return { ...report, errors, exitCode, seconds: (Date.now() - startedAt) / 1000, log };
    } finally {
      clearTimeout(limit);
      this.running = undefined;
      closeSync(output);
    }
  }

  /** Kills the running command and all it has started, as a machine that dies does. */
  kill(): void {
    if (this.running !== undefined) killTree(this.running.child);
  }

  /** What Ctrl-C does: the CLI's plugins, in process groups of their own, do not get it. */
  interrupt(): void {
    this.running?.child.kill("SIGINT");
  }

  /** The paths of the running command's events and of all that it writes. */
  get runningFiles(): { readonly log: string; readonly events: string } | undefined {
    return this.running;
  }
}

/** What a command that did not get as far as the engine says. */
function lastLines(log: string): string[] {
  return readFileSync(log, "utf8").trim().split("\n").slice(-3);
}
