import { checkEmptyBlocks } from "../../../tools/checks/emptyBlocks";
import { checkNames } from "../../../tools/checks/names";
import { checkPolicyActions } from "../../../tools/checks/policyActions";
import { checkPushedImages } from "../../../tools/checks/pushedImages";
import { checkReachableServices } from "../../../tools/checks/reachableServices";
import { checkValues } from "../../../tools/checks/values";
import { checkTable, recorded, taskDefinition } from "./recorded";

const logGroup = (retentionInDays?: number) =>
  recorded("aws:cloudwatch/logGroup:LogGroup", "logs", { name: "/g", retentionInDays });
const role = (...Action: string[]) =>
  recorded("aws:iam/rolePolicy:RolePolicy", "role", {
    policy: JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Sid: "Pull", Effect: "Allow", Action, Resource: "*" }],
    }),
  });

const policy = (...Action: string[]): string =>
  JSON.stringify({ Statement: [{ Sid: "Use", Effect: "Allow", Action }] });
const roleOf = (principal: string, ...actions: string[]) => [
  recorded("aws:iam/role:Role", "role", {
    assumeRolePolicy: JSON.stringify({
      Statement: [{ Principal: { Service: principal }, Action: ["sts:AssumeRole"] }],
    }),
  }),
  recorded("aws:iam/rolePolicy:RolePolicy", "role", { role: "role-id", policy: policy(...actions) }),
];
const endpoint = (service: string, ...actions: string[]) =>
  recorded("aws:ec2/vpcEndpoint:VpcEndpoint", service, {
    serviceName: `com.amazonaws.eu-central-1.${service}`,
    policy: actions.length === 0 ? undefined : policy(...actions),
  });

/** A service whose daemon sends through a proxy. */
const proxied = [
  taskDefinition({}, { taskRoleArn: "role-arn" }, [{ name: "daemon", command: ["-o", "-p", "http://proxy:3128"] }]),
  recorded("aws:ecs/service:Service", "service", {
    taskDefinition: "task-arn",
    networkConfiguration: { securityGroups: ["group-id"] },
  }),
];
const proxyRule = (cidrIpv4: string | undefined, port: number) =>
  recorded("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", `to-${port}`, {
    securityGroupId: "group-id",
    cidrIpv4,
    fromPort: port,
    toPort: port,
  });

