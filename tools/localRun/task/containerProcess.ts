import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { DaemonEvent } from "../standIns/daemon/daemon";
import { EventSocket, eventSocketVariable } from "../standIns/daemon/eventSocket";
import type { LocalContainer } from "./plan";

/** How a process ended. */
export interface Exit {
  /** Exit code, or null after a signal. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** How a container stopped when it was asked to. */
export interface Stop extends Exit {
  /** Whether it had to be killed when its stop timeout was over. */
  readonly killed: boolean;
}

/** Lines of a container's log that are kept for when it fails. */
const keptLogLines = 20;

/** A container's process. */
export class ContainerProcess {
  /** Resolves when the process has ended, for whatever reason. */
  readonly exited: Promise<Exit>;
  /** Resolves when the process is there, and listens if it is one that says so. Never rejects: see `exited`. */
  readonly started: Promise<void>;
  /** The last lines of its log. */
  readonly log: string[] = [];
  private readonly child: ChildProcess;
  private stopping = false;
  private ended = false;

  /**
   * @param onEvent takes what a daemon stand-in reports
   * @param onLine takes each line of the log
   */
  constructor(
    readonly container: LocalContainer,
    private readonly onEvent: (event: DaemonEvent) => void,
    private readonly onLine: (line: string) => void,
  ) {
    const [file = "", ...args] = container.command;
    let listening = (): void => undefined;
    const events = container.reportsEvents
      ? new EventSocket((event) => {
          if (event.kind === "listening") listening();
          this.onEvent(event);
        })
      : undefined;
    this.child = spawn(file, args, {
      cwd: container.workingDirectory,
      env: { ...container.environment, ...(events && { [eventSocketVariable]: events.path }) },
      stdio: ["ignore", "pipe", "pipe"],
      // A process group of its own: Ctrl-C in the terminal must reach this tool only, which then stops in order.
      detached: true,
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      if (stream) createInterface({ input: stream }).on("line", (line) => this.keep(line));
    }
    this.exited = new Promise((resolve) => {
      this.child.once("exit", (code, signal) => {
        this.killGroup();
        this.ended = true;
        resolve({ code, signal });
      });
      this.child.once("error", (error) => {
        this.keep(error.message);
        if (this.child.pid !== undefined) return;
        this.ended = true;
        resolve({ code: 127, signal: null });
      });
    });
    this.started = new Promise((resolve) => {
      this.exited.then(() => resolve());
      if (events === undefined) this.child.once("spawn", resolve);
      listening = resolve;
    });
    this.exited.then(() => events?.close());
  }

  /** Whether it is being stopped, so that its end is no surprise. */
  get isStopping(): boolean {
    return this.stopping;
  }

  get hasEnded(): boolean {
    return this.ended;
  }

  /** Sends SIGTERM, and SIGKILL after the stop timeout, as ECS does. */
  async stop(): Promise<Stop> {
    this.stopping = true;
    let killed = false;
    const timer = setTimeout(() => {
      killed = true;
      this.kill();
    }, this.container.stopTimeoutMs);
    // Only the container's first process gets the signal; what that does with it is part of what is tried here.
    this.child.kill("SIGTERM");
    const exit = await this.exited;
    clearTimeout(timer);
    return { ...exit, killed };
  }

  /** Ends it at once, with all that it started. */
  kill(): void {
    this.stopping = true;
    this.killGroup();
  }

  private keep(line: string): void {
    this.log.push(line);
    if (this.log.length > keptLogLines) this.log.shift();
    this.onLine(line);
  }

  /** A container takes everything in it along when it ends; here that is the process group. */
  private killGroup(): void {
    if (this.child.pid === undefined || this.ended) return;
    try {
      process.kill(-this.child.pid, "SIGKILL");
    } catch {
      // The group has gone already.
    }
  }
}

/** How a process ended, for a person. */
export function describeExit({ code, signal }: Exit): string {
  return signal === null ? `with code ${code}` : `by ${signal}`;
}
