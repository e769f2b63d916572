import { type AwsCall, AwsGate, type Fault } from "./awsGate";
import { AwsError, type RawAnswer, type RawCall, refusalOf } from "./awsProtocol";
import { Ec2Account, type Ec2Inventory, type Ec2Times } from "./ec2DoubleAccount";
import { gatewayActions } from "./ec2DoubleGateways";
import { Ec2Request, xml } from "./ec2DoubleRequest";
import { routeActions } from "./ec2DoubleRoutes";
import { schedulerAnswer, schedulerCall } from "./schedulerDouble";

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

/** A call, and when it came in, in seconds of the account's clock. */
type Ec2Call = AwsCall & { readonly at: number };

/**
 * A stand-in for EC2 and EventBridge Scheduler at an address of this machine, strict about what AWS is strict about:
 * states, order, tokens and filters. The SDK finds it by `AWS_ENDPOINT_URL`.
 */
export class Ec2Double {
  readonly account: Ec2Account;
  /** Decides over each call's fate; issue faults here, or wait, or kill somebody. */
  faults: (call: Ec2Call) => Fault | undefined | Promise<Fault | undefined> = () => undefined;

  private skipped = 0;

  private constructor(
    options: Ec2DoubleOptions,
    private readonly gate: AwsGate,
  ) {
    const started = performance.now();
    const { speed = 0, secondsPerCall = 50 } = options;
    const now = () => ((performance.now() - started) / 1000) * speed + this.skipped;
    this.account = new Ec2Account(structuredClone(options.seed), { ...usualTimes, ...options.times }, now);
    gate.faults = (call) => {
      this.pass(secondsPerCall);
      return this.faults(Object.assign(call, { at: now() }));
    };
  }

  static async start(options: Ec2DoubleOptions): Promise<Ec2Double> {
    const gate = await AwsGate.start((raw, call) => double.answer(raw, call));
    const double = new Ec2Double(options, gate);
    return double;
  }

  /** The calls received since they were last taken. */
  get calls(): readonly AwsCall[] {
    return this.gate.calls;
  }

  /** The environment in which the SDK calls this instead of AWS. */
  get environment(): Record<string, string> {
    return { AWS_ENDPOINT_URL: this.gate.url, AWS_ACCESS_KEY_ID: "AKIATEST", AWS_SECRET_ACCESS_KEY: "test" };
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

  private answer(raw: RawCall, call: AwsCall): RawAnswer {
    try {
      this.account.advance();
      this.account.remember();
      const scheduling = schedulerCall(raw.method, raw.path, raw.body);
      if (scheduling === undefined) return this.answerQuery(raw.body);
      const headers = { "content-type": "application/json" };
      return { status: 200, headers, body: JSON.stringify(schedulerAnswer(this.account, scheduling)) };
    } catch (error) {
      const refusal = error instanceof AwsError ? error : new AwsError("InternalError", `${error}`, 500);
      call.outcome = refusal.code;
      return refusalOf(raw, refusal);
    }
  }

  /** EC2's answers, in XML. */
  private answerQuery(body: string): RawAnswer {
    const request = new Ec2Request(body);
    const { action } = request;
    const act = { ...gatewayActions, ...routeActions }[action];
    const content = act?.(action.startsWith("Describe") ? this.account.asShown() : this.account, request);
    if (content === undefined || request.unread.length > 0) {
      throw new Error(`the double does not know ${action} with ${request.unread}`);
    }
    const answer = `<${action}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">${xml(content)}</${action}Response>`;
    return {
      status: 200,
      headers: { "content-type": "text/xml;charset=UTF-8" },
      body: `<?xml version="1.0" encoding="UTF-8"?>\n${answer}`,
    };
  }
}
