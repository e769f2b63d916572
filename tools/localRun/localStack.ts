import { randomUUID } from "node:crypto";
import { withProgress } from "../terminal/withProgress";
import { expectations } from "./checks/expectations";
import { checkProxy } from "./checks/proxyChecks";
import type { CheckedService, CheckResult } from "./checks/serviceChecks";
import { TraceStore } from "./checks/traceStore";
import { answersAs, type RunId } from "./identity";
import { openTables, type StandInTables } from "./standIns/dynamodb";
import {
  LocalProxy,
  nodeProxy,
  openProxiedXray,
  type ProxiedXray,
  type ProxyProgram,
  proxyOf,
} from "./standIns/localProxy";
import { buildWorkspaces } from "./task/build";
import { type EvaluatedProgram, readSamplingRules, readTables, readTasks } from "./task/evaluatedTasks";
import type { DaemonProgram } from "./task/images";
import { type LocalContainer, type LocalTask, type PreparedTask, planTasks, prepareTask } from "./task/plan";
import { type HostMap, PortAllocator } from "./task/ports";
import { type ContainerStop, PortTaken, RunningTask } from "./task/runningTask";

export interface LocalStackArgs {
  readonly program: EvaluatedProgram;
  /** Directory of the Pulumi project: the images' build contexts are relative to it. */
  readonly projectDirectory: string;
  /** What runs in place of a proxy which the tasks are told to use. @default one that needs nothing but Node.js */
  readonly proxyProgram?: ProxyProgram;
  /** What runs in place of the X-Ray daemon. @default a stand-in, with X-Ray within it */
  readonly daemon?: DaemonProgram;
  /** What makes the programs that run in place of the images. @default the workspaces' own `build` scripts */
  readonly buildWorkspaces?: typeof buildWorkspaces;
  /** Takes each line for the person at the terminal. */
  readonly print: (line: string) => void;
}

/** How often everything is started, when another program takes a port between its choice and its use. */
const attempts = 3;

/** The tasks of an evaluated program as processes of this machine, and what stands for AWS beside them. */
export class LocalStack {
  /** Rejects with a `TaskFailure` when an essential container ends or becomes unhealthy; never resolves. */
  readonly failed: Promise<never>;
  /** Whether the containers' logs are printed. */
  showLog = false;
  private readonly run: RunId = randomUUID();
  private fail: (reason: unknown) => void = () => undefined;
  private tasks: readonly LocalTask[] = [];
  private running: readonly RunningTask[] = [];
  private proxy: LocalProxy | undefined;
  private stopping = false;

  private constructor(
    private readonly prepared: readonly PreparedTask[],
    private readonly args: LocalStackArgs,
    /** What the daemons deliver. */
    readonly store: TraceStore,
    private readonly tables: StandInTables | undefined,
    private readonly proxied: ProxiedXray | undefined,
  ) {
    this.failed = new Promise((_, reject) => {
      this.fail = reject;
    });
    this.failed.catch(() => undefined);
  }

  /**
   * Decides what runs, and opens what stands for AWS: `stop` must be called.
   *
   * @throws Error when an image has no program here
   */
  static async plan(args: LocalStackArgs): Promise<LocalStack> {
    const { program, projectDirectory, daemon } = args;
    const samplingRules = readSamplingRules(program);
    const definitions = readTasks(program);
    const prepared = definitions.map((task) => prepareTask(task, program, { projectDirectory, samplingRules, daemon }));
    const store = new TraceStore();
    const used = proxyOf(definitions);
    return new LocalStack(
      prepared,
      args,
      store,
      await openTables(readTables(program)),
      used && (await openProxiedXray(used, samplingRules, store)),
    );
  }

  /** The services which the load client calls, and what is to be seen of them; none before the start. */
  get services(): readonly CheckedService[] {
    return this.tasks.flatMap((task) => task.containers.flatMap((container) => this.serviceOf(container, task)));
  }

  /** Builds what the images are built of. */
  async build(signal: AbortSignal): Promise<void> {
    const { print, projectDirectory, buildWorkspaces: build = buildWorkspaces } = this.args;
    const workspaces = this.prepared.flatMap(({ images }) => images.flatMap(({ image }) => image.workspaces));
    const distinct = [...new Set(workspaces)];
    print(`Build ${distinct.join(", ")}`);
    await build(distinct, projectDirectory, signal);
  }

