import { type AwsCall, AwsGate } from "./awsGate";
import { jsonAnswer, nameOf, type RawAnswer, type RawCall, xmlAnswer } from "./awsProtocol";
import { Ec2Account, type Ec2Inventory, type Ec2Times } from "./ec2DoubleAccount";
import { gatewayActions } from "./ec2DoubleGateways";
import { Ec2Request, xml } from "./ec2DoubleRequest";
import { routeActions } from "./ec2DoubleRoutes";
import { schedulerAnswer } from "./schedulerDouble";

export interface Ec2DoubleOptions {
  /** What there is at the beginning; the double works on a copy. */
  readonly seed: Ec2Inventory;
  readonly times?: Partial<Ec2Times>;
  /**
   * Seconds of the account's clock that pass at each call, so that the same calls find the same states on any machine.
   * @default 50
   */
  readonly secondsPerCall?: number;
  /** Seconds of the account's clock that pass in one real second. @default 0 */
  readonly speed?: number;
}

const usualTimes: Ec2Times = {
  natGatewayCreation: 100,
  natGatewayDeletion: 50,
  natGatewayAfterlife: 3600,
  attachment: 0,
  lateness: 0,
  visibility: 0,
  disassociation: 0,
};

/**
 * A stand-in for EC2 and EventBridge Scheduler at an address of this machine, strict about what AWS is strict about:
 * states, order, tokens and filters. The SDK finds it by `AWS_ENDPOINT_URL`.
 */
export class Ec2Double {
  readonly account: Ec2Account;
  /** Decides over each call's fate; issue faults here, or wait, or kill somebody. */
  faults: AwsGate["faults"] = () => undefined;

  private skipped = 0;
  private readonly gate = new AwsGate((raw) => this.answer(raw));

  private constructor({ seed, times, speed = 0, secondsPerCall = 50 }: Ec2DoubleOptions) {
    const started = performance.now();
    const now = () => ((performance.now() - started) / 1000) * speed + this.skipped;
    this.account = new Ec2Account(structuredClone(seed), { ...usualTimes, ...times }, now);
    this.gate.faults = (call) => {
      this.pass(secondsPerCall);
      return this.faults(call);
    };
  }

  static async start(options: Ec2DoubleOptions): Promise<Ec2Double> {
    const double = new Ec2Double(options);
    await double.gate.listen();
    return double;
  }

  /** The calls received since they were last taken. */
  get calls(): readonly AwsCall[] {
    return this.gate.calls;
  }

  /** The environment in which the SDK calls this instead of AWS. */
  get environment(): Record<string, string> {
    return this.gate.environment;
  }

  /** Puts the account's clock forward, by seconds. */
  pass(seconds: number): void {
    this.account.advance();
    this.skipped += seconds;
    this.account.advance();
  }

  inventory(): Ec2Inventory {
    return this.account.inventory();
  }

  /** The calls received so far, by name, in their order; forgets them. */
  takeCalls(): string[] {
    return this.gate.takeCalls();
  }

  stop(): Promise<void> {
    return this.gate.stop();
  }

  private answer(raw: RawCall): RawAnswer {
    this.account.advance();
    this.account.remember();
    if (raw.path.startsWith("/schedules/")) return jsonAnswer(schedulerAnswer(this.account, raw));
    const action = nameOf(raw);
    const request = new Ec2Request(raw.body);
    const act = { ...gatewayActions, ...routeActions }[action];
    const content = act?.(action.startsWith("Describe") ? this.account.asShown() : this.account, request);
    if (content === undefined || request.unread.length > 0) {
      throw new Error(`the double does not know ${action} with ${request.unread}`);
    }
    const answer = `<${action}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">${xml(content)}</${action}Response>`;
    return xmlAnswer(`<?xml version="1.0" encoding="UTF-8"?>\n${answer}`);
  }
}
