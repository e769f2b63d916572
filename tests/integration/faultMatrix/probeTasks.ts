import type { Ec2Double } from "../../aws/ec2Double";
import type { ProofAnswer } from "../../aws/proofDouble";

const taskPrefix = "arn:aws:ecs:eu-central-1:123456789012:task/cluster/";

const index = JSON.stringify({
  manifests: [{ digest: "sha256:arm", platform: { architecture: "arm64", os: "linux" } }],
});
const image = JSON.stringify({ config: { digest: "sha256:config" }, layers: [{ digest: "sha256:layer" }] });

interface Task {
  readonly token: string;
  /** When its probe ends, or somebody stops it. */
  endsAt: number;
  /** How it ends. */
  readonly end: object;
}

/**
 * ECS, ECR and CloudWatch Logs as far as a proof uses them. The probe ends with exit code 0 only if no private route
 * table had a default route, and no security group a rule of the lease, at the moment its task was run.
 */
export class ProbeTasks {
  /** Seconds from a task's start to the end of its probe, and from there until ECS calls it stopped. */
  durations = { probe: 45, deprovisioning: 15 };
  /** How the next task goes wrong. */
  failure: "exitCode" | "outOfTime" | undefined;
  private readonly tasks: Task[] = [];

  constructor(
    private readonly ec2: Ec2Double,
    private readonly privateRouteTableIds: readonly string[],
    private readonly leaseId: string,
  ) {}

  /** The tasks which ECS counts as running. */
  running(): number {
    return this.tasks.filter((task) => this.status(task) === "RUNNING").length;
  }

  get answers(): Record<string, ProofAnswer> {
    return {
      BatchGetImage: ({ imageIds }) => {
        const [id] = imageIds as { imageTag?: string }[];
        return { images: [{ imageManifest: id?.imageTag === undefined ? image : index }] };
      },
      BatchCheckLayerAvailability: ({ layerDigests }) => ({
        layers: (layerDigests as string[]).map((layerDigest) => ({ layerDigest, layerAvailability: "AVAILABLE" })),
      }),
      RunTask: ({ clientToken }) => this.run(String(clientToken)),
      DescribeTasks: ({ tasks }) => ({ tasks: (tasks as string[]).map((arn) => this.describe(arn)) }),
      StopTask: ({ task }) => {
        const stopped = this.task(String(task));
        if (stopped !== undefined) stopped.endsAt = Math.min(stopped.endsAt, this.now());
        return {};
      },
      GetLogEvents: () => ({ events: [{ message: "the collector answered 502" }] }),
    };
  }

  private run(token: string): object {
    let index = this.tasks.findIndex((task) => task.token === token);
    if (index < 0) {
      const endsAt = this.failure === "outOfTime" ? Number.POSITIVE_INFINITY : this.now() + this.durations.probe;
      index = this.tasks.push({ token, endsAt, end: this.end() }) - 1;
    }
    return { tasks: [{ taskArn: `${taskPrefix}${index}` }], failures: [] };
  }

  private end(): object {
    const wayOut = this.wayOut();
    const exitCode = this.failure === "exitCode" || wayOut !== undefined ? 1 : 0;
    const stoppedReason = wayOut ?? "Essential container in task exited";
    return { stopCode: "EssentialContainerExited", stoppedReason, containers: [{ name: "hello", exitCode }] };
  }

  /** By what the task could still have reached the internet. */
  private wayOut(): string | undefined {
    const { routeTables, rules } = this.ec2.inventory();
    const table = this.privateRouteTableIds.find((id) => routeTables[id]?.routes["0.0.0.0/0"] !== undefined);
    const rule = Object.entries(rules).find(([, { tags }]) => tags["traced-fargate:lease"] === this.leaseId);
    return table !== undefined ? `${table} has a default route` : rule && `${rule[0]} still lets it out`;
  }

  private describe(taskArn: string): object {
    const task = this.task(taskArn);
    const lastStatus = task === undefined ? "STOPPED" : this.status(task);
    return lastStatus === "RUNNING" ? { taskArn, lastStatus } : { taskArn, lastStatus, ...task?.end };
  }

  private status({ endsAt }: Task): "RUNNING" | "DEPROVISIONING" | "STOPPED" {
    const over = this.now() - endsAt;
    return over < 0 ? "RUNNING" : over < this.durations.deprovisioning ? "DEPROVISIONING" : "STOPPED";
  }

  private task(arn: string): Task | undefined {
    return this.tasks[Number(arn.slice(taskPrefix.length))];
  }

  private now(): number {
    return this.ec2.account.now();
  }
}
