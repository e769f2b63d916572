import type { SSM } from "@aws-sdk/client-ssm";
import * as pulumi from "@pulumi/pulumi";
import { assertAccount, withClients } from "../../dynamicProvider/awsClient";
import { errorCode, errorMessage, explain, isOwnError } from "../../dynamicProvider/awsErrors";
import { type AwsLocation, type AwsLocationArgs, locationEffects } from "../../dynamicProvider/awsLocation";
import { diffInputs, type InputEffects, pickInputs, plainJson } from "../../dynamicProvider/dynamicResource";
import { pollUntil, type Report, withInterruption } from "../../dynamicProvider/pollUntil";
import { checkFailures, type Problem } from "../../problem";
import { judgeInvocation, readinessCommands } from "./readinessCommand";

/** What the readiness of a load client is checked with. */
interface ReadinessInputs extends AwsLocation {
  /** Id of the instance, `i-…`. */
  readonly instanceId: string;
  /** Seconds from the start of the check until it fails. */
  readonly deadlineSeconds: number;
  /** Seconds between the first two questions to Systems Manager; later pauses grow up to four times that. */
  readonly pollIntervalSeconds: number;
}

/** What was seen of a client when it was found ready. */
interface Observation {
  /** Version of the SSM Agent, such as `3.3.3050.0`. */
  readonly agentVersion: string;
  /** Version of Apache Bench, such as `2.3`. */
  readonly abVersion: string;
}

/** What Pulumi keeps of a client that was found ready. Nothing in it changes by itself, so a refresh sees no drift. */
type ReadinessOutputs = ReadinessInputs & Observation;

/**
 * Another instance has to become ready itself; the other inputs say how to ask, and changing them asks nobody again. A
 * changed user data replaces the instance, and so this resource with it.
 */
const effects: InputEffects<ReadinessInputs> = {
  ...locationEffects,
  instanceId: "replace",
  deadlineSeconds: "update",
  pollIntervalSeconds: "update",
};

/** What is wrong with the two durations; empty when all is well. */
export function durationProblems(inputs: Pick<ReadinessInputs, "deadlineSeconds" | "pollIntervalSeconds">): Problem[] {
  return (["deadlineSeconds", "pollIntervalSeconds"] as const)
    .filter((property) => !(Number.isFinite(inputs[property]) && inputs[property] > 0))
    .map((property) => ({
      property,
      wrong: `must be a number of seconds greater than 0, not ${String(inputs[property])}`,
    }));
}

/**
 * Provider of a resource that stands for an event rather than for an object: it is created when the load client has
 * become ready. Whatever depends on it comes after that moment.
 *
 * It reads and deletes nothing: waiting made no object, and that the client was ready once stays true when it is
 * stopped. Should the instance be gone, its own resource notices, and the one made in its place has another id.
 *
 * Where to call AWS and as whom are inputs, because the host may call a method before `configure` is through.
 */
export const readinessProvider = {
  async check(_olds, news) {
    return { inputs: news, failures: checkFailures(durationProblems(news)) };
  },

  async diff(_id, olds, news) {
    return diffInputs(effects, olds, news);
  },

  async create(inputs) {
    try {
      const observation = await waitUntilReady(inputs);
      return { id: inputs.instanceId, outs: plainJson({ ...pickInputs(effects, inputs), ...observation }) };
    } catch (error) {
      // A plain Error, because the host loses the message of its subclasses. Nothing was made, so nothing is to be
      // saved.
      throw new Error(`load client ${inputs.instanceId} is not ready: ${errorMessage(error)}`);
    }
  },

  async update(_id, { agentVersion, abVersion }, news) {
    return { outs: plainJson({ ...pickInputs(effects, news), agentVersion, abVersion }) };
  },
} satisfies pulumi.dynamic.ResourceProvider<ReadinessInputs, ReadinessOutputs>;

/** Arguments of {@link LoadClientReadiness}: the inputs of the check, of which the instance may not exist yet. */
interface LoadClientReadinessArgs extends AwsLocationArgs, Omit<ReadinessInputs, "accountId" | "instanceId"> {
  /** Id of the instance, `i-…`. */
  readonly instanceId: pulumi.Input<string>;
}

/**
 * Is created at the moment when a load client has become ready: online in Systems Manager, cloud-init done, `ab` there.
 * Depend on it to come after that. It makes nothing in AWS, and is replaced with the instance.
 */
export class LoadClientReadiness extends pulumi.dynamic.Resource {
  /** Version of the SSM Agent when the client became ready. */
  declare readonly agentVersion: pulumi.Output<string>;
  /** Version of Apache Bench when the client became ready. */
  declare readonly abVersion: pulumi.Output<string>;

  constructor(name: string, args: LoadClientReadinessArgs, opts?: pulumi.CustomResourceOptions) {
    const observed = { agentVersion: undefined, abVersion: undefined };
    super(readinessProvider, name, { ...args, ...observed }, opts, "traced-fargate", "LoadClientReadiness");
  }
}

/** Seconds within which Run Command has to hand a command to an agent that is online; AWS allows no fewer than 30. */
const deliverySeconds = 60;

