import { runCommand } from "../childProcess";
import { withProgress } from "../terminal/withProgress";
import { expectations } from "./checks/expectations";
import { checkProxy } from "./checks/proxyChecks";
import type { SamplingRule } from "./checks/sampling";
import type { CheckedService, CheckResult } from "./checks/serviceChecks";
import { TraceStore } from "./checks/traceStore";
import { DynamodbStandIn } from "./standIns/dynamodb";
import { LocalProxy, nodeProxy, type ProxyProgram, proxyOf, type UsedProxy } from "./standIns/localProxy";
import { XrayApi } from "./standIns/xrayApi";
import { type EvaluatedProgram, readSamplingRules, readTables, readTasks } from "./task/evaluatedTasks";
import type { DaemonProgram } from "./task/images";
import { type LocalContainer, type LocalTask, planTasks } from "./task/plan";
import { type HostMap, PortAllocator } from "./task/ports";
import { type ContainerStop, RunningTask } from "./task/runningTask";

export interface LocalStackArgs {
  readonly program: EvaluatedProgram;
  /** Directory of the Pulumi project: the images' build contexts are relative to it. */
  readonly projectDirectory: string;
  /** What runs in place of a proxy which the tasks are told to use. @default one that needs nothing but Node.js */
  readonly proxyProgram?: ProxyProgram;
  /** What runs in place of the X-Ray daemon. @default a stand-in, with X-Ray within it */
  readonly daemon?: DaemonProgram;
  /** What makes the programs that run in place of the images. @default the workspaces' own `build` scripts */
  readonly buildWorkspace?: typeof buildWorkspace;
  /** Takes each line for the person at the terminal. */
  readonly print: (line: string) => void;
}

/** The tasks of an evaluated program as processes of this machine, and what stands for AWS beside them. */
export class LocalStack {
  /** The services which the load client calls, and what is to be seen of them. */
  readonly services: readonly CheckedService[];
  /** Whether the containers' logs are printed. */
  showLog = false;
  private readonly running: readonly RunningTask[];

  private constructor(
    private readonly tasks: readonly LocalTask[],
    private readonly args: LocalStackArgs,
    /** What the daemons deliver. */
    readonly store: TraceStore,
    private readonly dynamodb: DynamodbStandIn | undefined,
    private readonly proxied: ProxiedXray | undefined,
  ) {
    this.services = tasks.flatMap((task) => task.containers.flatMap((container) => this.serviceOf(container, task)));
    this.running = tasks.map((task) => {
      return new RunningTask(task, {
        onProgress: (message) => args.print(`  ${message}`),
        onLogLine: (container, line) => this.showLog && args.print(`  ${container} | ${line}`),
        onDaemonEvent: (event) => this.store.add(task.family, event),
      });
    });
  }

  /**
   * Decides what runs where, and opens what stands for AWS: `stop` must be called.
   *
   * @throws Error when a task cannot be planned
   */
  static async plan(args: LocalStackArgs): Promise<LocalStack> {
    const { program, projectDirectory, print, proxyProgram = nodeProxy } = args;
    const store = new TraceStore();
    const allocator = new PortAllocator();
    const samplingRules = readSamplingRules(program);
    const definitions = readTasks(program);
    const tables = readTables(program);
    const dynamodb = tables.length === 0 ? undefined : new DynamodbStandIn(tables);
    const endpoint = await dynamodb?.listen();
    const usesTable = (environment: Readonly<Record<string, string>>): boolean =>
      tables.some(({ name }) => Object.values(environment).includes(name));
    const used = proxyOf(definitions);
    const proxied = used && (await openProxiedXray(used, proxyProgram, samplingRules, store, allocator));
    const context = {
      projectDirectory,
      samplingRules,
      hosts: proxied?.hosts,
      daemon: args.daemon,
      awsEnvironment: (environment: Readonly<Record<string, string>>) =>
        endpoint !== undefined && usesTable(environment) ? endpoint : {},
    };
    try {
      const tasks = await planTasks(definitions, program, context, allocator);
      for (const { family, ports } of tasks) {
        for (const [port, local] of ports) {
          if (local !== port) print(`Port ${port} of ${family} is taken on this machine, so it uses ${local}.`);
        }
      }
      return new LocalStack(tasks, args, store, dynamodb, proxied);
    } catch (error) {
      await dynamodb?.close();
      await proxied?.api.close();
      throw error;
    }
  }

