import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** How one instance behaves. Of each list, one item is used up per question, and the last one stays. */
export interface DoubleInstance {
  /** What DescribeInstanceInformation says: a ping status, or undefined while the instance is not registered. */
  pings: (string | undefined)[];
  agentVersion?: string;
  /**
   * One list of answers to GetCommandInvocation for each command sent; the last list stays. Undefined: not known yet.
   */
  commands?: (DoubleInvocation | undefined)[][];
}

/** The fields of an invocation that a test sets. */
export interface DoubleInvocation {
  Status: string;
  StatusDetails?: string;
  ResponseCode?: number;
  StandardOutputContent?: string;
  StandardErrorContent?: string;
}

/** One call as it came in. */
export interface RecordedCall {
  operation: string;
  region: string;
  accessKeyId: string;
  input: Record<string, unknown>;
}

interface SentCommand {
  instanceId: string;
  answers: (DoubleInvocation | undefined)[];
}

/** Parameters which each operation knows; anything else is refused, as AWS refuses a misspelt one. */
const knownParameters: Record<string, readonly string[]> = {
  DescribeInstanceInformation: ["Filters", "MaxResults", "NextToken"],
  SendCommand: ["InstanceIds", "DocumentName", "Parameters", "TimeoutSeconds", "Comment"],
  GetCommandInvocation: ["CommandId", "InstanceId", "PluginName"],
};

class AwsError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status = 400,
  ) {
    super(message);
  }
}

/** The part of Systems Manager which the load client's readiness speaks to, by its JSON 1.1 protocol over HTTP. */
export class SsmDouble {
  readonly calls: RecordedCall[] = [];
  readonly instances = new Map<string, DoubleInstance>();
  private readonly commands = new Map<string, SentCommand>();
  private readonly failures: { operation: string; error: AwsError }[] = [];

  private constructor(private readonly server: Server) {}

