import { checkContainers } from "../../../tools/checks/containers";
import { checkFargateSizes } from "../../../tools/checks/fargateSizes";
import { checkLogRetention } from "../../../tools/checks/logRetention";
import { checkServiceDeployments } from "../../../tools/checks/serviceDeployments";
import { checkTable, recorded, taskDefinition } from "./recorded";

const logGroup = (retentionInDays?: number) =>
  recorded("aws:cloudwatch/logGroup:LogGroup", "logs", { name: "/g", retentionInDays });

const service = recorded("aws:ecs/service:Service", "hello", { taskDefinition: "task:8" });
const deployment = (taskDefinition: string) =>
  recorded("pulumi-nodejs:dynamic/traced-fargate:ServiceDeployment", "hello", { service: "hello-id", taskDefinition });
const rollback =
  'aws:ecs/service:Service "hello": taskDefinition: nothing waits until it runs, so a rollback passes unseen; allowed: a ServiceDeployment';

checkTable([
  {
    check: checkServiceDeployments,
    name: "accepts a service whose deployment is awaited",
    resources: [service, deployment("task:8")],
    findings: [],
  },
  {
    check: checkServiceDeployments,
    name: "finds a service whose deployment is not awaited",
    resources: [service],
    findings: [rollback],
  },
  {
    check: checkServiceDeployments,
    name: "finds a service of which another task definition is awaited",
    resources: [service, deployment("task:7")],
    findings: [rollback],
  },
  {
    check: checkFargateSizes,
    name: "accepts 512 CPU units with 1024 MiB",
    resources: [taskDefinition()],
    findings: [],
  },
  {
    check: checkFargateSizes,
    name: "finds a CPU size Fargate lacks",
    resources: [taskDefinition({}, { cpu: "300" })],
    findings: [
      'aws:ecs/taskDefinition:TaskDefinition "task": cpu: "300" is not a CPU size of Fargate; allowed: 256, 512, 1024, 2048, 4096, 8192, 16384',
    ],
  },
  {
    check: checkFargateSizes,
    name: "finds a memory size which goes with another CPU size",
    resources: [taskDefinition({}, { memory: "8192" })],
    findings: [
      'aws:ecs/taskDefinition:TaskDefinition "task": memory: Fargate has no "8192" MiB with 512 CPU units; allowed: 1024, 2048, 3072, 4096',
    ],
  },
  {
    check: checkFargateSizes,
    name: "finds containers bigger than their task",
    resources: [taskDefinition({ cpu: 600, memoryReservation: 1020 }, {}, [{ name: "b", memoryReservation: 4 }])],
    findings: [
      'aws:ecs/taskDefinition:TaskDefinition "task": containerDefinitions: the containers ask for 600 CPU units; allowed: 512 in all',
      'aws:ecs/taskDefinition:TaskDefinition "task": containerDefinitions.b.memoryReservation: 4 is not a memory size; allowed: 6 MiB or more',
    ],
  },
  {
    check: checkFargateSizes,
    name: "finds memory beyond the task's, and a reservation beyond its limit",
    resources: [taskDefinition({ memory: 2048, memoryReservation: 4096 })],
    findings: [
      'aws:ecs/taskDefinition:TaskDefinition "task": containerDefinitions: the containers ask for 2048 MiB; allowed: 1024 in all',
      'aws:ecs/taskDefinition:TaskDefinition "task": containerDefinitions.app.memoryReservation: 4096 is more than its limit; allowed: up to 2048',
    ],
  },
  {
    check: checkContainers,
    name: "accepts a whole container and one that starts after it",
    resources: [
      taskDefinition({ healthCheck: { command: ["CMD", "true"] } }, {}, [
        { name: "b", image: `r@sha256:${"a".repeat(64)}`, dependsOn: [{ containerName: "app", condition: "HEALTHY" }] },
      ]),
    ],
    findings: [],
  },
  {
    check: checkContainers,
    name: "finds what is missing or moves",
    resources: [
      taskDefinition(
        { name: "app", image: undefined, essential: false, logConfiguration: { logDriver: "awslogs" } },
        {},
        [{ name: "b", image: "registry/b:latest" }],
      ),
    ],
    findings: [
      'aws:ecs/taskDefinition:TaskDefinition "task": containerDefinitions: no container is essential; allowed: one or more',
      'aws:ecs/taskDefinition:TaskDefinition "task": containerDefinitions.app.image: missing; allowed: a value',
      ...["awslogs-group", "awslogs-region", "awslogs-stream-prefix"].flatMap((option) => [
        `aws:ecs/taskDefinition:TaskDefinition "task": containerDefinitions.app.logConfiguration.options.${option}: missing; allowed: a value`,
      ]),
      'aws:ecs/taskDefinition:TaskDefinition "task": containerDefinitions.b.image: "registry/b:latest" is not an exact image; allowed: a reference with a digest, or a tag other than latest',
      ...["awslogs-group", "awslogs-region", "awslogs-stream-prefix"].flatMap((option) => [
        `aws:ecs/taskDefinition:TaskDefinition "task": containerDefinitions.b.logConfiguration.options.${option}: missing; allowed: a value`,
      ]),
    ],
  },
  {
    check: checkContainers,
    name: "finds dependencies that never come true",
    resources: [
      taskDefinition({}, {}, [
        {
          name: "b",
          dependsOn: [
            { containerName: "ap", condition: "START" },
            { containerName: "app", condition: "HEALTHY" },
          ],
        },
        {
          name: "c",
          dependsOn: [
            { containerName: "b", condition: "BEGUN" },
            { containerName: "app", condition: "COMPLETE" },
          ],
        },
      ]),
    ],
    findings: [
      'aws:ecs/taskDefinition:TaskDefinition "task": containerDefinitions.b.dependsOn: there is no other container "ap"; allowed: app, c',
      'aws:ecs/taskDefinition:TaskDefinition "task": containerDefinitions.b.dependsOn: "app" has no health check; allowed: START',
      'aws:ecs/taskDefinition:TaskDefinition "task": containerDefinitions.c.dependsOn: "BEGUN" is not a condition; allowed: START, COMPLETE, SUCCESS, HEALTHY',
      'aws:ecs/taskDefinition:TaskDefinition "task": containerDefinitions.c.dependsOn: "app" is essential and must not end; allowed: START, HEALTHY',
    ],
  },
  {
    check: checkContainers,
    name: "finds what is not a list in JSON",
    resources: [taskDefinition({}, { containerDefinitions: "[" })],
    findings: [
      'aws:ecs/taskDefinition:TaskDefinition "task": containerDefinitions: is not a list of containers; allowed: JSON of one container or more',
    ],
  },
  { check: checkLogRetention, name: "accepts 14 days", resources: [logGroup(14)], findings: [] },
  ...[13, undefined].map((days) => ({
    check: checkLogRetention,
    name: `finds a retention of ${days} days`,
    resources: [logGroup(days)],
    findings: [
      `aws:cloudwatch/logGroup:LogGroup "logs": retentionInDays: ${days ?? "nothing"} is not a retention time; allowed: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653`,
    ],
  })),
]);
