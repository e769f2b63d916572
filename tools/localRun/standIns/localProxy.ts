import { join, resolve } from "node:path";
import { proxyFlag } from "../../checks/proxies";
import type { SamplingRule } from "../checks/sampling";
import type { TraceStore } from "../checks/traceStore";
import { holdsWithin } from "../holdsWithin";
import { ContainerProcess } from "../task/containerProcess";
import type { Task } from "../task/evaluatedTasks";
import { isListening, saysPortTaken } from "../task/ports";
import { PortTaken } from "../task/runningTask";
import { XrayApi } from "./xrayApi";

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
    ...["-r", resolve(__dirname, "../../register.js"), join(__dirname, "connectProxy.ts")],
    ...["--port", String(port)],
    ...[...hosts].flatMap(([host, here]) => ["--host", `${host}=${here}`]),
  ],
};

/** A proxy which a daemon is told to use. */
export interface UsedProxy {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** What the daemon calls through it, such as `xray.eu-central-1.amazonaws.com:443`. */
  readonly xrayHost: string;
}

/** The proxy of the first daemon among the tasks which has one. */
export function proxyOf(tasks: readonly Task[]): UsedProxy | undefined {
  for (const container of tasks.flatMap(({ containers }) => containers)) {
    const url = proxyFlag({ ...container });
    if (url !== undefined) {
      const { hostname: host, port, protocol } = new URL(url);
      const region = container.environment.find(({ name }) => name === "AWS_REGION")?.value ?? "";
      const xrayHost = `xray.${region}.amazonaws.com:443`;
      return { url, host, port: Number(port || (protocol === "https:" ? 443 : 80)), xrayHost };
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
  private process: ContainerProcess | undefined;

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
    const { description } = this.program;
    const started = new ContainerProcess(
      {
        command: this.program.command(this.port, this.hosts),
        workingDirectory: process.cwd(),
        environment: { PATH: process.env.PATH ?? "" },
        stopTimeoutMs: patienceMs,
      },
      (line) => this.log.push(line),
    );
    this.process = started;
    const listening = await holdsWithin(patienceMs, async () => started.hasEnded || (await isListening(this.port)));
    if (!listening || started.hasEnded) {
      const message = [`${description} does not listen on ${this.port}.`, ...this.log].join("\n");
      throw saysPortTaken(this.log) ? new PortTaken(message, []) : new Error(message);
    }
  }

  /** Stops it and waits until it is gone. Works at any time. */
  async stop(): Promise<void> {
    await this.process?.stop();
  }

  kill(): void {
    this.process?.kill();
  }

  /** How often it has been asked for a tunnel to a host, such as `xray.eu-central-1.amazonaws.com:443`. */
  tunnelsTo(host: string): number {
    return this.log.filter((line) => line.includes(`CONNECT ${host}`)).length;
  }
}

/** X-Ray's API behind a proxy which the tasks are told to use. */
export interface ProxiedXray {
  readonly used: UsedProxy;
  readonly api: XrayApi;
  /** What stands here for the host that daemons call through the proxy. */
  readonly hosts: ReadonlyMap<string, string>;
}

/** Opens what stands for X-Ray: it must be closed. */
export async function openProxiedXray(
  used: UsedProxy,
  rules: readonly SamplingRule[],
  store: TraceStore,
): Promise<ProxiedXray> {
  const api = new XrayApi(rules, (documents) => store.add("", { kind: "delivered", documents }));
  return { used, api, hosts: new Map([[used.xrayHost, await api.listen()]]) };
}
