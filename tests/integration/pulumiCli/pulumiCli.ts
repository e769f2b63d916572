import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { awsEnvironment } from "../account";
import type { ProgramSettings } from "./program";

const stack = "test";
const project = resolve(__dirname, "program");

/** How a command of the CLI ended. */
export interface CliOutcome {
  readonly exitCode: number | null;
  /** All it wrote, on both streams. */
  readonly output: string;
}

/** A running process and all that it has started, children first, so that none is left without a parent to find it by. */
function processTree(root: number): number[] {
  const rows = execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" }).trim().split("\n");
  const parents = rows.map((row) => row.trim().split(/\s+/).map(Number) as [number, number]);
  const below = (pid: number): number[] => [
    ...parents.filter(([, parent]) => parent === pid).flatMap(([child]) => below(child)),
    pid,
  ];
  return below(root);
}

/** Kills a process and all it has started. The CLI puts its plugins into process groups of their own, so a group is not enough. */
export function killTree(child: ChildProcess): void {
  for (const pid of child.pid === undefined ? [] : processTree(child.pid)) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // Ended meanwhile.
    }
  }
}

/** The real Pulumi CLI with its engine, on a backend in a temporary folder. */
export class PulumiCli {
  private readonly home = mkdtempSync(join(tmpdir(), "traced-fargate-pulumi-"));
  private running: ChildProcess | undefined;

  constructor(
    private readonly program: string,
    private readonly endpoint: string,
    /** To be changed between commands. */
    public settings: ProgramSettings,
  ) {}

  /** Runs a command to its end, whatever that is. */
  async run(...args: string[]): Promise<CliOutcome> {
    const child = spawn(this.program, [...args, "--stack", stack, "--non-interactive"], {
      cwd: project,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...process.env,
        ...awsEnvironment(this.endpoint),
        PATH: `${dirname(this.program)}:${process.env.PATH ?? ""}`,
        NODE_V8_COVERAGE: undefined,
        NODE_NO_WARNINGS: "1",
        PROGRAM_SETTINGS: JSON.stringify(this.settings),
        PULUMI_BACKEND_URL: `file://${this.home}`,
        PULUMI_CONFIG_PASSPHRASE: "test",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        PULUMI_HOME: join(this.home, "home"),
        PULUMI_NODEJS_TSCONFIG_PATH: resolve(__dirname, "../../../tsconfig.json"),
        PULUMI_SKIP_UPDATE_CHECK: "true",
        TS_NODE_TRANSPILE_ONLY: "1",
      },
    });
    this.running = child;
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
    });
    child.stderr.on("data", (chunk) => {
      output += chunk;
    });
    const [exitCode] = (await once(child, "close")) as [number | null];
    this.running = undefined;
    return { exitCode, output };
  }

  /**
   * Runs a command which has to succeed, with a line for the person who waits.
   *
   * @throws with all the command wrote
   */
  async must(...args: string[]): Promise<void> {
    const started = Date.now();
    const { exitCode, output } = await this.run(...args);
    console.log(`      pulumi ${args.join(" ")}: exit code ${exitCode} after ${Date.now() - started} ms`);
    if (exitCode !== 0) {
      throw new Error(`pulumi ${args.join(" ")} ended with ${exitCode}:\n${output}`);
    }
  }

  /** What Ctrl-C does. */
  interrupt(): void {
    this.running?.kill("SIGINT");
  }

  /** What a machine that dies does. */
  kill(): void {
    if (this.running !== undefined) {
      killTree(this.running);
    }
  }

  /** Forgets the stack. */
  remove(): void {
    this.kill();
    rmSync(this.home, { recursive: true, force: true });
    rmSync(join(project, `Pulumi.${stack}.yaml`), { force: true });
  }
}
