import type { IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { LocalServer } from "../processes/localServer";

/** One call as it came in. */
export interface JsonCall {
  readonly operation: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** An error as AWS answers it. */
export class AwsAnswerError extends Error {
  constructor(
    readonly code: string,
    message = "made to fail",
    readonly status = 400,
  ) {
    super(message);
  }
}

/** The parameters each operation knows, by its target: the service's name in this protocol, a dot, the operation's. */
export type JsonOperations = Readonly<Record<string, readonly string[]>>;

/**
 * Services of AWS at an address of this machine, by their JSON 1.1 protocol over HTTP
 * (https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html). Every call is recorded; one which is not signed, or
 * has an operation or a parameter that is not among those known, is refused.
 */
export abstract class JsonProtocolDouble {
  readonly calls: JsonCall[] = [];
  /** Called when a call has come in, before it is answered; to be set by the test. */
  heard: (operation: string) => void = () => undefined;
  private readonly refusals: string[] = [];
  private readonly server = new LocalServer(async (request, response) => {
    const { status, body } = await this.outcome(request);
    response.writeHead(status, { "content-type": "application/x-amz-json-1.1" }).end(JSON.stringify(body));
  });

  constructor(private readonly known: JsonOperations) {}

  /** What a call of a sound form is answered; throws an {@link AwsAnswerError} for an error. */
  protected abstract answer(call: JsonCall): object;

  /** Calls that AWS would have refused for their form; a test ends by looking that there were none. */
  refused(): string[] {
    return this.refusals;
  }

  stop(): Promise<void> {
    return this.server.close();
  }

  protected async listen(): Promise<this> {
    await this.server.listen();
    return this;
  }

  protected get url(): string {
    return this.server.url;
  }

  private async outcome(request: IncomingMessage): Promise<{ status: number; body: object }> {
    try {
      return { status: 200, body: this.answer(await this.soundCall(request)) };
    } catch (error) {
      const refusal = error instanceof AwsAnswerError ? error : this.refusal("SerializationException", String(error));
      return { status: refusal.status, body: { __type: refusal.code, message: refusal.message } };
    }
  }

  private async soundCall(request: IncomingMessage): Promise<JsonCall> {
    const target = String(request.headers["x-amz-target"]);
    const input = JSON.parse(await text(request)) as Record<string, unknown>;
    const credential = /Credential=([^/]+)\/\d{8}\/([^/]+)\/[^/]+\/aws4_request/.exec(
      String(request.headers.authorization),
    );
    const [, accessKeyId = "", region = ""] = credential ?? [];
    const call = { operation: target.split(".")[1] ?? "", region, accessKeyId, input };
    this.calls.push(call);
    this.heard(call.operation);
    if (credential === null) {
      throw this.refusal("MissingAuthenticationTokenException", `${target} is not signed`);
    }
    const parameters = this.known[target];
    if (parameters === undefined || request.headers["content-type"] !== "application/x-amz-json-1.1") {
      throw this.refusal("UnknownOperationException", target);
    }
    const unknown = Object.keys(input).filter((name) => !parameters.includes(name));
    if (unknown.length > 0) {
      throw this.refusal("ValidationException", `${target} knows no ${unknown.join(", ")}`);
    }
    return call;
  }

  private refusal(code: string, message: string): AwsAnswerError {
    this.refusals.push(`${code}: ${message}`);
    return new AwsAnswerError(code, message);
  }
}
