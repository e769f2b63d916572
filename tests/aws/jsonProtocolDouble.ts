import { AwsGate } from "./awsGate";
import { AwsError, jsonAnswer, nameOf, type RawAnswer, type RawCall, type Signer, signerOf } from "./awsProtocol";

/** One call as it came in. */
export interface JsonCall extends Signer {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/**
 * Services of AWS at an address of this machine, by their JSON 1.1 protocol over HTTP
 * (https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html). Every call is recorded. Which parameters there are
 * the types of the SDK say.
 */
export abstract class JsonProtocolDouble {
  readonly calls: JsonCall[] = [];
  /** Called when a call has come in, before it is answered; to be set by the test. */
  heard: (operation: string) => void = () => undefined;
  private readonly unanswered: string[] = [];
  private readonly gate = new AwsGate((raw) => this.carryOut(raw));

  /** What a call is answered; throws an {@link AwsError} to refuse it. */
  protected abstract answer(call: JsonCall): object;

  /** The environment in which the SDK calls this instead of AWS. */
  get environment(): Record<string, string> {
    return this.gate.environment;
  }

  /** Calls to which neither the double nor the test has an answer; a test ends by looking that there were none. */
  refused(): string[] {
    return this.unanswered;
  }

  async listen(): Promise<this> {
    await this.gate.listen();
    return this;
  }

  stop(): Promise<void> {
    return this.gate.stop();
  }

  private carryOut(raw: RawCall): RawAnswer {
    const call = { operation: nameOf(raw), ...signerOf(raw), input: JSON.parse(raw.body) };
    this.calls.push(call);
    this.heard(call.operation);
    try {
      return jsonAnswer(this.answer(call));
    } catch (error) {
      if (!(error instanceof AwsError)) this.unanswered.push(`${call.operation}: ${error}`);
      throw error;
    }
  }
}
