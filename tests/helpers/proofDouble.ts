import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** One call as it came in. */
export interface ProofCall {
  readonly operation: string;
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

/** What a call is answered; throw an {@link AwsAnswerError} for an error. */
export type ProofAnswer = (input: Readonly<Record<string, unknown>>) => object;

/** Targets and parameters of the calls which the proof may make; anything else is refused. */
const operations: Readonly<Record<string, readonly string[]>> = {
  "AmazonEC2ContainerRegistry_V20150921.BatchGetImage": ["repositoryName", "imageIds", "acceptedMediaTypes"],
  "AmazonEC2ContainerRegistry_V20150921.BatchCheckLayerAvailability": ["repositoryName", "layerDigests"],
  "AmazonEC2ContainerServiceV20141113.RunTask": [
    "clientToken",
    "cluster",
    "taskDefinition",
    "launchType",
    "platformVersion",
    "count",
    "startedBy",
    "propagateTags",
    "networkConfiguration",
    "overrides",
  ],
  "AmazonEC2ContainerServiceV20141113.DescribeTasks": ["cluster", "tasks"],
  "AmazonEC2ContainerServiceV20141113.StopTask": ["cluster", "task", "reason"],
  "Logs_20140328.GetLogEvents": ["logGroupName", "logStreamName", "startFromHead", "limit"],
};

/** ECS, ECR and CloudWatch Logs as far as the proof calls them, by their JSON 1.1 protocol over HTTP. */
export class ProofDouble {
  readonly calls: ProofCall[] = [];
  /** The answers by operation, to be set by the test. */
  answers: Record<string, ProofAnswer> = {};
  private refusals: string[] = [];

  private constructor(private readonly server: Server) {}

  static async start(): Promise<ProofDouble> {
    const server = createServer();
    const double = new ProofDouble(server);
    server.on("request", async (request, response) => {
      const { status, body } = await double.answer(request);
      response.writeHead(status, { "content-type": "application/x-amz-json-1.1" }).end(JSON.stringify(body));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return double;
  }

  /** The environment in which the SDK calls this instead of AWS. */
  get environment(): Record<string, string> {
    return {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`,
      AWS_ACCESS_KEY_ID: "AKIATEST",
      AWS_SECRET_ACCESS_KEY: "test",
    };
  }

  /** The inputs of the calls of one operation, in order. */
  inputs(operation: string): ProofCall["input"][] {
    return this.calls.filter((call) => call.operation === operation).map(({ input }) => input);
  }

  /** Calls that AWS would have refused for their form; a test ends by looking that there were none. */
  refused(): string[] {
    return this.refusals;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, "close");
  }

  private async answer(request: IncomingMessage): Promise<{ status: number; body: object }> {
    const target = String(request.headers["x-amz-target"]);
    const input = JSON.parse(await text(request)) as Record<string, unknown>;
    const operation = target.split(".")[1] ?? "";
    this.calls.push({ operation, input });
    const unknown = Object.keys(input).filter((name) => !operations[target]?.includes(name));
    const answer = this.answers[operation];
    if (operations[target] === undefined || unknown.length > 0 || answer === undefined) {
      this.refusals.push(`${target} ${unknown.join(", ")}`);
      return { status: 400, body: { __type: "ValidationException", message: `${target} ${unknown.join(", ")}` } };
    }
    try {
      return { status: 200, body: answer(input) };
    } catch (error) {
      if (!(error instanceof AwsAnswerError)) {
        throw error;
      }
      return { status: error.status, body: { __type: error.code, message: error.message } };
    }
  }
}