  /** Rejects with a `TaskFailure` when an essential container ends or becomes unhealthy; never resolves. */
  get failed(): Promise<never> {
    return Promise.race(this.running.map(({ failed }) => failed));
  }

  /** Builds what the images are built of. */
  async build(signal: AbortSignal): Promise<void> {
    const { print, projectDirectory, buildWorkspace: build = buildWorkspace } = this.args;
    const workspaces = this.tasks.flatMap(({ containers }) => containers.flatMap((container) => container.workspaces));
    for (const workspace of new Set(workspaces)) {
      print(`Build ${workspace}`);
      await build(workspace, projectDirectory, signal);
    }
  }

  /** Starts all tasks at once, as ECS does, and resolves when all that have a health check are healthy. */
  async start(): Promise<void> {
    const { print } = this.args;
    if (this.proxied !== undefined) {
      const { proxy, used } = this.proxied;
      await proxy.start();
      print(`  ${used.host} runs: ${proxy.program.description}`);
    }
    await Promise.all(this.running.map((task) => withProgress(print, `starting ${task.task.family}`, task.start())));
  }

  /** Stops all tasks at once. Returns how each container ended. */
  async stop(): Promise<ContainerStop[]> {
    const { print } = this.args;
    const stops = await Promise.all(
      this.running.map((task) => withProgress(print, `stopping ${task.task.family}`, task.stop())),
    );
    await this.dynamodb?.close();
    await this.proxied?.proxy.stop();
    await this.proxied?.api.close();
    return stops.flat();
  }

  /** Ends everything at once. */
  kill(): void {
    for (const task of this.running) task.kill();
    this.proxied?.proxy.kill();
  }

  /** What is to be seen of a proxy, if the tasks use one: with it, without it, and when it is back. */
  async *checkProxy(patienceMs: number, signal: AbortSignal): AsyncGenerator<CheckResult> {
    const service = this.services.find(({ expectation }) => expectation.trace !== undefined);
    if (this.proxied === undefined || service === undefined) return;
    const { store, proxied } = this;
    const { origin, expectation } = service;
    yield* checkProxy({ ...proxied, store, origin, expectation: expectation.answers[0], patienceMs, signal });
  }

  /** Whether each container that knows a table has written an item of its own there. */
  checkTables(): CheckResult[] {
    return [...(this.dynamodb?.items ?? [])].map(([table, items]) => {
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

  private serviceOf(container: LocalContainer, { family, ports }: LocalTask): CheckedService[] {
    const expectation = expectations[container.workspaces[0] ?? ""];
    const [port] = container.tcpPorts;
    if (expectation === undefined || port === undefined) return [];
    return [
      {
        origin: `http://127.0.0.1:${ports.get(port) ?? port}`,
        expectation,
        family,
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

/** A proxy which the tasks are told to use, and X-Ray's API behind it. */
interface ProxiedXray {
  readonly used: UsedProxy;
  readonly proxy: LocalProxy;
  readonly api: XrayApi;
  /** What the tasks' name for the proxy leads to on this machine. */
  readonly hosts: HostMap;
}

/** Opens what stands for X-Ray and prepares the proxy, which is yet to be started. */
async function openProxiedXray(
  used: UsedProxy,
  program: ProxyProgram,
  rules: readonly SamplingRule[],
  store: TraceStore,
  allocator: PortAllocator,
): Promise<ProxiedXray> {
  const ports = await allocator.allocate([used.port]);
  const api = new XrayApi(rules, (documents) => store.add("", { kind: "delivered", documents }));
  const xray = new Map([[used.xrayHost, await api.listen()]]);
  const proxy = new LocalProxy(program, ports.get(used.port) ?? used.port, xray);
  return { used, proxy, api, hosts: new Map([[used.host, ports]]) };
}

/**
 * Builds a workspace by its own `build` script; a bundle takes esbuild less time than finding out whether it is stale.
 *
 * @param workspace directory relative to the project
 * @param signal ends the build
 * @throws Error with what npm printed when the build fails
 */
export async function buildWorkspace(workspace: string, projectDirectory: string, signal: AbortSignal): Promise<void> {
  const command = ["npm", "run", "build", "--silent", "--workspace", workspace];
  const { code, output, errors } = await runCommand(command, {
    cwd: projectDirectory,
    stdio: ["ignore", "pipe", "pipe"],
    signal,
  });
  if (code !== 0) throw new Error(`${command.join(" ")} failed:\n${`${output}${errors}`.trim()}`);
}
