/** The `aws` block of a segment, and the kind of AWS resource it comes from. */
export interface SegmentOrigin {
  readonly origin?: string;
  readonly aws: {
    readonly account_id?: string;
    /** The task, and the container in it. */
    readonly ecs?: Readonly<Record<string, string>>;
    readonly cloudwatch_logs?: readonly { readonly log_group: string }[];
  };
}

const FARGATE = "AWS::ECS::Fargate";
const TIMEOUT_MS = 1000;

/**
 * Turns the answers of the task metadata endpoint, version 4, into a segment's origin and `aws.ecs`, with the field
 * names that X-Ray's console and the OpenTelemetry collector use. What the endpoint doesn't say is left out.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-fargate-response.html
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html#api-segmentdocuments-aws
 */
export function segmentOrigin(container: unknown, task: unknown): SegmentOrigin {
  const taskArn = text(task, "TaskARN");
  const [, partition, region, account, cluster] =
    /^arn:([\w-]+):ecs:([\w-]+):(\d+):task\/([^/]+)\//.exec(taskArn ?? "") ?? [];
  const named = text(task, "Cluster");
  const logGroup = text(field(container, "LogOptions"), "awslogs-group");
  return {
    origin: text(task, "LaunchType") === "EC2" ? "AWS::ECS::Container" : FARGATE,
    aws: {
      ...(account && { account_id: account }),
      ecs: present({
        container: text(container, "Name"),
        container_id: text(container, "DockerId"),
        container_arn: text(container, "ContainerARN"),
        task_arn: taskArn,
        task_family: text(task, "Family"),
        cluster_arn: named?.startsWith("arn:")
          ? named
          : cluster && `arn:${partition}:ecs:${region}:${account}:cluster/${cluster}`,
        launch_type: text(task, "LaunchType")?.toLowerCase(),
        availability_zone: text(task, "AvailabilityZone"),
      }),
      ...(logGroup && { cloudwatch_logs: [{ log_group: logGroup }] }),
    },
  };
}

/**
 * Asks the task metadata endpoint who we are. Outside ECS there is none, and `onProblem` is not called. When ECS names
 * one that doesn't answer, the service starts all the same, and `onProblem` is called once.
 */
export async function fetchSegmentOrigin(
  metadataUri: string | undefined,
  fargate: boolean,
  onProblem: (error: unknown) => void,
): Promise<SegmentOrigin> {
  if (metadataUri === undefined) {
    return { aws: {} };
  }
  try {
    const [container, task] = await Promise.all([getJson(metadataUri), getJson(`${metadataUri}/task`)]);
    return segmentOrigin(container, task);
  } catch (error) {
    onProblem(error);
    return { ...(fargate ? { origin: FARGATE } : {}), aws: {} };
  }
}

async function getJson(url: string): Promise<unknown> {
  const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!response.ok) {
    throw new Error(`${url} answered ${response.status}`);
  }
  return response.json();
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function text(value: unknown, name: string): string | undefined {
  const content = field(value, name);
  return typeof content === "string" && content !== "" ? content : undefined;
}

function present(fields: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}
