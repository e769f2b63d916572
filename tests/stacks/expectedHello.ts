/** What the stacks which run `hello` with a collector of their own have in common. */

const pull = "ecr:BatchCheckLayerAvailability ecr:BatchGetImage ecr:GetDownloadUrlForLayer";
const session =
  "ssmmessages:CreateControlChannel ssmmessages:CreateDataChannel ssmmessages:OpenControlChannel ssmmessages:OpenDataChannel";
const xray =
  "xray:GetSamplingRules xray:GetSamplingStatisticSummaries xray:GetSamplingTargets xray:PutTelemetryRecords xray:PutTraceSegments";

const pulls = (repositories: readonly string[]): string =>
  `${pull} on ${repositories.map((name) => `arn:aws:ecr:eu-central-1:123456789012:repository/${name}`).join(" ")}`;
const logs = (stack: string): string =>
  `logs:CreateLogStream logs:PutLogEvents on arn:aws:logs:eu-central-1:123456789012:log-group:/traced-fargate/${stack}/hello:*`;

/** The endpoints, without X-Ray's. */
export const endpoints = (stack: string, repositories: readonly string[]) => ({
  "Interface ecr.api": ["ecr:GetAuthorizationToken on *", pulls(repositories)],
  "Interface ecr.dkr": [pulls(repositories)],
  "Interface logs": [logs(stack)],
  "Interface ssm": ["ssm:UpdateInstanceInformation on arn:aws:ec2:eu-central-1:*:instance/*"],
  "Interface ssmmessages": [`${session} on *`],
  "Gateway s3": [
    "s3:GetObject on arn:aws:s3:::prod-eu-central-1-starport-layer-bucket/*",
    "s3:GetObject on arn:aws:s3:::al2023-repos-eu-central-1-de612dc2/*",
  ],
});

export const xrayEndpoint = { "Interface xray": [`${xray} on *`] };

export const roles = (stack: string, repositories: readonly string[]) => ({
  "hello-execution": ["ecr:GetAuthorizationToken on *", pulls(repositories), logs(stack)],
  "hello-task": [`${xray} on *`],
  "client-policy": [
    "ssm:UpdateInstanceInformation on arn:aws:ec2:eu-central-1:123456789012:instance/*",
    `${session} on *`,
  ],
});

export const rules = [
  "network-client-endpoints: tcp/443 from network-client",
  "network-client: tcp/443 to network-client-endpoints",
  "network-client: tcp/443 to network-s3",
  "network-client: tcp/8080 to network-hello",
  "network-container-endpoints: tcp/443 from network-hello",
  "network-hello: tcp/443 to network-container-endpoints",
  "network-hello: tcp/443 to network-s3",
  "network-hello: tcp/8080 from network-client",
];

/** How many of each the stacks have besides images, endpoints and rules. */
export const counts = {
  "pulumi-nodejs:dynamic/network:NetworkChangeCheck": 1,
  Vpc: 1,
  DefaultSecurityGroup: 1,
  Subnet: 3,
  RouteTable: 2,
  RouteTableAssociation: 3,
  SecurityGroup: 4,
  "docker-build:index:Image": 1,
  Cluster: 1,
  PrivateDnsNamespace: 1,
  LogGroup: 1,
  Role: 3,
  RolePolicy: 3,
  TaskDefinition: 1,
  Service: 2,
  InstanceProfile: 1,
  Instance: 1,
  "pulumi-nodejs:dynamic/traced-fargate:LoadClientReadiness": 1,
  "pulumi-nodejs:dynamic/traced-fargate:ServiceDeployment": 1,
  SamplingRule: 1,
  Group: 1,
};