  /** Starts all tasks at once, as ECS does, and resolves when all that have a health check are healthy. */
  async start(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.startOnce();
        for (const task of this.running) task.failed.catch(this.fail);
        return;
      } catch (error) {
        if (!(error instanceof PortTaken) || attempt === attempts || this.stopping) throw error;
        this.args.print(`  ${error.message} Another program has taken its port: starting again with others.`);
        await this.stopProcesses();
      }
    }
  }

  /** Stops all tasks at once. Returns how each container ended. */
  async stop(): Promise<ContainerStop[]> {
    this.stopping = true;
    const stops = await this.stopProcesses();
    await this.tables?.standIn.close();
    await this.proxied?.api.close();
    return stops;
  }

  /** Ends everything at once. */
  kill(): void {
    this.stopping = true;
    for (const task of this.running) task.kill();
    this.proxy?.kill();
  }

  private async startOnce(): Promise<void> {
    const { print } = this.args;
    const { run, tables } = this;
    const allocator = new PortAllocator();
    const hosts = await this.startProxy(allocator);
    this.tasks = await planTasks(this.prepared, { run, hosts, awsEnvironment: tables?.environmentFor }, allocator);
    this.running = this.tasks.map((task) => {
      return new RunningTask(task, {
        onProgress: (message) => print(`  ${message}`),
        onLogLine: (container, line) => this.showLog && print(`  ${container} | ${line}`),
        onDaemonEvent: (event) => this.store.add(task.family, event),
      });
    });
    if (this.stopping) return;
    await Promise.all(this.running.map((task) => withProgress(print, `starting ${task.task.family}`, task.start())));
    await this.findStrangers();
  }

  /** Healthy is also what another program answers for at the port of a container which is yet to find it taken. */
  private async findStrangers(): Promise<void> {
    for (const task of this.tasks) {
      for (const container of task.containers) {
        const origin = container.healthCheck && originOf(container, task);
        if (origin !== undefined && !this.stopping && !(await answersAs(this.run, origin))) {
          throw new PortTaken(`The answers at ${origin} are not those of ${container.name}.`, []);
        }
      }
    }
  }

  /** @returns where the tasks find the proxy which they are told to use, if they are */
  private async startProxy(allocator: PortAllocator): Promise<HostMap | undefined> {
    if (this.proxied === undefined) return undefined;
    const { print, proxyProgram = nodeProxy } = this.args;
    const { used, hosts } = this.proxied;
    const ports = await allocator.allocate([used.port]);
    const proxy = new LocalProxy(proxyProgram, ports.get(used.port) ?? used.port, hosts);
    this.proxy = proxy;
    await proxy.start();
    print(`  ${used.host} runs: ${proxyProgram.description}`);
    return new Map([[used.host, ports]]);
  }

  private async stopProcesses(): Promise<ContainerStop[]> {
    const stops = await Promise.all(
      this.running.map((task) => withProgress(this.args.print, `stopping ${task.task.family}`, task.stop())),
    );
    await this.proxy?.stop();
    return stops.flat();
  }

  /** What is to be seen of a proxy, if the tasks use one: with it, without it, and when it is back. */
  async *checkProxy(patienceMs: number, signal: AbortSignal): AsyncGenerator<CheckResult> {
    const service = this.services.find(({ expectation }) => expectation.trace !== undefined);
    const { store, proxied, proxy } = this;
    if (proxied === undefined || proxy === undefined || service === undefined) return;
    const [expectation] = service.expectation.answers;
    yield* checkProxy({ used: proxied.used, proxy, store, service, expectation, patienceMs, signal });
  }

  /** Whether each container that knows a table has written an item of its own there. */
  checkTables(): CheckResult[] {
    return [...(this.tables?.standIn.items ?? [])].map(([table, items]) => {
      const keys = [...items.keys()];
      const writers = this.tasks.flatMap(({ containers }) =>
        containers.filter(({ environment }) => Object.values(environment).includes(table)).map(({ name }) => name),
      );
      const missing = writers.filter((name) => !keys.includes(name));
      return missing.length === 0
        ? { passed: true, text: `the table ${table} holds the items of ${keys.sort().join(" and ")}` }
        : { passed: false, text: `the table ${table} lacks the items of ${missing.join(" and ")}` };
    });
  }

  private serviceOf(container: LocalContainer, task: LocalTask): CheckedService[] {
    const expectation = expectations[container.workspaces[0] ?? ""];
    const origin = originOf(container, task);
    if (expectation === undefined || origin === undefined) return [];
    return [
      {
        origin,
        run: this.run,
        expectation,
        family: task.family,
        tracingName: tracingNameOf(container),
        containerOf: (tracingName) => this.containerOf(tracingName),
        rules: readSamplingRules(this.args.program),
      },
    ];
  }

  private containerOf(tracingName: string): string {
    const containers = this.tasks.flatMap((task) => task.containers);
    return containers.find((container) => tracingNameOf(container) === tracingName)?.name ?? tracingName;
  }
}

function tracingNameOf({ environment, name }: LocalContainer): string {
  return environment.AWS_XRAY_TRACING_NAME ?? name;
}

/** Where a container of a task answers on this machine, if it has a port. */
function originOf({ tcpPorts: [port] }: LocalContainer, { ports }: LocalTask): string | undefined {
  return port === undefined ? undefined : `http://127.0.0.1:${ports.get(port) ?? port}`;
}
