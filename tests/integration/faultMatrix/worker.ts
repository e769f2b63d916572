import { resolve } from "node:path";
import { type Fault as AwsFault, AwsGate } from "../../aws/awsGate";
import { DynamicProviderHost } from "../../pulumi/dynamicProviderHost";
import { type ProgramInputs, type Providers, type ResourceName, Stack, type StackState } from "./stack";
import type { TestAccount } from "./testAccount";

/** What befalls a call: `sigkillAfter` is carried out, but the process which made it dies before it learns of that. */
export const faultKinds = [
  "error",
  "throttle",
  "lostRequest",
  "lostResponse",
  "sigkillBefore",
  "sigkillAfter",
] as const;

/** The one fault of a scenario. */
export interface Fault {
  /** A call among all those of one command: the name, and the how-manieth of that name, such as `CreateRoute 2`. */
  readonly call: string;
  readonly kind: (typeof faultKinds)[number];
}

export type Command = "up" | "destroy";

/** A command of the CLI, and what it finds. */
interface CommandRun {
  readonly command: Command;
  readonly account: TestAccount;
  readonly state: StackState;
  readonly inputs: ProgramInputs;
  readonly fault?: Fault;
  /** Called before each resource's turn, with the state so far. */
  readonly turn?: (name: ResourceName, state: StackState) => void | Promise<void>;
}

/** How a command ended. */
export type CommandEnd = Awaited<ReturnType<Worker["run"]>>;

/** The address at which a dynamic-provider host finds all of AWS, and the host; it is replaced when it was killed. */
export class Worker {
  private host: DynamicProviderHost | undefined;
  private account: TestAccount | undefined;
  private readonly gate = new AwsGate((call) => {
    if (this.account === undefined) throw new Error("a call before the first command");
    return this.account.answer(call);
  });

  private constructor(private readonly providers: Providers) {}

  static async start(providers: Providers): Promise<Worker> {
    const worker = new Worker(providers);
    await worker.gate.listen();
    return worker;
  }

  private startHost(): Promise<DynamicProviderHost> {
    // The matrix starts hundreds of hosts. Without what serialises functions, which a host imports but never uses, each
    // takes half as long.
    const lean = `--require ${JSON.stringify(resolve(__dirname, "../../../tools/register.js"))}`;
    const env = { AWS_ENDPOINT_URL: this.gate.url, AWS_EC2_METADATA_DISABLED: "true", NODE_OPTIONS: lean };
    return DynamicProviderHost.start({ env });
  }

  async run({ command, account, state, inputs, fault, turn }: CommandRun) {
    this.host ??= await this.startHost();
    const { gate, host } = this;
    const stack: Stack = new Stack(host, this.providers, state, (name) => turn?.(name, stack.state));
    this.account = account;
    gate.takeCalls();
    let killed = false;
    const kill = async () => {
      killed = true;
      this.host = undefined;
      await host.stop("SIGKILL");
    };
    /** Whether the fault befell its call. */
    let struck = false;
    gate.faults = async ({ action, nth }): Promise<AwsFault | undefined> => {
      // What a dead process had sent along with the call that killed it, such as the other looks of a survey, is lost.
      if (struck && fault?.kind.startsWith("sigkill")) return { kind: "lostRequest" };
      if (fault?.call !== `${action} ${nth}`) return undefined;
      struck = true;
      if (fault.kind === "sigkillAfter") return { kind: "lostResponse", meanwhile: kill };
      if (fault.kind !== "sigkillBefore") return { kind: fault.kind };
      await kill();
      return { kind: "lostRequest" };
    };
    /** The first error, if there was one. */
    let error: string | undefined;
    try {
      await stack[command](inputs);
    } catch (cause) {
      error = cause instanceof Error ? cause.message : String(cause);
    }
    const calls = gate.calls.map(({ action, nth }) => `${action} ${nth}`);
    return { state: stack.state, status: stack.status, error, killed, struck, calls };
  }

  async stop(): Promise<void> {
    await this.host?.stop();
    await this.gate.stop();
  }
}
