import { LocalServer } from "../../processes/localServer";

const TASK_ARN = "arn:aws:ecs:eu-central-1:123456789012:task/traced-fargate-dev/158d1c8083dd49d6b527399fd6414f5c";
const CONTAINER_ARN = "arn:aws:ecs:eu-central-1:123456789012:container/traced-fargate-dev/158d1c80/05966557";

// As in https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-fargate-examples.html
export const FARGATE_CONTAINER = {
  DockerId: "cd189a933e5849daa93386466019ab50-2495160603",
  Name: "hello",
  DockerName: "hello",
  LogDriver: "awslogs",
  LogOptions: { "awslogs-group": "/traced-fargate/dev/hello", "awslogs-region": "eu-central-1" },
  ContainerARN: CONTAINER_ARN,
};

export const FARGATE_TASK = {
  Cluster: "arn:aws:ecs:eu-central-1:123456789012:cluster/traced-fargate-dev",
  TaskARN: TASK_ARN,
  Family: "hello",
  Revision: "7",
  AvailabilityZone: "eu-central-1a",
  LaunchType: "FARGATE",
};

/** What segments say about this container. */
export const FARGATE_ORIGIN = {
  origin: "AWS::ECS::Fargate",
  aws: {
    account_id: "123456789012",
    ecs: {
      container: "hello",
      container_id: FARGATE_CONTAINER.DockerId,
      container_arn: CONTAINER_ARN,
      task_arn: TASK_ARN,
      task_family: "hello",
      cluster_arn: FARGATE_TASK.Cluster,
      launch_type: "fargate",
      availability_zone: "eu-central-1a",
    },
    cloudwatch_logs: [{ log_group: "/traced-fargate/dev/hello" }],
  },
};

/** The task metadata endpoint, version 4, of a task on Fargate. */
export async function startMetadataEndpoint() {
  const requests: string[] = [];
  const server = await new LocalServer((request, response) => {
    requests.push(String(request.url));
    response.end(JSON.stringify(request.url === "/v4/abc/task" ? FARGATE_TASK : FARGATE_CONTAINER));
  }).listen();
  return { uri: `${server.url}/v4/abc`, requests, close: () => server.close() };
}
