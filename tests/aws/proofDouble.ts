import { type JsonCall, JsonProtocolDouble } from "./jsonProtocolDouble";

/** What a call is answered; throw an {@link AwsError} to refuse it. */
export type ProofAnswer = (input: JsonCall["input"]) => object;

/** ECS, ECR and CloudWatch Logs as far as the proof and the wait for a deployment call them. */
export class ProofDouble extends JsonProtocolDouble {
  /** The answers by operation, to be set by the test. */
  answers: Record<string, ProofAnswer> = {};

  static start(): Promise<ProofDouble> {
    return new ProofDouble().listen();
  }

  /** The inputs of the calls of one operation, in order. */
  inputs(operation: string): JsonCall["input"][] {
    return this.calls.filter((call) => call.operation === operation).map(({ input }) => input);
  }

  protected answer({ operation, input }: JsonCall): object {
    const answer = this.answers[operation];
    if (answer === undefined) throw new Error("the test has no answer");
    return answer(input);
  }
}
