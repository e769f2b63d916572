import { randomUUID } from "node:crypto";
import { AwsError, must } from "./awsProtocol";
import { type JsonCall, JsonProtocolDouble } from "./jsonProtocolDouble";

/** How one instance behaves. Of each list, one item is used up per question, and the last one stays. */
interface DoubleInstance {
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

/** The part of Systems Manager which the load client's readiness speaks to. */
export class SsmDouble extends JsonProtocolDouble {
  readonly instances = new Map<string, DoubleInstance>();
  private readonly commands = new Map<string, { instanceId: string; answers: (DoubleInvocation | undefined)[] }>();
  private readonly failures: { operation: string; code: string }[] = [];

  static start(): Promise<SsmDouble> {
    return new SsmDouble().listen();
  }

  /** Makes the next calls of an operation fail, once for each code given. */
  fail(operation: string, ...codes: string[]): void {
    this.failures.push(...codes.map((code) => ({ operation, code })));
  }

  /** The operations called, in order. */
  operations(): string[] {
    return this.calls.map(({ operation }) => operation);
  }

  protected answer({ operation, input }: JsonCall): object {
    const failure = this.failures.findIndex((each) => each.operation === operation);
    if (failure >= 0) throw new AwsError(this.failures.splice(failure, 1)[0]?.code ?? "");
    switch (operation) {
      case "DescribeInstanceInformation":
        return this.describe(input);
      case "SendCommand":
        return this.send(input);
      case "GetCommandInvocation":
        return this.invocation(input);
      default:
        throw new Error("the double does not know this call");
    }
  }

  private describe({ Filters }: JsonCall["input"]): object {
    const [filter] = Filters as [{ Values: [string] }];
    const [InstanceId] = filter.Values;
    const { pings, agentVersion = "3.3.3050.0" } = this.instances.get(InstanceId) ?? { pings: [undefined] };
    const PingStatus = next(pings);
    // An instance that never registered is not an error here: the list is empty.
    const registered = [{ InstanceId, PingStatus, AgentVersion: agentVersion }];
    return { InstanceInformationList: PingStatus === undefined ? [] : registered };
  }

  /** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_SendCommand.html */
  private send({ InstanceIds, Parameters }: JsonCall["input"]): object {
    const [instanceId = ""] = InstanceIds as string[];
    const { pings: [ping] = [], commands = [[{ Status: "Success" }]] } = this.instances.get(instanceId) ?? {};
    must(ping === "Online", "InvalidInstanceId", `Instances [[${instanceId}]] not in a valid state for account`);
    const { executionTimeout } = Parameters as { executionTimeout: [string] };
    const seconds = Number(executionTimeout[0]);
    must(seconds >= 1 && seconds <= 172_800, "InvalidParameters", "executionTimeout must be 1 to 172800");
    const CommandId = randomUUID();
    this.commands.set(CommandId, { instanceId, answers: [undefined, ...next(commands)] });
    return { Command: { CommandId, InstanceIds, Status: "Pending" } };
  }

  private invocation({ CommandId, InstanceId }: JsonCall["input"]): object {
    const command = this.commands.get(String(CommandId));
    const answer = command?.instanceId === InstanceId ? next(command?.answers ?? []) : undefined;
    must(answer !== undefined, "InvocationDoesNotExist", "");
    return { CommandId, InstanceId, StatusDetails: answer.Status, ResponseCode: -1, ...answer };
  }
}

/** Uses up the first item of a list, save the last. */
function next<T>(list: T[]): T {
  return (list.length > 1 ? list.shift() : list[0]) as T;
}
