import { checkProxy, type ProxyCheckContext } from "../../checks/proxyChecks";
import type { SamplingRule } from "../../checks/samplingRules";
import type { Check } from "../../checks/serviceChecks";
import type { TraceStore } from "../../checks/traceStore";
import type { Task } from "../../task/evaluatedTasks";
import type { HostMap, PortAllocator } from "../../task/ports";
import { LocalProxy, type ProxyProgram, proxyOf, type UsedProxy } from "./localProxy";
import { XrayApi } from "./xrayApi";

/** The way out which the tasks are told to take: a proxy as a process of this machine, and X-Ray's API behind it. */
export class OutboundPath {
  /** What the tasks' names for the proxy lead to on this machine. */
  readonly hosts: HostMap;

  private constructor(
    private readonly used: UsedProxy,
    private readonly proxy: LocalProxy,
    private readonly api: XrayApi,
    private readonly store: TraceStore,
    port: number,
  ) {
    this.hosts = new Map([[used.host, new Map([[used.port, port]])]]);
  }

  /**
   * Opens what stands for X-Ray when a task uses a proxy: `stop` must be called then.
   *
   * @param rules the account's sampling rules
   * @param store takes what X-Ray is sent
   */
  static async open(
    tasks: readonly Task[],
    program: ProxyProgram,
    rules: readonly SamplingRule[],
    store: TraceStore,
    allocator: PortAllocator,
  ): Promise<OutboundPath | undefined> {
    const used = proxyOf(tasks);
    if (used === undefined) return undefined;
    const port = (await allocator.allocate([{ port: used.port, protocols: ["tcp"] }])).get(used.port) ?? used.port;
    const api = new XrayApi(rules, (documents) => store.add("", { kind: "delivered", documents }));
    const hosts = new Map([[`xray.${used.region}.amazonaws.com:443`, await api.listen()]]);
    return new OutboundPath(used, new LocalProxy(program, port, hosts), api, store, port);
  }

  /** Starts the proxy. Throws when it does not listen in time. Returns what runs, for a person. */
  async start(): Promise<string> {
    await this.proxy.start();
    return `${this.used.host} runs: ${this.proxy.program.description}`;
  }

  checks(context: Omit<ProxyCheckContext, "used" | "proxy" | "store">): AsyncGenerator<Check> {
    return checkProxy({ ...context, used: this.used, proxy: this.proxy, store: this.store });
  }

  async stop(): Promise<void> {
    await this.proxy.stop();
    await this.api.close();
  }

  kill(): void {
    this.proxy.kill();
  }
}
