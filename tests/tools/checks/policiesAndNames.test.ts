import { checkNames } from "../../../tools/checks/names";
import { checkPolicyActions } from "../../../tools/checks/policyActions";
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
      'aws:iam/rolePolicy:RolePolicy "role": policy.Pull.Action: no action; allowed: at least one action',
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
