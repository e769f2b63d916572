import type { ECS } from "@aws-sdk/client-ecs";
import * as pulumi from "@pulumi/pulumi";
import { type DescribedTask, stopReasons } from "../containers/describedTask";
import { assertAccount, withClients } from "../dynamicProvider/awsClient";
import { errorCode, errorMessage, explain, isOwnError } from "../dynamicProvider/awsErrors";
import type { AwsLocation } from "../dynamicProvider/awsLocation";
import { locationEffects } from "../dynamicProvider/awsLocation";
import { diffInputs, type InputEffects, plainJson } from "../dynamicProvider/dynamicResource";
import { pollUntil, type Report, withInterruption } from "../dynamicProvider/pollUntil";
import { judgeDeployment, type WantedDeployment } from "./judgeDeployment";

/** How long to wait for a deployment, in seconds. */
interface DeploymentWaits {
  /**
   * Until it is completed. One service takes a minute or two; one whose tasks fail is given up by ECS after three of
   * them, some minutes each.
   * @default 1200
   */
  readonly deadlineSeconds: number;
  /**
   * Until one that is not (or no longer) visible is believed to be gone: what ECS answers may be a moment old, and then
   * shows the deployment before (the "eventual consistency model" of
   * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html).
   * @default 30
   */
  readonly visibleSeconds: number;
  /** From one look to the next; later pauses grow up to four times that. @default 1 */
  readonly pollSeconds: number;
}

const defaultWaits: DeploymentWaits = { deadlineSeconds: 1200, visibleSeconds: 30, pollSeconds: 1 };

/** Which deployment of which service is awaited. */
interface DeploymentInputs extends AwsLocation, WantedDeployment {
  /** ARN of the cluster. */
  readonly cluster: string;
  /** ARN of the service. */
  readonly service: string;
  readonly waits: DeploymentWaits;
}

/** Whatever has changed of a service, the deployment that follows from it is awaited. */
const effects: InputEffects<DeploymentInputs> = {
  ...locationEffects,
  cluster: "replace",
  service: "replace",
  taskDefinition: "update",
  subnetIds: "update",
  securityGroupIds: "update",
  minTaskCount: "update",
  waits: "nothing",
};

async function outputsOnceDeployed(inputs: DeploymentInputs): Promise<DeploymentInputs> {
  try {
    await assertAccount(inputs);
    await withClients(inputs, ["ecs"], ({ ecs }) => awaitDeployment(ecs, inputs));
  } catch (error) {
    // A plain Error, because the host loses the message of its subclasses. Nothing was made, so nothing is to be saved.
    throw new Error(errorMessage(error));
  }
  return plainJson(inputs);
}

/**
 * Provider of a resource that stands for an event: it is created, or updated, when ECS has completed a deployment.
 * There is nothing to read or to delete: waiting made no object, and what became of the service later, its own resource
 * notices. Region and profile are inputs, because the host may call a method before `configure` is through.
 */
export const serviceDeploymentProvider = {
  async diff(_id, olds, news) {
    return diffInputs(effects, olds, news);
  },

  async create(inputs) {
    return { id: inputs.service, outs: await outputsOnceDeployed(inputs) };
  },

  async update(_id, _olds, news) {
    return { outs: await outputsOnceDeployed(news) };
  },
} satisfies pulumi.dynamic.ResourceProvider<DeploymentInputs, DeploymentInputs>;

/** Arguments of {@link ServiceDeployment}, any of which may come from another resource. */
type ServiceDeploymentArgs = {
  readonly [name in keyof Omit<DeploymentInputs, "waits">]: pulumi.Input<DeploymentInputs[name]>;
};

/**
 * Is created, and updated, at the moment when ECS has completed the deployment of a service; it fails when ECS has
 * rolled back to what ran before, or has given up. Depend on it, or on the component it is part of, to come after that.
 * It makes nothing in AWS.
 */