checkTable([
  {
    check: checkPolicyActions,
    name: "accepts actions in whatever letters",
    resources: [role("ecr:BatchGetImage", "XRay:putTraceSegments")],
    findings: [],
  },
  {
    check: checkPolicyActions,
    name: "finds actions and services which do not exist, wildcards, and none at all",
    resources: [role("ecr:BatchGetImages", "erc:BatchGetImage", "logs:*", "*"), role()],
    findings: [
      'aws:iam/rolePolicy:RolePolicy "role": policy.Pull.Action: IAM knows no action "ecr:BatchGetImages"; allowed: actions such as ecr:BatchGetImage',
      'aws:iam/rolePolicy:RolePolicy "role": policy.Pull.Action: "erc:BatchGetImage": IAM knows no service "erc"; allowed: actions such as ecr:BatchGetImage',
      'aws:iam/rolePolicy:RolePolicy "role": policy.Pull.Action: "logs:*" is a wildcard; allowed: actions by their full names',
      'aws:iam/rolePolicy:RolePolicy "role": policy.Pull.Action: "*" is a wildcard; allowed: actions by their full names',
      'aws:iam/rolePolicy:RolePolicy "role": policy.Pull.Action: is empty; allowed: at least one action',
    ],
  },
  {
    check: checkReachableServices,
    name: "accepts actions which endpoints lead to, and roles outside of the VPC",
    resources: [
      ...roleOf("ecs-tasks.amazonaws.com", "xray:PutTraceSegments", "logs:PutLogEvents"),
      endpoint("xray", "xray:PutTraceSegments"),
      endpoint("logs"),
    ],
    findings: [],
  },
  {
    check: checkReachableServices,
    name: "leaves alone what does not run in the VPC",
    resources: roleOf("scheduler.amazonaws.com", "ec2:DeleteNatGateway"),
    findings: [],
  },
  {
    check: checkReachableServices,
    name: "accepts X-Ray through a proxy which the service may reach",
    resources: [
      ...roleOf("ecs-tasks.amazonaws.com", "xray:PutTraceSegments"),
      ...proxied,
      proxyRule("10.1.0.0/28", 3128),
    ],
    findings: [],
  },
  {
    check: checkReachableServices,
    name: "finds a proxy which the service may not reach, and does not take a proxy for a way to anything else",
    resources: [
      ...roleOf("ecs-tasks.amazonaws.com", "xray:PutTraceSegments", "logs:PutLogEvents"),
      ...proxied,
      proxyRule("10.1.0.0/28", 3129),
      proxyRule(undefined, 3128),
    ],
    findings: [
      'aws:iam/rolePolicy:RolePolicy "role": policy.Use.Action: xray cannot be reached: no security group lets the task reach the proxy http://proxy:3128; allowed: an egress rule to the proxy\'s addresses',
      'aws:iam/rolePolicy:RolePolicy "role": policy.Use.Action: logs cannot be reached without the endpoint logs; allowed: actions of services with an endpoint in the VPC',
    ],
  },
  {
    check: checkReachableServices,
    name: "finds missing endpoints, each once, and policies that leave something out",
    resources: [
      ...roleOf("ec2.amazonaws.com", "ecr:BatchGetImage", "ecr:GetAuthorizationToken", "ssm:UpdateInstanceInformation"),
      endpoint("ecr.api", "ecr:BatchGetImage"),
      endpoint("ssm", "ssm:ListAssociations"),
    ],
    findings: [
      'aws:iam/rolePolicy:RolePolicy "role": policy.Use.Action: ecr cannot be reached without the endpoint ecr.dkr and s3; allowed: actions of services with an endpoint in the VPC',
      'aws:ec2/vpcEndpoint:VpcEndpoint "ssm": policy: does not allow ssm:UpdateInstanceInformation, which role needs; allowed: what the roles allow',
    ],
  },
  {
    check: checkValues,
    name: "finds what became of unresolved and empty values",
    resources: [
      recorded("aws:ssm/parameter:Parameter", "p", { value: "http://undefined:80", userData: "x=undefined" }),
      recorded("aws:iam/rolePolicy:RolePolicy", "r", { policy: '{"Statement":[{"Resource":[null,""]}]}' }),
    ],
    findings: [
      'aws:ssm/parameter:Parameter "p": value: "http://undefined:80" holds an unresolved value; allowed: a text of known values',
      'aws:iam/rolePolicy:RolePolicy "r": policy.Statement[0].Resource[0]: null is empty; allowed: a value',
      'aws:iam/rolePolicy:RolePolicy "r": policy.Statement[0].Resource[1]: "" is empty; allowed: a value',
    ],
  },
  {
    check: checkEmptyBlocks,
    name: "finds empty blocks at any depth",
    resources: [
      recorded("aws:servicediscovery/service:Service", "s", { healthCheckCustomConfig: {} }),
      recorded("aws:ecs/service:Service", "s", { capacity: [{ base: 1 }, {}], alarms: { rules: { none: {} } } }),
    ],
    findings: [
      'aws:servicediscovery/service:Service "s": healthCheckCustomConfig: an empty block, which the provider leaves out; allowed: a block with a value, or none',
      'aws:ecs/service:Service "s": capacity[1]: an empty block, which the provider leaves out; allowed: a block with a value, or none',
      'aws:ecs/service:Service "s": alarms.rules.none: an empty block, which the provider leaves out; allowed: a block with a value, or none',
    ],
  },
  {
    check: checkEmptyBlocks,
    name: "accepts resources without inputs, empty lists, and what other providers are told",
    resources: [
      recorded("aws:ecs/cluster:Cluster", "c", {}),
      recorded("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "d", { ingress: [], egress: [] }),
      recorded("awsx:ecr:Image", "i", { args: {} }),
    ],
    findings: [],
  },
  {
    check: checkPushedImages,
    name: "finds an image which is deleted with its resource, or built of what only this machine has",
    resources: [
      recorded("docker-build:index:Image", "a", { push: true }),
      { ...recorded("docker-build:index:Image", "b", { push: true }), options: { retainOnDelete: true } },
      recorded("docker-build:index:Image", "c", { push: false, context: { location: "/home/me" } }),
      {
        ...recorded("docker-build:index:Image", "d", {
          push: true,
          context: { location: "/home/me" },
          dockerfile: { location: "app/Dockerfile" },
        }),
        options: { retainOnDelete: true },
      },
    ],
    findings: [
      'docker-build:index:Image "a": retainOnDelete: another tag deletes the image from the registry; allowed: true',
      'docker-build:index:Image "d": context.location: another machine has another path; allowed: a relative path',
    ],
  },
  {
    check: checkNames,
    name: "accepts one name in two scopes",
    resources: [
      recorded("aws:iam/rolePolicy:RolePolicy", "a", { role: "r1", name: "same" }),
      recorded("aws:iam/rolePolicy:RolePolicy", "b", { role: "r2", name: "same" }),
    ],
    findings: [],
  },
  {
    check: checkNames,
    name: "finds URNs and names in AWS used twice",
    resources: [
      logGroup(14),
      { ...logGroup(14), urn: "another" },
      taskDefinition(),
      { ...taskDefinition({}, { family: "other" }) },
      { ...taskDefinition(), name: "later", urn: "later" },
    ],
    findings: [
      'aws:ecs/taskDefinition:TaskDefinition "task": name: used twice for one type under one parent: aws:ecs/taskDefinition:TaskDefinition "task"; allowed: a name of its own',
      'aws:cloudwatch/logGroup:LogGroup "logs": name: another resource has this name in AWS: aws:cloudwatch/logGroup:LogGroup "logs"; allowed: a name of its own',
      'aws:ecs/taskDefinition:TaskDefinition "later": family: another resource has this name in AWS: aws:ecs/taskDefinition:TaskDefinition "task"; allowed: a name of its own',
    ],
  },
]);