  static async start(): Promise<SsmDouble> {
    const server = createServer();
    const double = new SsmDouble(server);
    server.on("request", async (request, response) => {
      const { status, body } = await double.answer(request);
      response.writeHead(status, { "content-type": "application/x-amz-json-1.1" }).end(JSON.stringify(body));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return double;
  }

  /** What the SDK takes from the environment to come here instead of to AWS. */
  get environment(): Record<string, string> {
    const { port } = this.server.address() as AddressInfo;
    return { AWS_ENDPOINT_URL_SSM: `http://127.0.0.1:${port}` };
  }

  /** Makes the next calls of an operation fail, once for each code given. */
  fail(operation: string, ...codes: string[]): void {
    for (const code of codes) {
      this.failures.push({ operation, error: new AwsError(code, "made to fail") });
    }
  }

  /** The operations called, in order. */
  operations(): string[] {
    return this.calls.map(({ operation }) => operation);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, "close");
  }

  private async answer(request: IncomingMessage): Promise<{ status: number; body: object }> {
    try {
      return { status: 200, body: this.dispatch(await recorded(request)) };
    } catch (error) {
      if (error instanceof AwsError) {
        return { status: error.status, body: { __type: error.code, message: error.message } };
      }
      return { status: 400, body: { __type: "SerializationException", message: String(error) } };
    }
  }

  private dispatch(call: RecordedCall): object {
    this.calls.push(call);
    const failure = this.failures.findIndex(({ operation }) => operation === call.operation);
    if (failure >= 0) {
      throw this.failures.splice(failure, 1)[0]?.error;
    }
    const unknown = Object.keys(call.input).filter((key) => !knownParameters[call.operation]?.includes(key));
    if (unknown.length > 0) {
      throw new AwsError("ValidationException", `unknown parameters of ${call.operation}: ${unknown.join(", ")}`);
    }
    switch (call.operation) {
      case "DescribeInstanceInformation":
        return this.describe(call.input);
      case "SendCommand":
        return this.send(call.input);
      case "GetCommandInvocation":
        return this.invocation(call.input);
      default:
        throw new AwsError("UnknownOperationException", call.operation);
    }
  }

  private describe({ Filters }: Record<string, unknown>): object {
    const [filter, ...others] = Filters as { Key: string; Values: string[] }[];
    if (filter?.Key !== "InstanceIds" || others.length > 0 || filter.Values.length !== 1) {
      throw new AwsError("InvalidFilterKey", "this double answers for one instance id at a time");
    }
    const [InstanceId] = filter.Values as [string];
    const instance = this.instances.get(InstanceId);
    const PingStatus = instance === undefined ? undefined : next(instance.pings);
    // An instance that never registered is not an error here: the list is empty.
    if (instance === undefined || PingStatus === undefined) {
      return { InstanceInformationList: [] };
    }
    return {
      InstanceInformationList: [{ InstanceId, PingStatus, AgentVersion: instance.agentVersion ?? "3.3.3050.0" }],
    };
  }

  private send({ InstanceIds, DocumentName, Parameters, TimeoutSeconds }: Record<string, unknown>): object {
    const [instanceId = ""] = InstanceIds as string[];
    const instance = this.instances.get(instanceId);
    if (instance?.pings[0] !== "Online") {
      throw new AwsError(
        "InvalidInstanceId",
        `Instances [[${instanceId}]] not in a valid state for account 111122223333`,
      );
    }
    if (DocumentName !== "AWS-RunShellScript") {
      throw new AwsError("InvalidDocument", `no document ${DocumentName}`);
    }
    if (!(Number(TimeoutSeconds) >= 30 && Number(TimeoutSeconds) <= 2_592_000)) {
      throw new AwsError("ValidationException", "TimeoutSeconds must be between 30 and 2592000");
    }
    checkShellParameters(Parameters as Record<string, unknown>);
    const CommandId = randomUUID();
    const lists = instance.commands ?? [[{ Status: "Success" }]];
    this.commands.set(CommandId, { instanceId, answers: [undefined, ...next(lists)] });
    return { Command: { CommandId, InstanceIds, DocumentName, Status: "Pending" } };
  }

  private invocation({ CommandId, InstanceId }: Record<string, unknown>): object {
    const command = this.commands.get(String(CommandId));
    const answer = command?.instanceId === InstanceId ? next(command?.answers ?? []) : undefined;
    if (answer === undefined) {
      throw new AwsError("InvocationDoesNotExist", "");
    }
    return { CommandId, InstanceId, StatusDetails: answer.Status, ResponseCode: -1, ...answer };
  }
}

function checkShellParameters(parameters: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(parameters)) {
    if (!["commands", "workingDirectory", "executionTimeout"].includes(name)) {
      throw new AwsError("InvalidParameters", `AWS-RunShellScript has no parameter ${name}`);
    }
    if (!Array.isArray(value) || !value.every((item) => typeof item === "string")) {
      throw new AwsError("InvalidParameters", `${name} must be a list of strings`);
    }
  }
  if (!/^([1-9]\d{0,4}|1[0-6]\d{4}|17[01]\d{3}|172[0-7]\d{2}|172800)$/.test(String(parameters.executionTimeout))) {
    throw new AwsError("InvalidParameters", "executionTimeout must be a number between 1 and 172800");
  }
}

/** Uses up the first item of a list, save the last. */
function next<T>(list: T[]): T {
  return (list.length > 1 ? list.shift() : list[0]) as T;
}

async function recorded(request: IncomingMessage): Promise<RecordedCall> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk);
  }
  const [service, operation = ""] = String(request.headers["x-amz-target"]).split(".");
  const credential = /Credential=([^/]+)\/\d{8}\/([^/]+)\/ssm\/aws4_request/.exec(
    String(request.headers.authorization),
  );
  if (service !== "AmazonSSM" || request.headers["content-type"] !== "application/x-amz-json-1.1") {
    throw new AwsError("UnknownOperationException", "not a call of Systems Manager");
  }
  if (credential === null) {
    throw new AwsError("MissingAuthenticationToken", "the call is not signed");
  }
  const [, accessKeyId = "", region = ""] = credential;
  return { operation, region, accessKeyId, input: JSON.parse(Buffer.concat(chunks).toString()) };
}
