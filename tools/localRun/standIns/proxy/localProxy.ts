import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { proxyFlag } from "../../../checks/proxies";
import type { Task } from "../../task/evaluatedTasks";

/** A program which is an HTTP proxy. */
export interface ProxyProgram {
  /** What it is, in a few words for a person. */
  readonly description: string;
  /**
   * Program and arguments.
   *
   * @param port where it is to listen on this machine
   * @param hosts what stands here for the hosts of the internet: from `host:port` to `host:port`
   */
  command(port: number, hosts: ReadonlyMap<string, string>): readonly string[];
}

/** The proxy which needs nothing but Node.js. */
export const nodeProxy: ProxyProgram = {
  description: "a proxy",
  command: (port, hosts) => [
    process.execPath,
    ...["-r", resolve(__dirname, "../../../register.js"), join(__dirname, "main.ts")],
    ...["--port", String(port)],
    ...[...hosts].flatMap(([host, here]) => ["--host", `${host}=${here}`]),
  ],
};

/** A proxy which a daemon is told to use, and the region whose X-Ray it calls through it. */
export interface UsedProxy {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly region: string;
}

/** The proxy of the first daemon among the tasks which has one. */
export function proxyOf(tasks: readonly Task[]): UsedProxy | undefined {
  for (const container of tasks.flatMap(({ containers }) => containers)) {
    const url = proxyFlag({ ...container });
    if (url !== undefined) {
      const { hostname: host, port, protocol } = new URL(url);
      const region = container.environment.find(({ name }) => name === "AWS_REGION")?.value ?? "";
      return { url, host, port: Number(port || (protocol === "https:" ? 443 : 80)), region };
    }
  }
  return undefined;
}

/** How long a proxy may take to listen, and to end when it is asked to, in milliseconds. */
const patienceMs = 5000;

/** A proxy as a process of this machine, which can be stopped and started again. */
export class LocalProxy {
  /** Every line it has logged. */
  readonly log: string[] = [];
  private child: ChildProcess | undefined;

  /**
   * @param port where it listens on this machine
   * @param hosts what stands here for the hosts of the internet
   */
  constructor(
    readonly program: ProxyProgram,
    private readonly port: number,
    private readonly hosts: ReadonlyMap<string, string>,
  ) {}

  /** Starts it. Throws with its log when it does not listen in time. */
  async start(): Promise<void> {
    const [file = "", ...args] = this.program.command(this.port, this.hosts);
    const child = spawn(file, args, { stdio: ["ignore", "pipe", "pipe"], detached: true });
    this.child = child;
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on("line", (line) => this.log.push(line));
    }
    child.on("error", (error) => this.log.push(error.message));
    const deadline = Date.now() + patienceMs;
    while (!(await this.listens())) {
      if (child.exitCode !== null || child.pid === undefined || Date.now() > deadline) {
        throw new Error([`${this.program.description} does not listen on ${this.port}.`, ...this.log].join("\n"));
      }
      await sleep(20);
    }
  }

  /** Stops it and waits until it is gone. Works at any time. */
  async stop(): Promise<void> {
    const { child } = this;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const timer = setTimeout(() => this.kill(), patienceMs);
    child.kill("SIGTERM");
    await once(child, "exit");
    clearTimeout(timer);
  }

  kill(): void {
    this.child?.kill("SIGKILL");
  }

  /** How often it has been asked for a tunnel to a host, such as `xray.eu-central-1.amazonaws.com:443`. */
  tunnelsTo(host: string): number {
    return this.log.filter((line) => line.includes(`CONNECT ${host}`)).length;
  }

  private async listens(): Promise<boolean> {
    const socket = connect(this.port, "127.0.0.1");
    const connected = await once(socket, "connect").then(
      () => true,
      () => false,
    );
    socket.destroy();
    return connected;
  }
}
