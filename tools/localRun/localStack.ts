import { randomUUID } from "node:crypto";
import { countSame, listOf, type Screen } from "../terminal/screen";
import { checkedServices } from "./checks/checkedServices";
import { checkProxy } from "./checks/proxyChecks";
import type { CheckedService, CheckResult } from "./checks/serviceChecks";
import { checkTables } from "./checks/tableChecks";
import { TraceStore } from "./checks/traceStore";
import { answersAs, type RunId } from "./identity";
import { type RunRecord, recordedServices } from "./record";
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
import type { StandInProgram } from "./task/images";
import { type LocalTask, originOf, type PreparedTask, planTasks, prepareTask } from "./task/plan";
import { type HostMap, PortAllocator } from "./task/ports";
import { type ContainerStop, PortTaken, RunningTask } from "./task/runningTask";

export interface LocalStackArgs {
  readonly program: EvaluatedProgram;
  /** Directory of the Pulumi project: the images' build contexts are relative to it. */
  readonly projectDirectory: string;
  /** What runs in place of a proxy which the tasks are told to use. @default one that needs nothing but Node.js */
  readonly proxyProgram?: ProxyProgram;
  /** What runs in place of the X-Ray daemon. @default a stand-in, with X-Ray within it */
  readonly daemon?: StandInProgram;
  /** What runs in place of the OpenTelemetry collector. @default a stand-in, with X-Ray within it */
  readonly collector?: StandInProgram;
  /** What makes the programs that run in place of the images. @default the workspaces' own `build` scripts */
  readonly buildWorkspaces?: typeof buildWorkspaces;
  /** Where the run is recorded. @default nowhere */
  readonly record?: RunRecord | undefined;
  /** Where the person reads what goes on. */
  readonly screen: Screen;
}

/** How often everything is started, when another program takes a port between its choice and its use. */
const attempts = 3;

/** The tasks of an evaluated program as processes of this machine, and what stands for AWS beside them. */
export class LocalStack {
  /** Rejects with a `TaskFailure` when an essential container ends or becomes unhealthy; never resolves. */
  readonly failed: Promise<never>;
  /** Whether the containers' logs are printed. */
  showLog = false;
  private readonly run: RunId;
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
    this.run = args.record?.run.id ?? randomUUID();
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
    const { program, projectDirectory, daemon, collector } = args;
    const samplingRules = readSamplingRules(program);
    const definitions = readTasks(program);
    const context = { projectDirectory, samplingRules, daemon, collector };
    const prepared = definitions.map((task) => prepareTask(task, program, context));
    const store = new TraceStore((segments) => args.record?.addSegments(segments));
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
    return checkedServices(this.tasks, this.run, readSamplingRules(this.args.program));
  }

  /** Builds what the images are built of. */
  async build(signal: AbortSignal): Promise<void> {
    const { screen, projectDirectory, buildWorkspaces: build = buildWorkspaces } = this.args;
    const workspaces = this.prepared.flatMap(({ images }) => images.flatMap(({ image }) => image.workspaces));
    const distinct = [...new Set(workspaces)];
    await screen.during(`building ${listOf(distinct)}`, build(distinct, projectDirectory, signal));
  }

  /** Starts all tasks at once, as ECS does, and resolves when all that have a health check are healthy. */
  async start(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.args.screen.during(
          `starting ${listOf(this.prepared.map(({ service }) => service))}`,
          this.startOnce(),
        );
        this.args.screen.print(`  running ${this.describe()}`, 10);
        for (const task of this.running) task.failed.catch(this.fail);
        this.args.record?.started(this.tasks.flatMap(recordedServices));
        return;
      } catch (error) {
        if (!(error instanceof PortTaken) || attempt === attempts || this.stopping) throw error;
        const reason = "Another program has taken its port: starting again with others.";
        this.args.screen.print(`  ${error.message} ${reason}`, 2);
        await this.stopProcesses();
      }
    }
  }

  /** What runs in place of what, such as `hello (app/hello, target service)`. */
  private describe(): string {
    const { used } = this.proxied ?? {};
    const { description } = this.args.proxyProgram ?? nodeProxy;
    return countSame([
      ...this.tasks
        .flatMap(({ containers }) => containers)
        // Stand-ins, which are not built, come last.
        .sort((a, b) => Number(b.workspaces.length > 0) - Number(a.workspaces.length > 0))
        .map(({ name, description: what }) => `${name} (${what})`),
      ...(used === undefined ? [] : [`${used.host} (${description})`]),
    ]).join(", ");
  }

  /** Stops all tasks at once. Returns how each container ended. */
  async stop(): Promise<ContainerStop[]> {
    this.stopping = true;
    const stops = await this.stopProcesses();
    await this.tables?.standIn.close();
    await this.proxied?.api.close();
    this.args.record?.end();
    return stops;
  }

  /** Ends everything at once. */
  kill(): void {
    this.stopping = true;
    for (const task of this.running) task.kill();
    this.proxy?.kill();
  }

  private async startOnce(): Promise<void> {
    const { screen } = this.args;
    const { run, tables } = this;
    const allocator = new PortAllocator();
    const hosts = await this.startProxy(allocator);
    this.tasks = await planTasks(this.prepared, { run, hosts, awsEnvironment: tables?.environmentFor }, allocator);
    this.running = this.tasks.map((task) => {
      return new RunningTask(task, {
        onTrouble: (message) => screen.print(`  ${message}`, 4),
        onLogLine: (container, line) => {
          if (this.showLog) screen.print(`  ${container} | ${line}`, 4);
          this.args.record?.addLogLine(task.service, container, line);
        },
        onDaemonEvent: (event) => this.store.add(task.family, event),
      });
    });
    if (this.stopping) return;
    await Promise.all(this.running.map((task) => task.start()));
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
    const { proxyProgram = nodeProxy } = this.args;
    const { used, hosts } = this.proxied;
    const ports = await allocator.allocate([used.port]);
    const proxy = new LocalProxy(proxyProgram, ports.get(used.port) ?? used.port, hosts);
    this.proxy = proxy;
    await proxy.start();
    return new Map([[used.host, ports]]);
  }

  private async stopProcesses(): Promise<ContainerStop[]> {
    const stops = Promise.all(this.running.map((task) => task.stop()));
    const stopped = await this.args.screen.during("stopping", stops);
    await this.proxy?.stop();
    return stopped.flat();
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
    return checkTables(
      this.tables?.standIn.items ?? new Map(),
      this.tasks.flatMap(({ containers }) => containers),
    );
  }
}
