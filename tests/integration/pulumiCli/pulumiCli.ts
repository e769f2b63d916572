import { type ChildProcess, execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { TestProcess } from "../../processes/testProcess";
import { awsEnvironment } from "../account";
import type { ProgramSettings } from "./program";

const stack = "test";
const project = resolve(__dirname, "program");

/** How a command of the CLI ended. */
export interface CliOutcome {
  readonly exitCode: number | null;
  /** All it wrote, on both streams. */
  readonly output: string;
  /** What it did to which resource, such as `created egress-lease`, in its order; components left out. */
  readonly done: string[];
}

/** The lines of the CLI's progress which tell that something was done to a resource of a provider. */
function doneIn(output: string): string[] {
  const line =
    /^ *[-+~]+ +pulumi-nodejs:dynamic\S* (\S+) ((?:created|updated|deleted|replaced)(?: original| replacement)?)/gm;
  return [...output.matchAll(line)].map(([, name, what]) => `${what} ${name}`);
}

/**
 * Kills a process and all it has started, children first, so that none is left without a parent to find it by. The CLI
 * puts its plugins into process groups of their own, so a group is not enough.
 */
export function killTree({ pid: root }: ChildProcess): void {
  const rows = execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" }).trim().split("\n");
  const parents = rows.map((row) => row.trim().split(/\s+/).map(Number) as [pid: number, parent: number]);
  const kill = (pid: number) => {
    for (const [child, parent] of parents) {
      if (parent === pid) kill(child);
    }
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // Ended meanwhile.
    }
  };
  if (root !== undefined) kill(root);
}

/** The real Pulumi CLI with its engine, on a backend in a temporary folder. */
export class PulumiCli {
  private readonly home = mkdtempSync(join(tmpdir(), "traced-fargate-pulumi-"));
  private running: TestProcess | undefined;

  constructor(
    private readonly program: string,
    private readonly endpoint: string,
    /** To be changed between commands. */
    public settings: ProgramSettings,
  ) {}

  /** Runs a command to its end, whatever that is. */
  async run(...args: string[]): Promise<CliOutcome> {
    const pulumi = new TestProcess([this.program, ...args, "--stack", stack, "--non-interactive"], {
      cwd: project,
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
        PULUMI_NODEJS_TRANSPILE_ONLY: "true",
      },
    });
    this.running = pulumi;
    const started = Date.now();
    // Not "close": a provider which outlives the CLI keeps the streams open.
    const [exitCode] = (await once(pulumi.child, "exit")) as [number | null];
    await Promise.race([pulumi.exited, setTimeout(500)]);
    this.running = undefined;
    console.log(`      pulumi ${args.join(" ")}: exit code ${exitCode} after ${Date.now() - started} ms`);
    const output = pulumi.output + pulumi.errors;
    return { exitCode, output, done: doneIn(output) };
  }

  /**
   * Runs a command which has to succeed.
   *
   * @returns what it did to which resource
   * @throws with all the command wrote
   */
  async must(...args: string[]): Promise<string[]> {
    const { exitCode, output, done } = await this.run(...args);
    if (exitCode !== 0) {
      throw new Error(`pulumi ${args.join(" ")} ended with ${exitCode}:\n${output}`);
    }
    return done;
  }

  /** The stack's state. */
  async exported(): Promise<string> {
    await this.must("stack", "export", "--file", this.stateFile);
    return readFileSync(this.stateFile, "utf8");
  }

  /** Gives the stack a state that was exported before. */
  async imported(state: string): Promise<void> {
    writeFileSync(this.stateFile, state);
    await this.must("stack", "import", "--file", this.stateFile);
  }

  private get stateFile(): string {
    return join(this.home, "exported.json");
  }

  /** What Ctrl-C does, until the CLI has taken note of it. The CLI's plugins, in groups of their own, do not get it. */
  async interrupt(): Promise<void> {
    const { running } = this;
    const noted = () => `${running?.output}${running?.errors}`.split("^C received").length;
    const before = noted();
    running?.child.kill("SIGINT");
    while (this.running !== undefined && noted() === before) {
      await setTimeout(20);
    }
  }

  /** What a machine that dies does. */
  kill(): void {
    if (this.running !== undefined) killTree(this.running.child);
  }

  /** Forgets the stack. */
  remove(): void {
    this.kill();
    rmSync(this.home, { recursive: true, force: true });
    rmSync(join(project, `Pulumi.${stack}.yaml`), { force: true });
  }
}