export class ServiceDeployment extends pulumi.dynamic.Resource {
  constructor(name: string, args: ServiceDeploymentArgs, opts?: pulumi.CustomResourceOptions) {
    const inputs = { ...args, waits: defaultWaits };
    super(serviceDeploymentProvider, name, inputs, opts, "traced-fargate", "ServiceDeployment");
  }
}

/** How many of ECS's newest events an error names. A rollback makes about as many. */
const eventsNamed = 8;

/**
 * Waits until the service runs what it was told to.
 *
 * @throws when ECS has rolled back, or the deployment has failed or is not completed at the deadline; the message holds
 * ECS's newest events of the service and why tasks of this task definition have stopped.
 */
async function awaitDeployment(ecs: ECS, inputs: DeploymentInputs): Promise<void> {
  const { cluster, service, waits } = inputs;
  const name = nameIn(service);
  let events: readonly string[] = [];
  let lastVisible = Date.now();
  const check = async (report: Report): Promise<true | undefined> => {
    const { services = [] } = await ecs.describeServices({ cluster, services: [service] });
    events = (services[0]?.events ?? []).flatMap(({ message }) => message ?? []);
    const { kind, seen } = judgeDeployment(services[0], inputs);
    report(seen);
    lastVisible = kind === "waiting" ? Date.now() : lastVisible;
    const gone = kind === "missing" && Date.now() - lastVisible >= waits.visibleSeconds * 1000;
    if (kind === "failed" || gone) {
      const why = gone ? "; ECS has rolled back, or somebody else has updated the service" : "";
      throw new Error(`service ${name} does not run what it was told to: ${seen}${why}`);
    }
    return kind === "completed" || undefined;
  };
  try {
    await withInterruption((signal) =>
      pollUntil({
        what: `service ${name} to complete its deployment`,
        intervalMs: waits.pollSeconds * 1000,
        deadlineMs: waits.deadlineSeconds * 1000,
        check,
        signal,
      }),
    );
  } catch (error) {
    if (!isOwnError(error)) {
      throw explain(error, `looking at the deployment of service ${name}`);
    }
    if (errorCode(error) === "Interrupted") {
      throw error;
    }
    throw new Error([errorMessage(error), ...(await readCauses(ecs, inputs, events))].join("\n"));
  }
}

/** What ECS says about the cause, and what to do, one line each. */
async function readCauses(ecs: ECS, inputs: DeploymentInputs, events: readonly string[]): Promise<string[]> {
  const { region, cluster, service } = inputs;
  const again = `aws ecs update-service --force-new-deployment --region ${region} --cluster ${cluster} --service ${service}`;
  return [
    ...(await readStopReasons(ecs, inputs)),
    ...events.slice(0, eventsNamed).map((event) => `event: ${event}`),
    `Correct the cause, then run \`pulumi up --refresh\`. If it lies outside this program, run \`${again}\` first.`,
  ];
}

/** Why tasks of the wanted task definition have stopped, each reason once; never an error, there is one to report. */
async function readStopReasons(ecs: ECS, { cluster, service, taskDefinition }: DeploymentInputs): Promise<string[]> {
  try {
    const serviceName = nameIn(service);
    const { taskArns = [] } = await ecs.listTasks({ cluster, serviceName, desiredStatus: "STOPPED" });
    const { tasks = [] } = taskArns.length === 0 ? {} : await ecs.describeTasks({ cluster, tasks: taskArns });
    const reasons = tasks
      .filter((task) => task.taskDefinitionArn === taskDefinition)
      .map((task) => [...stopReasons(task), ...exitCodes(task)].join("; "));
    return [...new Set(reasons)].filter((reason) => reason !== "");
  } catch (error) {
    return [`why its tasks have stopped cannot be read: ${errorMessage(error)}`];
  }
}

function exitCodes({ containers = [] }: DescribedTask): string[] {
  return containers.flatMap(({ name = "?", exitCode = 0 }) =>
    exitCode === 0 ? [] : [`container ${name}: exit code ${exitCode}`],
  );
}

/** The last part of an ARN. */
function nameIn(arn: string): string {
  return arn.split("/").pop() ?? arn;
}
