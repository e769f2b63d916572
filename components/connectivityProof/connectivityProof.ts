import { randomUUID } from "node:crypto";
import type { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import type { ECR } from "@aws-sdk/client-ecr";
import type { ECS } from "@aws-sdk/client-ecs";
import * as pulumi from "@pulumi/pulumi";
import { type DescribedTask, stopReasons } from "../containers/describedTask";
import { withClients } from "../dynamicProvider/awsClient";
import { errorCode, errorMessage, explain, isOwnError } from "../dynamicProvider/awsErrors";
import { pollUntil, say } from "../dynamicProvider/pollUntil";
import { type CachedImage, missingPart } from "../images/cachedImage";
import type { Proof, ProofContext } from "../temporaryNatGateway";

/** A one-off task of a service's own task definition, whose app is replaced by the probe. */
export interface ProbeTask {
  /** What is proven, for messages: the service's name. */
  readonly service: string;
  /** ARN of the cluster. */
  readonly cluster: string;
  /** ARN of the task definition, with its revision. */
  readonly taskDefinition: string;
  readonly platformVersion: string;
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
  /** Name of the app's container, which runs the probe in this task. */
  readonly container: string;
  /** The probe's command: exit code 0 when the collector can reach X-Ray. */
  readonly command: readonly string[];
  /** Name of the log group; the stream's prefix is the container's name. */
  readonly logGroup: string;
  /** Images to be found complete in the private registry before the task is run. */
  readonly cachedImages: readonly CachedImage[];
}

/** What the proof wants to know: plain JSON. */
interface ConnectivityProofInputs {
  readonly tasks: readonly ProbeTask[];
  /**
   * Seconds until a task must have stopped, and an image must be complete. A task takes about a minute.
   */
  readonly deadlineSeconds: number;
  /** Seconds between two looks at a task. */
  readonly pollSeconds: number;
}

/**
 * The proof that a temporary NAT gateway is not needed any more: one-off tasks which start and reach X-Ray without it.
 *
 * @param tasks a service's `connectivityProbe` each. One for every distinct collector image and task role is enough:
 * everything else that the proof shows, the endpoints and the way to them, is the same for all.
 */
export function connectivityProof(tasks: readonly pulumi.Input<ProbeTask>[]): Proof<ConnectivityProofInputs> {
  const inputs = pulumi.all([...tasks]).apply((probes) => ({ deadlineSeconds: 300, pollSeconds: 2, tasks: probes }));
  return { prove: proveConnectivity, inputs };
}

/**
 * Proves that tasks can start and trace without internet access: for each, a one-off task of the very same definition,
 * in the same subnets and security groups, runs the probe in place of the app. Exit code 0 means that all images were
 * pulled from the private registry, log streams were made, the collector is up, the task role is right and X-Ray is
 * within reach. The tasks run side by side, because the NAT gateway has to wait for the slowest.
 *
 * @throws when an image is not complete in the private registry, when a task does not start, stops with another exit
 * code, or does not stop in time; the message holds ECS's reasons and the last lines of the probe's log, for each task
 * that failed.
 */
async function proveConnectivity(inputs: ConnectivityProofInputs, place: ProofContext): Promise<void> {
  const proofs = inputs.tasks.map((task) => proveTask(task, inputs, place));
  const failures = (await Promise.allSettled(proofs)).flatMap((proof) =>
    proof.status === "rejected" ? [proof.reason] : [],
  );
  if (failures.length > 0) {
    throw Object.assign(new Error(failures.map(errorMessage).join("\n")), { code: errorCode(failures[0]) });
  }
}

async function proveTask(task: ProbeTask, inputs: ConnectivityProofInputs, place: ProofContext): Promise<void> {
  try {
    await withClients(place, ["ecr", "ecs", "logs"], async ({ ecr, ecs, logs }) => {
      for (const image of task.cachedImages) {
        await awaitImage(ecr, image, inputs, place);
      }
      const taskArn = await startTask(ecs, task, inputs, place);
      const failure = await waitUntilEnded(ecs, task, taskArn, inputs, place);
      if (failure !== undefined) {
        const log = await readLastLogLines(logs, task, taskArn);
        throw new Error(`${task.service} cannot do without the NAT gateway: ${failure}; ${log}`);
      }
    });
  } catch (error) {
    throw isOwnError(error) ? error : explain(error, `proving that ${task.service} does without the NAT gateway`);
  }
  say(`proven: ${task.service} starts and reaches X-Ray without a NAT gateway`);
}

async function awaitImage(
  ecr: ECR,
  image: CachedImage,
  { pollSeconds, deadlineSeconds }: ConnectivityProofInputs,
  { signal }: ProofContext,
): Promise<void> {
  await pollUntil<true>({
    what: `${image.repository}:${image.tag} to be complete in the private registry`,
    intervalMs: pollSeconds * 1000,
    deadlineMs: deadlineSeconds * 1000,
    signal,
    check: async (report) => {
      const missing = await missingPart(ecr, image);
      report(`still missing: ${missing}`);
      return missing === undefined || undefined;
    },
  });
}

/** What ECS says when Fargate has no capacity (https://repost.aws/knowledge-center/ecs-fargate-runtask-capacity). */
const noCapacity = "Capacity is unavailable at this time";

/**
 * Starts the task once, however often the call has to be sent: the token makes ECS answer a repeated call with the task
 * of the first one. A call that started none has used its token up, so the next attempt gets one of its own
 * (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/ECS_Idempotency.html).
 */
async function startTask(
  ecs: ECS,
  task: ProbeTask,
  { pollSeconds, deadlineSeconds }: ConnectivityProofInputs,
  { signal }: ProofContext,
): Promise<string> {
  let clientToken = randomUUID();
  return pollUntil<string>({
    what: `the probe of ${task.service} to start`,
    intervalMs: pollSeconds * 1000,
    deadlineMs: deadlineSeconds * 1000,
    signal,
    check: async (report) => {
      const answer = await ecs.runTask({
        clientToken,
        cluster: task.cluster,
        taskDefinition: task.taskDefinition,
        launchType: "FARGATE",
        platformVersion: task.platformVersion,
        count: 1,
        startedBy: "traced-fargate-proof",
        propagateTags: "TASK_DEFINITION",
        networkConfiguration: {
          awsvpcConfiguration: {
            subnets: [...task.subnetIds],
            securityGroups: [...task.securityGroupIds],
            assignPublicIp: "DISABLED",
          },
        },
        overrides: { containerOverrides: [{ name: task.container, command: [...task.command] }] },
      });
      const started = answer.tasks?.[0]?.taskArn;
      const reason = answer.failures?.[0]?.reason;
      // Capacity comes back by itself; everything else stays as it is until somebody mends it.
      if (started === undefined && reason?.startsWith(noCapacity) !== true) {
        throw new Error(
          `${task.service}'s probe was not started: ${reason ?? "ECS gave no reason"}; see ` +
            "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/api_failures_messages.html",
        );
      }
      clientToken = randomUUID();
      report(reason ?? "");
      return started;
    },
  });
}

/** Waits until the task has ended, and says what it failed at. */
async function waitUntilEnded(
  ecs: ECS,
  task: ProbeTask,
  taskArn: string,
  { pollSeconds, deadlineSeconds }: ConnectivityProofInputs,
  { signal }: ProofContext,
): Promise<string | undefined> {
  try {
    const ended = await pollUntil({
      what: `the probe of ${task.service} to end`,
      intervalMs: pollSeconds * 1000,
      maxIntervalMs: pollSeconds * 1000,
      deadlineMs: deadlineSeconds * 1000,
      signal,
      check: async (report) => {
        const { tasks = [] } = await ecs.describeTasks({ cluster: task.cluster, tasks: [taskArn] });
        // What was started a moment ago may not be visible yet.
        report(tasks[0]?.lastStatus ?? "not visible yet");
        return tasks[0] !== undefined && hasEnded(tasks[0], task.container) ? tasks[0] : undefined;
      },
    });
    return probeFailure(ended, task.container);
  } catch (error) {
    await ecs.stopTask({ cluster: task.cluster, task: taskArn, reason: "The proof has ended" }).catch(() => {
      say(`the probe's task ${taskArn} could not be stopped; it ends by itself`);
    });
    if (errorCode(error) === "DeadlineExceeded") {
      return errorMessage(error);
    }
    throw error;
  }
}

/**
 * Whether there is a verdict: the probe has passed, or the task has stopped. A probe that has passed leaves nothing to
 * wait for, while ECS still has to stop the daemon and to take the task's network interface away before it calls the
 * task stopped (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html). What one
 * that failed has to say is complete only then.
 */
function hasEnded(task: DescribedTask, probeContainer: string): boolean {
  return task.lastStatus === "STOPPED" || exitCode(task, probeContainer) === 0;
}

function exitCode({ containers = [] }: DescribedTask, name: string): number | undefined {
  return containers.find((container) => container.name === name)?.exitCode;
}

/**
 * What a task that has ended proves: nothing is returned when the probe's container ended with exit code 0, else why
 * not, with all that ECS says about the task and its containers.
 */
function probeFailure(task: DescribedTask, probeContainer: string): string | undefined {
  const code = exitCode(task, probeContainer);
  if (code === 0) {
    return undefined;
  }
  const headline = code === undefined ? "the probe never ran" : `the probe ended with exit code ${code}`;
  return [headline, ...stopReasons(task)].join("; ");
}

/** The probe's last words; never an error, because there is one to report already. */
async function readLastLogLines(logs: CloudWatchLogs, task: ProbeTask, taskArn: string): Promise<string> {
  const stream = `${task.container}/${task.container}/${taskArn.split("/").pop()}`;
  try {
    const { events = [] } = await logs.getLogEvents({
      logGroupName: task.logGroup,
      logStreamName: stream,
      startFromHead: false,
      limit: 10,
    });
    const lines = events.map(({ message }) => message?.trim()).filter(Boolean);
    return lines.length === 0 ? `its log ${stream} is empty` : `its last log lines: ${lines.join(" | ")}`;
  } catch (error) {
    return `its log ${stream} cannot be read: ${errorMessage(error)}`;
  }
}
