import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";

/** A process the supervisor has started. It writes to the container's own output, so its log is the container's. */
export class Child {
  /**
   * How it ended, whatever the reason, as shells count: its exit code, 128 and the signal's number, or 127 or 126 when
   * it can't be run.
   */
  readonly ended: Promise<number>;
  /** Why it couldn't be run. */
  problem: string | undefined;
  private readonly process: ChildProcess;
  private over = false;

  /**
   * @param name what it is, for messages
   * @param command program and arguments; no shell is involved
   */
  constructor(
    readonly name: string,
    [program = "", ...args]: readonly string[],
  ) {
    this.process = spawn(program, args, { stdio: ["ignore", "inherit", "inherit"] });
    const ended = new Promise<number>((resolve) => {
      this.process.once("exit", (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
      this.process.once("error", (error: NodeJS.ErrnoException) => {
        if (this.process.pid === undefined) {
          this.problem = error.message;
          resolve(error.code === "ENOENT" ? 127 : 126);
        }
      });
    });
    this.ended = ended.finally(() => {
      this.over = true;
    });
  }

  get hasEnded(): boolean {
    return this.over;
  }

  /** Sends SIGTERM, and SIGKILL if it is still there after `graceMs` milliseconds; resolves to how it ended. */
  async stop(graceMs: number): Promise<number> {
    const kill = setTimeout(() => this.process.kill("SIGKILL"), graceMs);
    this.process.kill("SIGTERM");
    const status = await this.ended;
    clearTimeout(kill);
    return status;
  }
}
