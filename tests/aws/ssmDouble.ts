import { randomUUID } from "node:crypto";
import { AwsAnswerError, type JsonCall, JsonProtocolDouble } from "./jsonProtocolDouble";

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

interface SentCommand {
  instanceId: string;
  answers: (DoubleInvocation | undefined)[];
}

const operations = {
  "AmazonSSM.DescribeInstanceInformation": ["Filters", "MaxResults", "NextToken"],
  "AmazonSSM.SendCommand": ["InstanceIds", "DocumentName", "Parameters", "TimeoutSeconds", "Comment"],
  "AmazonSSM.GetCommandInvocation": ["CommandId", "InstanceId", "PluginName"],
};

/** The part of Systems Manager which the load client's readiness speaks to. */
export class SsmDouble extends JsonProtocolDouble {
  readonly instances = new Map<string, DoubleInstance>();
  private readonly commands = new Map<string, SentCommand>();
  private readonly failures: { operation: string; error: AwsAnswerError }[] = [];

  static start(): Promise<SsmDouble> {
    return new SsmDouble(operations).listen();
  }

  /** What the SDK takes from the environment to come here instead of to AWS. */
  get environment(): Record<string, string> {
    return { AWS_ENDPOINT_URL_SSM: this.url };
  }

  /** Makes the next calls of an operation fail, once for each code given. */
  fail(operation: string, ...codes: string[]): void {
    for (const code of codes) {
      this.failures.push({ operation, error: new AwsAnswerError(code) });
    }
  }

  /** The operations called, in order. */
  operations(): string[] {
    return this.calls.map(({ operation }) => operation);
  }

  protected answer({ operation, input }: JsonCall): object {
    const failure = this.failures.findIndex((each) => each.operation === operation);
    if (failure >= 0) {
      throw this.failures.splice(failure, 1)[0]?.error;
    }
    switch (operation) {
      case "DescribeInstanceInformation":
        return this.describe(input);
      case "SendCommand":
        return this.send(input);
      default:
        return this.invocation(input);
    }
  }

  private describe({ Filters }: JsonCall["input"]): object {
    const [filter, ...others] = Filters as { Key: string; Values: string[] }[];
    if (filter?.Key !== "InstanceIds" || others.length > 0 || filter.Values.length !== 1) {
      throw new AwsAnswerError("InvalidFilterKey", "this double answers for one instance id at a time");
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

  private send({ InstanceIds, DocumentName, Parameters, TimeoutSeconds }: JsonCall["input"]): object {
    const [instanceId = ""] = InstanceIds as string[];
    const instance = this.instances.get(instanceId);
    if (instance?.pings[0] !== "Online") {
      throw new AwsAnswerError(
        "InvalidInstanceId",
        `Instances [[${instanceId}]] not in a valid state for account 111122223333`,
      );
    }
    if (DocumentName !== "AWS-RunShellScript") {
      throw new AwsAnswerError("InvalidDocument", `no document ${DocumentName}`);
    }
    if (!(Number(TimeoutSeconds) >= 30 && Number(TimeoutSeconds) <= 2_592_000)) {
      throw new AwsAnswerError("ValidationException", "TimeoutSeconds must be between 30 and 2592000");
    }
    checkShellParameters(Parameters as Record<string, unknown>);
    const CommandId = randomUUID();
    const lists = instance.commands ?? [[{ Status: "Success" }]];
    this.commands.set(CommandId, { instanceId, answers: [undefined, ...next(lists)] });
    return { Command: { CommandId, InstanceIds, DocumentName, Status: "Pending" } };
  }

  private invocation({ CommandId, InstanceId }: JsonCall["input"]): object {
    const command = this.commands.get(String(CommandId));
    const answer = command?.instanceId === InstanceId ? next(command?.answers ?? []) : undefined;
    if (answer === undefined) {
      throw new AwsAnswerError("InvocationDoesNotExist", "");
    }
    return { CommandId, InstanceId, StatusDetails: answer.Status, ResponseCode: -1, ...answer };
  }
}

function checkShellParameters(parameters: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(parameters)) {
    if (!["commands", "workingDirectory", "executionTimeout"].includes(name)) {
      throw new AwsAnswerError("InvalidParameters", `AWS-RunShellScript has no parameter ${name}`);
    }
    if (!Array.isArray(value) || !value.every((item) => typeof item === "string")) {
      throw new AwsAnswerError("InvalidParameters", `${name} must be a list of strings`);
    }
  }
  if (!/^([1-9]\d{0,4}|1[0-6]\d{4}|17[01]\d{3}|172[0-7]\d{2}|172800)$/.test(String(parameters.executionTimeout))) {
    throw new AwsAnswerError("InvalidParameters", "executionTimeout must be a number between 1 and 172800");
  }
}

/** Uses up the first item of a list, save the last. */
function next<T>(list: T[]): T {
  return (list.length > 1 ? list.shift() : list[0]) as T;
}
