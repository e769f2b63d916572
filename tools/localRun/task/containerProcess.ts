import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { type Exit, startProcess } from "../../childProcess";
import { type DaemonEvent, EventSocket, eventSocketVariable } from "../standIns/daemon/events";
import type { LocalCommand } from "./plan";

/** How a container stopped when it was asked to. */
export interface Stop extends Exit {
  /** Whether it had to be killed when its stop timeout was over. */
  readonly killed: boolean;
}

/** Lines of a container's log that are kept for when it fails. */
const keptLogLines = 20;

/** How long the rest of a log may take to arrive when its process has ended, in milliseconds. */
const logPatienceMs = 1000;

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
   * @param container.stopTimeoutMs how long it may take to end when it is asked to, in milliseconds
   * @param onLine takes each line of the log
   * @param onEvent takes what a daemon stand-in reports. @default it reports nothing
   */
  constructor(
    private readonly container: LocalCommand & { readonly stopTimeoutMs: number },
    private readonly onLine: (line: string) => void,
    onEvent?: (event: DaemonEvent) => void,
  ) {
    let isListening = (): void => undefined;
    const events =
      onEvent &&
      new EventSocket((event) => {
        if (event.kind === "listening") isListening();
        onEvent(event);
      });
    const { child, exited } = startProcess(container.command, {
      cwd: container.workingDirectory,
      env: { ...container.environment, ...(events && { [eventSocketVariable]: events.path }) },
      stdio: ["ignore", "pipe", "pipe"],
      // A process group of its own: Ctrl-C in the terminal must reach this tool only, which then stops in order.
      detached: true,
    });
    this.child = child;
    for (const stream of [child.stdout, child.stderr]) {
      if (stream) createInterface({ input: stream }).on("line", (line) => this.addToLog(line));
    }
    const closed = once(child, "close").catch(() => undefined);
    this.exited = exited.then(async (exit) => {
      if (exit.error !== undefined) this.addToLog(exit.error.message);
      this.killGroup();
      this.ended = true;
      // The last lines of its log may come after its end; who has left its process group may keep the log open forever.
      if (exit.error === undefined) await Promise.race([closed, sleep(logPatienceMs, undefined, { ref: false })]);
      events?.close();
      return exit;
    });
    const listening = events ? new Promise<void>((resolve) => (isListening = resolve)) : once(child, "spawn");
    this.started = Promise.race([listening.catch(() => undefined), this.exited]).then(() => undefined);
  }

  /** Whether it is being stopped, so that its end is expected. */
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

  private addToLog(line: string): void {
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
