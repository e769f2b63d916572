import { type AwsCall, type Fault as AwsFault, AwsGate } from "../../aws/awsGate";
import type { RawAnswer, RawCall } from "../../aws/awsProtocol";

/** What befalls a call: `sigkillAfter` is carried out, but the process which made it dies before it learns of that. */
export const faultKinds = [
  "error",
  "throttle",
  "lostRequest",
  "lostResponse",
  "sigkillBefore",
  "sigkillAfter",
] as const;
export type FaultKind = (typeof faultKinds)[number];

/**
 * A call among all those of one command: the name, and the how-manieth of that name, from 1, such as `CreateRoute 2`.
 */
export type CallName = string;

/** The one fault of a scenario. */
export interface Fault {
  readonly call: CallName;
  readonly kind: FaultKind;
}

/** Who answers the calls that pass. */
export interface Services {
  answer(call: RawCall): Promise<RawAnswer>;
}

/** A command in hand: who answers its calls, how the process that makes them is killed, and the planned fault. */
interface Command {
  readonly services: Services;
  readonly kill: () => Promise<void>;
  readonly fault?: Fault;
}

/** The address at which the host finds all of AWS, where the planned fault befalls one call of each command. */
export class FaultGate {
  /** Whether the fault of the command befell its call. */
  struck = false;

  private constructor(
    private readonly gate: AwsGate,
    private command: { current?: Command },
  ) {
    gate.faults = (call) => this.befall(call);
  }

  static async start(): Promise<FaultGate> {
    const command: { current?: Command } = {};
    const gate = await new AwsGate((call) => {
      if (command.current === undefined) {
        throw new Error("a call before the first command");
      }
      return command.current.services.answer(call);
    }).listen();
    return new FaultGate(gate, command);
  }

  get url(): string {
    return this.gate.url;
  }

  /** Names of the calls since the last command began, in their order. */
  get calls(): CallName[] {
    return this.gate.calls.map(nameOf);
  }

  /** To be called before each command. */
  begin(command: Command): void {
    this.gate.takeCalls();
    this.command.current = command;
    this.struck = false;
  }

  stop(): Promise<void> {
    return this.gate.stop();
  }

  private async befall(call: AwsCall): Promise<AwsFault | undefined> {
    const { fault, kill = async () => {} } = this.command.current ?? {};
    // What a dead process had sent along with the call that killed it, such as the other looks of a survey, is lost.
    if (this.struck && fault?.kind.startsWith("sigkill")) {
      return { kind: "lostRequest" };
    }
    if (fault === undefined || fault.call !== nameOf(call)) {
      return undefined;
    }
    this.struck = true;
    switch (fault.kind) {
      case "sigkillBefore":
        await kill();
        return { kind: "lostRequest" };
      case "sigkillAfter":
        return { kind: "lostResponse", meanwhile: kill };
      default:
        return { kind: fault.kind };
    }
  }
}

const nameOf = ({ action, nth }: AwsCall): CallName => `${action} ${nth}`;
