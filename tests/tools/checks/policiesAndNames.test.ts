import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { checkEmptyBlocks } from "../../../tools/checks/emptyBlocks";
import { checkNames } from "../../../tools/checks/names";
import { checkPolicyActions } from "../../../tools/checks/policyActions";
import { checkPushedImages } from "../../../tools/checks/pushedImages";
import { checkReachableServices } from "../../../tools/checks/reachableServices";
import { checkStackTags, untaggable } from "../../../tools/checks/stackTags";
import { checkValues } from "../../../tools/checks/values";
import { checkTable, recorded, taskDefinition } from "./recorded";

const logGroup = recorded("aws:cloudwatch/logGroup:LogGroup", "logs", { name: "/g" });
const policy = (...Action: string[]): string =>
  JSON.stringify({ Statement: [{ Sid: "Use", Effect: "Allow", Action }] });
const rolePolicy = (...actions: string[]) =>
  recorded("aws:iam/rolePolicy:RolePolicy", "role", { role: "role-id", policy: policy(...actions) });
const roleOf = (principal: string, ...actions: string[]) => [
  recorded("aws:iam/role:Role", "role", {
    assumeRolePolicy: JSON.stringify({
      Statement: [{ Principal: { Service: principal }, Action: ["sts:AssumeRole"] }],
    }),
  }),
  rolePolicy(...actions),
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

const fullNames = "actions by their full names, such as s3:GetObject";
const statement = (inputs: Record<string, unknown>) => ({ Statement: [{ Effect: "Allow", ...inputs }] });
const keyPolicy = (AWS: unknown) => statement({ Principal: { AWS }, Action: "kms:*" });

checkTable(checkPolicyActions, [
  [
    "finds actions and services which do not exist, wildcards, and none at all, in whatever letters",
    [rolePolicy("XRay:putTraceSegments", "ecr:BatchGetImages", "erc:BatchGetImage", "logs:*", "*"), rolePolicy()],
    'aws:iam/rolePolicy:RolePolicy "role": policy.Use.Action: IAM knows no action "ecr:BatchGetImages"; allowed: actions such as ecr:BatchGetImage',
    'aws:iam/rolePolicy:RolePolicy "role": policy.Use.Action: "erc:BatchGetImage": IAM knows no service "erc"; allowed: actions such as ecr:BatchGetImage',
    'aws:iam/rolePolicy:RolePolicy "role": policy.Use.Action: "logs:*" is a wildcard; allowed: actions by their full names, such as logs:AssociateKmsKey, logs:AssociateSourceToS3TableIntegration, logs:CallWithBearerToken, logs:CancelExportTask',
    `aws:iam/rolePolicy:RolePolicy "role": policy.Use.Action: "*" is a wildcard; allowed: ${fullNames}`,
    'aws:iam/rolePolicy:RolePolicy "role": policy.Use.Action: is empty; allowed: at least one action',
  ],
  [
    "finds wildcards in policies of any shape, and says what can be meant",
    [
      recorded("aws:iam/role:Role", "r", { inlinePolicies: [{}, { policy: policy("xray:PutT*") }] }),
      recorded("aws:iam/policy:Policy", "p", { policy: statement({ Action: "xray:Get?ampling*" }) }),
      recorded("aws:sqs/queuePolicy:QueuePolicy", "q", { policy: policy("*:*") }),
      recorded("aws:cloudwatch/logResourcePolicy:LogResourcePolicy", "l", { policyDocument: policy("oops:*") }),
      recorded("aws:kms/key:Key", "k", { policy: JSON.stringify(keyPolicy("*")) }),
      recorded("aws:ssm/document:Document", "d", { content: JSON.stringify({ Policy: statement({ Action: "*" }) }) }),
      recorded("aws:iam/groupPolicy:GroupPolicy", "g", {
        policy: { Statement: { NotAction: ["iam:CreateUser", "iam:DeleteUser"] } },
      }),
    ],
    'aws:iam/role:Role "r": inlinePolicies[1].policy.Use.Action: "xray:PutT*" is a wildcard; allowed: xray:PutTelemetryRecords, xray:PutTraceSegments',
    'aws:iam/policy:Policy "p": policy.Statement[0].Action: "xray:Get?ampling*" is a wildcard; allowed: xray:GetSamplingRules, xray:GetSamplingStatisticSummaries, xray:GetSamplingTargets',
    `aws:sqs/queuePolicy:QueuePolicy "q": policy.Use.Action: "*:*" is a wildcard; allowed: ${fullNames}`,
    `aws:cloudwatch/logResourcePolicy:LogResourcePolicy "l": policyDocument.Use.Action: "oops:*" is a wildcard; allowed: ${fullNames}`,
    'aws:kms/key:Key "k": policy.Statement[0].Action: "kms:*" is a wildcard; allowed: actions by their full names, such as kms:CancelKeyDeletion, kms:ConnectCustomKeyStore, kms:CreateAlias, kms:CreateCustomKeyStore',
    `aws:ssm/document:Document "d": content.Policy.Statement[0].Action: "*" is a wildcard; allowed: ${fullNames}`,
    'aws:iam/groupPolicy:GroupPolicy "g": policy.Statement[0].Action: is empty; allowed: at least one action',
    `aws:iam/groupPolicy:GroupPolicy "g": policy.Statement[0].NotAction: allows every action but iam:CreateUser, iam:DeleteUser; allowed: Action: ${fullNames}`,
  ],
  [
    "accepts wildcards in what denies, and the statement by which a key leaves it to IAM",
    [
      recorded("aws:iam/policy:Policy", "p", {
        policy: { Statement: { Effect: "Deny", Action: ["s3:*", "s3:Get?"] } },
      }),
      recorded("aws:kms/key:Key", "k", { policy: keyPolicy("arn:aws:iam::123456789012:root") }),
      recorded("aws:kms/keyPolicy:KeyPolicy", "k", { policy: keyPolicy(["123456789012"]) }),
    ],
  ],
  [
    "finds an endpoint without a policy, where there can be one",
    [
      endpoint("sqs"),
      recorded("aws:ec2/vpcEndpoint:VpcEndpoint", "other", {
        serviceName: "com.amazonaws.vpce.eu-central-1.vpce-svc-0123456789abcdef0",
      }),
    ],
    `aws:ec2/vpcEndpoint:VpcEndpoint "sqs": policy: is missing, so the endpoint allows every action; allowed: a policy of ${fullNames}`,
  ],
]);

checkTable(checkReachableServices, [
  [
    "finds a proxy which the service may not reach, and does not take a proxy for a way to anything else",
    [
      ...roleOf("ecs-tasks.amazonaws.com", "xray:PutTraceSegments", "logs:PutLogEvents"),
      ...proxied,
      proxyRule("10.1.0.0/28", 3129),
      proxyRule(undefined, 3128),
    ],
    'aws:iam/rolePolicy:RolePolicy "role": policy.Use.Action: xray cannot be reached: no security group lets the task reach the proxy http://proxy:3128; allowed: an egress rule to the proxy\'s addresses',
    'aws:iam/rolePolicy:RolePolicy "role": policy.Use.Action: logs cannot be reached without the endpoint logs; allowed: actions of services with an endpoint in the VPC',
  ],
  [
    "finds missing endpoints, each once, and policies that leave something out",
    [
      ...roleOf("ec2.amazonaws.com", "ecr:BatchGetImage", "ecr:GetAuthorizationToken", "ssm:UpdateInstanceInformation"),
      rolePolicy("logs:PutLogEvents"),
      endpoint("logs"),
      endpoint("ecr.api", "ecr:BatchGetImage"),
      endpoint("ssm", "ssm:ListAssociations"),
    ],
    'aws:iam/rolePolicy:RolePolicy "role": policy.Use.Action: ecr cannot be reached without the endpoint ecr.dkr and s3; allowed: actions of services with an endpoint in the VPC',
    'aws:ec2/vpcEndpoint:VpcEndpoint "ssm": policy: does not allow ssm:UpdateInstanceInformation, which role needs; allowed: what the roles allow',
  ],
]);

checkTable(checkValues, [
  [
    "finds what became of unresolved and empty values",
    [
      recorded("aws:ssm/parameter:Parameter", "p", { value: "http://undefined:80", userData: "x=undefined" }),
      recorded("aws:iam/rolePolicy:RolePolicy", "r", { policy: '{"Statement":[{"Resource":[null,""]}]}' }),
    ],
    'aws:ssm/parameter:Parameter "p": value: "http://undefined:80" holds an unresolved value; allowed: a text of known values',
    'aws:iam/rolePolicy:RolePolicy "r": policy.Statement[0].Resource[0]: null is empty; allowed: a value',
    'aws:iam/rolePolicy:RolePolicy "r": policy.Statement[0].Resource[1]: "" is empty; allowed: a value',
  ],
]);

checkTable(checkEmptyBlocks, [
  [
    "finds empty blocks at any depth, but for empty lists, and what other providers are told",
    [
      recorded("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "d", { ingress: [], egress: [] }),
      recorded("awsx:ecr:Image", "i", { args: {} }),
      recorded("aws:servicediscovery/service:Service", "s", { healthCheckCustomConfig: {} }),
      recorded("aws:ecs/service:Service", "s", { capacity: [{ base: 1 }, {}], alarms: { rules: { none: {} } } }),
    ],
    'aws:servicediscovery/service:Service "s": healthCheckCustomConfig: an empty block, which the provider leaves out; allowed: a block with a value, or none',
    'aws:ecs/service:Service "s": capacity[1]: an empty block, which the provider leaves out; allowed: a block with a value, or none',
    'aws:ecs/service:Service "s": alarms.rules.none: an empty block, which the provider leaves out; allowed: a block with a value, or none',
  ],
]);

checkTable(checkPushedImages, [
  [
    "finds an image which is deleted with its resource, or built of what only this machine has",
    [
      recorded("docker-build:index:Image", "a", { push: true }),
      { ...recorded("docker-build:index:Image", "b", { push: true }), options: { retainOnDelete: true } },
      recorded("docker-build:index:Image", "c", { push: false, context: { location: "/home/me" } }),
      {
        ...recorded("docker-build:index:Image", "d", {
          exports: [{ raw: "type=registry" }],
          context: { location: "/home/me" },
          dockerfile: { location: "app/Dockerfile" },
        }),
        options: { retainOnDelete: true },
      },
    ],
    'docker-build:index:Image "a": retainOnDelete: another tag deletes the image from the registry; allowed: true',
    'docker-build:index:Image "d": context.location: another machine has another path; allowed: a relative path',
  ],
]);

checkTable(checkNames, [
  [
    "finds URNs, and names in AWS of one scope, used twice",
    [
      recorded("aws:iam/rolePolicy:RolePolicy", "a", { role: "r1", name: "same" }),
      recorded("aws:iam/rolePolicy:RolePolicy", "b", { role: "r2", name: "same" }),
      logGroup,
      { ...logGroup, urn: "another" },
      taskDefinition(),
      taskDefinition({}, { family: "other" }),
      { ...taskDefinition(), name: "later", urn: "later" },
    ],
    'aws:ecs/taskDefinition:TaskDefinition "task": name: used twice for one type under one parent: aws:ecs/taskDefinition:TaskDefinition "task"; allowed: a name of its own',
    'aws:cloudwatch/logGroup:LogGroup "logs": name: another resource has this name in AWS: aws:cloudwatch/logGroup:LogGroup "logs"; allowed: a name of its own',
    'aws:ecs/taskDefinition:TaskDefinition "later": family: another resource has this name in AWS: aws:ecs/taskDefinition:TaskDefinition "task"; allowed: a name of its own',
  ],
]);

const tags = { Project: "p", Stack: "s" };
const allowed =
  '"p" and "s": call tagResources() before it is made; a type without tags belongs into the list of ' +
  "tools/checks/stackTags.ts";

checkTable(checkStackTags, [
  [
    "accepts the stack's tags, whatever else there is, and types that know none",
    [
      recorded("aws:ec2/vpc:Vpc", "network", { tags: { ...tags, Name: "network" } }),
      recorded("aws:ec2/instance:Instance", "client", { tags, volumeTags: tags }),
      recorded("aws:iam/rolePolicy:RolePolicy", "role", {}),
      recorded("aws:appautoscaling/target:Target", "hello", {}),
      recorded("pulumi-nodejs:dynamic/temporaryNatGateway:NatGatewayLease", "lease", {}),
    ],
  ],
  [
    "tells of a resource without them, of one with another stack's, and of an untagged volume",
    [
      recorded("aws:ec2/vpc:Vpc", "network", {}),
      recorded("aws:ecs/cluster:Cluster", "cluster", { tags: { Project: "p", Stack: "other" } }),
      recorded("aws:ec2/instance:Instance", "client", { tags }),
    ],
    `aws:ec2/vpc:Vpc "network": tags: nothing and nothing are not the stack's Project and Stack; allowed: ${allowed}`,
    `aws:ecs/cluster:Cluster "cluster": tags: "p" and "other" are not the stack's Project and Stack; ` +
      `allowed: ${allowed}`,
    `aws:ec2/instance:Instance "client": volumeTags: nothing and nothing are not the stack's Project and Stack; ` +
      `allowed: ${allowed}`,
  ],
]);

describe("the types without tags", () => {
  for (const type of untaggable) {
    it(`${type} is one in the SDK`, () => {
      const [, file] = /^aws:(.+):/.exec(type) ?? [];
      const code = readFileSync(require.resolve(`@pulumi/aws/${file}`), "utf8");
      assert.ok(code.includes(type));
      assert.ok(!code.includes("tagsAll"));
    });
  }
});
