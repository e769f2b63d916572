import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import { join } from "node:path";
import { freePort } from "../../../../tools/localRun/task/ports";
import { TestProcess } from "../../../processes/testProcess";

const workspace = join(__dirname, "../../../../app/supervisor");
const example = join(__dirname, "exampleProcess.cjs");

/** Path of the supervisor's bundle, built once a process by the same command that the image is built with. */
export function supervisorBundle(): string {
  if (!built) {
    execFileSync("npm", ["run", "build"], { cwd: workspace, stdio: "pipe" });
    built = true;
  }
  return join(workspace, "dist/supervisor.cjs");
}
let built = false;

/** What the supervisor is to run; by default example processes. */
export interface Container {
  /** Flags of the example daemon, or a whole command. */
  readonly daemon?: readonly string[];
  readonly app?: readonly string[];
  readonly once?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
}

/** How the supervisor ended, and what was still there a moment later. */
export interface ContainerEnd {
  /** Exit code, or 128 and the number of the signal that ended it, as ECS shows it. */
  readonly code: number;
  readonly milliseconds: number;
  /** Processes of the container that were still there, zombies included. */
  readonly remaining: readonly string[];
}

/** A supervisor with what it started, in a process group of its own. */
export class SupervisedContainer {
  private killedAt = 0;

  private constructor(private readonly supervisor: TestProcess) {}

  static async start({ daemon = [], app = [], once: isOnce = false, environment = {} }: Container) {
    const port = await freePort();
    const command = (name: string, given: readonly string[], ...flags: readonly string[]) =>
      given[0]?.startsWith("--") === false ? given : [process.execPath, example, name, ...flags, ...given];
    const daemonCommand = command("daemon", daemon, "--port", String(port));
    const args = [...daemonCommand, "--", ...(isOnce ? ["--once"] : []), ...command("app", app)];
    const env = { PATH: process.env.PATH, AWS_XRAY_DAEMON_ADDRESS: `127.0.0.1:${port}`, ...environment };
    const supervisor = [process.execPath, supervisorBundle(), ...args];
    return new SupervisedContainer(new TestProcess(supervisor, { env, detached: true }));
  }

  get log(): string {
    return this.supervisor.output + this.supervisor.errors;
  }

  /** Waits for a line of the container's log. */
  logs(pattern: RegExp): Promise<RegExpExecArray> {
    return this.supervisor.prints(pattern);
  }

  /** Sends a signal to the supervisor or to one of the example processes. */
  async kill(who: "supervisor" | "app" | "daemon", signal: NodeJS.Signals): Promise<void> {
    const up = new RegExp(`^${who} up (\\d+)$`, "m");
    const pid = who === "supervisor" ? this.supervisor.child.pid : Number((await this.logs(up))[1]);
    if (pid === undefined) throw new Error(`${who} has no process`);
    this.killedAt = performance.now();
    process.kill(pid, signal);
  }

  /** Waits for the end of the supervisor, and cleans up what it left behind. */
  async ended(): Promise<ContainerEnd> {
    const { child } = this.supervisor;
    this.killedAt ||= performance.now();
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    const milliseconds = performance.now() - this.killedAt;
    // Zombies included.
    const group = execFileSync("ps", ["-A", "-o", "pgid=,stat=,args="], { encoding: "utf8" }).matchAll(
      /^ *(\d+) +(.*)$/gm,
    );
    const remaining = [...group].flatMap(([, id, what]) => (Number(id) === child.pid ? [String(what)] : []));
    if (remaining.length > 0) process.kill(-(child.pid ?? 0), "SIGKILL");
    const code = child.exitCode ?? 128 + (child.signalCode === null ? 0 : constants.signals[child.signalCode]);
    return { code, milliseconds, remaining };
  }
}