/**
 * Waits until a load client is ready: its agent is online in Systems Manager, cloud-init is through with the user data,
 * and `ab` is there.
 *
 * @throws when the deadline passes, when the user data failed, when AWS refuses a call, or after SIGINT; the message
 * says what was waited for, how long, what was seen last, what the command put out, and what to do.
 */
async function waitUntilReady(inputs: ReadinessInputs): Promise<Observation> {
  await assertAccount(inputs);
  const deadline = Date.now() + inputs.deadlineSeconds * 1000;
  return withClients(inputs, ["ssm"], ({ ssm }) =>
    withInterruption(async (signal) => {
      const agentVersion = await waitForAgent(ssm, inputs, deadline, signal);
      const abVersion = await waitForUserData(ssm, inputs, deadline, signal);
      return { agentVersion, abVersion };
    }),
  );
}

/** Answers the agent's version once it is online. */
async function waitForAgent(
  ssm: SSM,
  { region, instanceId, pollIntervalSeconds }: ReadinessInputs,
  deadline: number,
  signal: AbortSignal,
): Promise<string> {
  const filters = [{ Key: "InstanceIds", Values: [instanceId] }];
  const check = async (report: Report) => {
    const answer = await answerOrCode(ssm.describeInstanceInformation({ Filters: filters }), "InvalidInstanceId");
    const information = typeof answer === "string" ? undefined : answer.InstanceInformationList?.[0];
    report(information === undefined ? "not registered" : `ping status ${information.PingStatus ?? "unknown"}`);
    return information?.PingStatus === "Online" ? (information.AgentVersion ?? "unknown") : undefined;
  };
  return withRemedy(
    pollUntil({
      what: "its SSM Agent to come online",
      intervalMs: pollIntervalSeconds * 1000,
      deadlineMs: deadline - Date.now(),
      check,
      signal,
    }),
    "The agent needs the endpoints `ssm` and `ssmmessages`, port 443 open to them, and its instance role. See what " +
      `the instance did with \`aws ec2 get-console-output --latest --instance-id ${instanceId} --region ${region}\`, ` +
      "then run `pulumi up` again, which goes on waiting.",
  );
}

/** Answers the version of Apache Bench once the user data is through. */
async function waitForUserData(
  ssm: SSM,
  { region, instanceId, pollIntervalSeconds }: ReadinessInputs,
  deadline: number,
  signal: AbortSignal,
): Promise<string> {
  let commandId: string | undefined;
  const send = async (report: Report) => {
    const sent = ssm.sendCommand({
      DocumentName: "AWS-RunShellScript",
      InstanceIds: [instanceId],
      Comment: "Is the load client ready?",
      TimeoutSeconds: deliverySeconds,
      Parameters: {
        commands: readinessCommands(),
        executionTimeout: [String(Math.max(1, Math.ceil((deadline - Date.now()) / 1000)))],
      },
    });
    const answer = await answerOrCode(sent, "InvalidInstanceId");
    commandId = typeof answer === "string" ? undefined : answer.Command?.CommandId;
    report(commandId === undefined ? "instance not ready for commands" : "command sent");
  };
  const check = async (report: Report) => {
    if (commandId === undefined) {
      await send(report);
      return undefined;
    }
    const asked = ssm.getCommandInvocation({ CommandId: commandId, InstanceId: instanceId });
    // Systems Manager is eventually consistent: just after sending, it may not know the invocation yet.
    const answer = await answerOrCode(asked, "InvocationDoesNotExist");
    if (typeof answer === "string") {
      return undefined;
    }
    const verdict = judgeInvocation(answer);
    if (verdict.kind === "ready") {
      return verdict.abVersion;
    }
    if (verdict.kind === "failed") {
      throw new Error(`its user data did not do its work (${verdict.seen}). ${verdict.output}`.trim());
    }
    if (verdict.kind === "undelivered") {
      commandId = undefined;
    }
    report(verdict.seen);
    return undefined;
  };
  return withRemedy(
    pollUntil({
      what: "cloud-init and Apache Bench",
      intervalMs: pollIntervalSeconds * 1000,
      deadlineMs: deadline - Date.now(),
      check,
      signal,
    }),
    "User data runs once, at the first boot. Look around with " +
      `\`aws ssm start-session --target ${instanceId} --region ${region}\`, correct the cause, then give the client ` +
      "a new instance with `pulumi up --replace URN` (`pulumi stack --show-urns` lists the URN of the instance).",
  );
}

/** The answer, or the code of an error that only says "not yet". */
async function answerOrCode<T extends object>(answer: Promise<T>, notYet: string): Promise<T | string> {
  try {
    return await answer;
  } catch (error) {
    if (errorCode(error) === notYet) {
      return notYet;
    }
    throw error;
  }
}

/** Adds to the error of a wait what a person can do about it: `remedy` if the instance is at fault. */
async function withRemedy<T>(wait: Promise<T>, remedy: string): Promise<T> {
  try {
    return await wait;
  } catch (error) {
    if (!isOwnError(error)) {
      throw explain(error, "asking Systems Manager");
    }
    const interrupted = errorCode(error) === "Interrupted";
    const instead = interrupted ? "Run `pulumi up` again, which goes on waiting." : remedy;
    throw new Error(`${errorMessage(error)}\n${instead}`);
  }
}
