import { setTimeout as sleep } from "node:timers/promises";
import type { SSM } from "@aws-sdk/client-ssm";
import { judgeInvocation } from "../../../components/client/readiness/readinessCommand";
import { errorCode } from "../../../components/dynamicProvider/awsErrors";
import { OperationError } from "../command";
import { type Load, type LoadResult, parseAb } from "./loadResult";

/** The longest a load may take, in seconds. */
export const maxSeconds = 600;

/** Seconds within which Run Command has to hand the command to the agent; AWS allows no fewer than 30. */
const deliverySeconds = 60;

/** How long to wait for the agent to confirm that it has ended a command, in milliseconds. */
const cancelPatienceMs = 20_000;

type RunCommand = Pick<SSM, "sendCommand" | "getCommandInvocation" | "cancelCommand">;

/** What happens beside the load. */
interface Around {
  /** Ctrl-C: the command is ended on the client, too. */
  readonly interrupted: AbortSignal;
  /** Milliseconds from one look to the next. */
  readonly pollMs: number;
}

/** How a load ended: with a result, or cancelled, which the agent may not have confirmed. */
type Outcome = { readonly result: LoadResult } | { readonly cancelled: boolean; readonly commandId: string };

/**
 * The shell command. Lengths of answers may differ (`-l`), a broken connection is a failed request (`-r`), and after the
 * longest time `ab` gets the signal upon which it prints what it has
 * (https://httpd.apache.org/docs/2.4/programs/ab.html). In the foreground `timeout` stays in the process group which the
 * agent kills when a command is cancelled.
 */
export function abCommand({ url, requests, concurrency }: Load): string {
  if (!/^http:\/\/[\w.-]+:\d+\/$/.test(url)) throw new OperationError(`${url} is not a URL of a service`);
  return `timeout --foreground --signal=INT ${maxSeconds} ab -q -l -r -n ${requests} -c ${concurrency} ${url}`;
}

/**
 * Sends load from the client by Run Command
 * (https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_SendCommand.html).
 *
 * @throws OperationError when the client does not take the command, or `ab` prints no result
 */
export async function sendFromClient(ssm: RunCommand, client: string, load: Load, around: Around): Promise<Outcome> {
  const sent = await ssm
    .sendCommand({
      DocumentName: "AWS-RunShellScript",
      InstanceIds: [client],
      Comment: "npm run load",
      TimeoutSeconds: deliverySeconds,
      Parameters: { commands: [abCommand(load)], executionTimeout: [String(maxSeconds + 30)] },
    })
    .catch((error: unknown) => {
      // https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_SendCommand.html#API_SendCommand_Errors
      if (errorCode(error) !== "InvalidInstanceId") throw error;
      throw new OperationError(`client ${client} does not take commands; npm run status says how it is`);
    });
  const CommandId = sent.Command?.CommandId ?? "";
  const look = () => lookAt(ssm, { CommandId, InstanceId: client });
  while (!around.interrupted.aborted) {
    const { kind, seen, output, errors } = await look();
    const result = parseAb(output, load);
    if (kind !== "running" && result !== undefined) return { result };
    if (kind !== "running") {
      // The agent adds a line of its own to what `ab` said.
      const lines = errors.split("\n").filter((line) => line !== "" && !line.startsWith("failed to run commands"));
      throw new OperationError(`client ${client} sent no load: ${[...lines.slice(-1), seen].join("; ")}`);
    }
    await sleep(around.pollMs, undefined, { signal: around.interrupted }).catch(() => undefined);
  }
  await ssm.cancelCommand({ CommandId, InstanceIds: [client] });
  const deadline = Date.now() + cancelPatienceMs;
  let kind = "running";
  while (kind === "running" && Date.now() < deadline) {
    ({ kind } = await look());
    if (kind === "running") await sleep(around.pollMs);
  }
  return { cancelled: kind !== "running", commandId: CommandId };
}

async function lookAt(ssm: RunCommand, invocation: { readonly CommandId: string; readonly InstanceId: string }) {
  try {
    const answer = await ssm.getCommandInvocation(invocation);
    const verdict = judgeInvocation(answer);
    return {
      kind: verdict.kind,
      seen: verdict.kind === "ready" ? "it printed no result" : verdict.seen,
      output: answer.StandardOutputContent ?? "",
      errors: answer.StandardErrorContent ?? "",
    };
  } catch (error) {
    // Just after sending, Systems Manager may not know the invocation yet.
    if (errorCode(error) !== "InvocationDoesNotExist") throw error;
    return { kind: "running", seen: "not known yet", output: "", errors: "" } as const;
  }
}
