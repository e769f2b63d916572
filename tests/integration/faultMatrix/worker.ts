import { resolve } from "node:path";
import { DynamicProviderHost } from "../../pulumi/dynamicProviderHost";
import { type CallName, type Fault, FaultGate } from "./faultGate";
import { type ProgramInputs, type Providers, type ResourceName, Stack, type StackState } from "./stack";
import type { TestAccount } from "./testAccount";

export type Command = "up" | "destroy";

/** A command of the CLI, and what it finds. */
export interface CommandRun {
  readonly command: Command;
  readonly account: TestAccount;
  readonly state: StackState;
  readonly inputs: ProgramInputs;
  readonly fault?: Fault;
  /** Called before each resource's turn, with the state so far. */
  readonly turn?: (name: ResourceName, state: StackState) => void | Promise<void>;
}

/** How a command ended. */
export interface CommandEnd {
  /** What Pulumi has kept. */
  readonly state: StackState;
  /** Whether the release says `released`. */
  readonly status: unknown;
  readonly steps: readonly string[];
  /** The first error, if there was one. */
  readonly error?: string;
  readonly killed: boolean;
  /** Whether the fault befell a call. */
  readonly struck: boolean;
  readonly calls: readonly CallName[];
}

/** A dynamic-provider host and the address at which it finds AWS; the host is replaced when it was killed. */
export class Worker {
  private constructor(
    private readonly providers: Providers,
    private readonly gate: FaultGate,
    private host: DynamicProviderHost,
  ) {}

  static async start(providers: Providers): Promise<Worker> {
    const gate = await FaultGate.start();
    return new Worker(providers, gate, await Worker.startHost(gate));
  }

  private static startHost(gate: FaultGate): Promise<DynamicProviderHost> {
    // The matrix starts hundreds of hosts. Without what serialises functions, which a host imports but never uses, each
    // takes half as long.
    const lean = `--require ${JSON.stringify(resolve(__dirname, "../../../tools/register.js"))}`;
    const env = { AWS_ENDPOINT_URL: gate.url, AWS_EC2_METADATA_DISABLED: "true", NODE_OPTIONS: lean };
    return DynamicProviderHost.start({ env });
  }

  async run({ command, account, state, inputs, fault, turn }: CommandRun): Promise<CommandEnd> {
    const { gate, host } = this;
    const stack: Stack = new Stack(host, this.providers, state, (name) => turn?.(name, stack.state));
    let killed = false;
    const kill = async () => {
      killed = true;
      await host.stop("SIGKILL");
    };
    gate.begin({ services: account, kill, fault });
    let error: string | undefined;
    let steps: string[] = [];
    try {
      steps = command === "up" ? await stack.up(inputs) : await stack.destroy();
    } catch (cause) {
      error = cause instanceof Error ? cause.message : String(cause);
    }
    if (killed) {
      this.host = await Worker.startHost(gate);
    }
    const { struck, calls } = gate;
    return { state: stack.state, status: stack.status, steps, error, killed, struck, calls };
  }

  async stop(): Promise<void> {
    await this.host.stop();
    await this.gate.stop();
  }
}

/** Has the workers do the jobs, each the next one as soon as it is free; answers in the order of the jobs. */
export async function shareOut<J, R>(
  workers: readonly Worker[],
  jobs: readonly J[],
  work: (worker: Worker, job: J) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const left = [...jobs.entries()];
  await Promise.all(
    workers.map(async (worker) => {
      for (let next = left.shift(); next !== undefined; next = left.shift()) {
        const [position, job] = next;
        results[position] = await work(worker, job);
      }
    }),
  );
  return results;
}
