/** What ECS says of a service that decides about its deployment. */
interface DescribedService {
  readonly deployments?: readonly {
    /** `PRIMARY` is the one whose tasks ECS starts; `ACTIVE` are those it replaces. */
    readonly status?: string;
    readonly taskDefinition?: string;
    readonly rolloutState?: string;
    readonly rolloutStateReason?: string;
    readonly desiredCount?: number;
    readonly runningCount?: number;
    readonly failedTasks?: number;
  }[];
  /** Where its tasks run. */
  readonly networkConfiguration?: {
    readonly awsvpcConfiguration?: {
      readonly subnets?: readonly string[];
      readonly securityGroups?: readonly string[];
    };
  };
}

/** What a service was told to run: that by which its deployments differ, and how much of it. */
export interface WantedDeployment {
  /** ARN of the task definition, with its revision. */
  readonly taskDefinition: string;
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
  /** How many tasks have to run, unless the service was told meanwhile to run fewer. */
  readonly minTaskCount: number;
}

/** What was seen of the deployment; `missing`: ECS shows none that is as wanted. */
interface DeploymentVerdict {
  readonly kind: "completed" | "waiting" | "failed" | "missing";
  readonly seen: string;
}

type Deployment = NonNullable<DescribedService["deployments"]>[number];

/**
 * Whether the service runs what it was told to. A service counts as steady as soon as it runs as many tasks as it
 * should, be it those of the previous task definition: then ECS's circuit breaker has put these back, and no deployment
 * of ours is there any more (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html,
 * https://github.com/pulumi/pulumi-aws/issues/4487). A service can also be steady before the
 * deployment is completed (https://github.com/aws-actions/amazon-ecs-deploy-task-definition/issues/838).
 *
 * A deployment stays completed when the service is told to run more tasks, so these are counted as well.
 *
 * @param service `undefined` when ECS does not see it (yet)
 */
export function judgeDeployment(service: DescribedService | undefined, wanted: WantedDeployment): DeploymentVerdict {
  const deployments = service?.deployments ?? [];
  const primary = deployments.find(({ status }) => status === "PRIMARY");
  if (primary === undefined) {
    return { kind: "missing", seen: "ECS shows no deployment of it" };
  }
  if (primary.taskDefinition !== wanted.taskDefinition) {
    const seen = `it runs ${revision(primary.taskDefinition)}, not ${revision(wanted.taskDefinition)}`;
    const ours = deployments.find(({ taskDefinition }) => taskDefinition === wanted.taskDefinition);
    return ours === undefined
      ? { kind: "missing", seen }
      : { kind: "failed", seen: [`${seen}: ECS rolls back`, ...reasonOf(ours)].join("; ") };
  }
  const elsewhere = otherPlaces(service, wanted);
  if (elsewhere.length > 0) {
    return { kind: "missing", seen: `it runs in its previous ${elsewhere.join(" and ")}` };
  }
  const { rolloutState = "no rollout state", runningCount = 0, desiredCount = 0, failedTasks = 0 } = primary;
  if (rolloutState === "FAILED") {
    return { kind: "failed", seen: ["its deployment has failed", ...reasonOf(primary)].join("; ") };
  }
  const seen = `${rolloutState}, ${runningCount} of ${desiredCount} tasks run, ${failedTasks} failed`;
  const enough = runningCount >= Math.min(wanted.minTaskCount, desiredCount);
  return { kind: rolloutState === "COMPLETED" && enough ? "completed" : "waiting", seen };
}

/** Family and revision, such as `hello:8`, of a task definition's ARN. */
function revision(arn = "an unknown task definition"): string {
  return arn.split("/").pop() ?? arn;
}

/** What of the places where the service runs is not as wanted; what ECS does not say counts as wanted. */
function otherPlaces(service: DescribedService | undefined, wanted: WantedDeployment): string[] {
  const { subnets, securityGroups } = service?.networkConfiguration?.awsvpcConfiguration ?? {};
  return [
    ...(sameMembers(subnets, wanted.subnetIds) ? [] : ["subnets"]),
    ...(sameMembers(securityGroups, wanted.securityGroupIds) ? [] : ["security groups"]),
  ];
}

function sameMembers(seen: readonly string[] | undefined, wanted: readonly string[]): boolean {
  return seen === undefined || [...seen].sort().join() === [...wanted].sort().join();
}

function reasonOf(deployment: Deployment | undefined): string[] {
  return deployment?.rolloutStateReason === undefined ? [] : [deployment.rolloutStateReason];
}
