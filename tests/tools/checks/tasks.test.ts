import { checkContainers } from "../../../tools/checks/containers";
import { checkFargateSizes } from "../../../tools/checks/fargateSizes";
import { checkLogRetention } from "../../../tools/checks/logRetention";
import { checkServiceDeployments } from "../../../tools/checks/serviceDeployments";
import { checkTable, recorded, taskDefinition } from "./recorded";

const service = recorded("aws:ecs/service:Service", "hello", { taskDefinition: "task:8" });
const deployment = (taskDefinition: string) =>
  recorded("pulumi-nodejs:dynamic/traced-fargate:ServiceDeployment", "hello", { service: "hello-id", taskDefinition });
const rollback =
  'aws:ecs/service:Service "hello": taskDefinition: nothing waits until it runs, so a rollback passes unseen; allowed: a ServiceDeployment';

checkTable(checkServiceDeployments, [
  ["finds a service whose deployment is not awaited", [service], rollback],
  ["finds a service of which another task definition is awaited", [service, deployment("task:7")], rollback],
]);

checkTable(checkFargateSizes, [
  [
    "finds a CPU size Fargate lacks",
    [taskDefinition({}, { cpu: "300" })],
    'aws:ecs/taskDefinition:TaskDefinition "task": cpu: "300" is not a CPU size of Fargate; allowed: 256, 512, 1024, 2048, 4096, 8192, 16384',
  ],
  [
    "finds a memory size which goes with another CPU size",
    [taskDefinition({}, { memory: "8192" })],
    'aws:ecs/taskDefinition:TaskDefinition "task": memory: Fargate has no "8192" MiB with 512 CPU units; allowed: 1024, 2048, 3072, 4096',
  ],
  [
    "finds containers bigger than their task",
    [
      taskDefinition({ cpu: 600, memoryReservation: 1013 }, {}, [
        { name: "b", memoryReservation: 5 },
        { name: "c", memoryReservation: 6 },
      ]),
    ],
    'aws:ecs/taskDefinition:TaskDefinition "task": containerDefinitions: the containers ask for 600 CPU units; allowed: 512 in all',
    'aws:ecs/taskDefinition:TaskDefinition "task": containerDefinitions.b.memoryReservation: 5 is not a memory size; allowed: 6 MiB or more',
  ],
  [
    "finds memory beyond the task's, and a reservation beyond its limit",
    [taskDefinition({ memory: 2048, memoryReservation: 4096 })],
    'aws:ecs/taskDefinition:TaskDefinition "task": containerDefinitions: the containers ask for 2048 MiB; allowed: 1024 in all',
    'aws:ecs/taskDefinition:TaskDefinition "task": containerDefinitions.app.memoryReservation: 4096 is more than its limit; allowed: up to 2048',
  ],
]);

const missingOptions = (container: string) =>
  ["awslogs-group", "awslogs-region", "awslogs-stream-prefix"].map(
    (option) =>
      `aws:ecs/taskDefinition:TaskDefinition "task": containerDefinitions.${container}.logConfiguration.options.${option}: missing; allowed: a value`,
  );

checkTable(checkContainers, [
  [
    "finds what is missing or moves",
    [
      taskDefinition(
        { name: "app", image: undefined, essential: false, logConfiguration: { logDriver: "awslogs" } },
        {},
        [{ name: "b", image: "registry/b:latest" }],
      ),
    ],
    'aws:ecs/taskDefinition:TaskDefinition "task": containerDefinitions: no container is essential; allowed: one or more',
    'aws:ecs/taskDefinition:TaskDefinition "task": containerDefinitions.app.image: missing; allowed: a value',
    ...missingOptions("app"),
    'aws:ecs/taskDefinition:TaskDefinition "task": containerDefinitions.b.image: "registry/b:latest" is not an exact image; allowed: a reference with a digest, or a tag other than latest',
    ...missingOptions("b"),
  ],
  [
    "finds dependencies that never come true",
    [
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
    'aws:ecs/taskDefinition:TaskDefinition "task": containerDefinitions.b.dependsOn: there is no other container "ap"; allowed: app, c',
    'aws:ecs/taskDefinition:TaskDefinition "task": containerDefinitions.b.dependsOn: "app" has no health check; allowed: START',
    'aws:ecs/taskDefinition:TaskDefinition "task": containerDefinitions.c.dependsOn: "BEGUN" is not a condition; allowed: START, COMPLETE, SUCCESS, HEALTHY',
    'aws:ecs/taskDefinition:TaskDefinition "task": containerDefinitions.c.dependsOn: "app" is essential and must not end; allowed: START, HEALTHY',
  ],
  [
    "finds what is not a list in JSON",
    [taskDefinition({}, { containerDefinitions: "[" })],
    'aws:ecs/taskDefinition:TaskDefinition "task": containerDefinitions: is not a list of containers; allowed: JSON of one container or more',
  ],
]);

checkTable(checkLogRetention, [
  [
    "finds what is not a retention time",
    [13, undefined].map((retentionInDays) =>
      recorded("aws:cloudwatch/logGroup:LogGroup", "logs", { name: "/g", retentionInDays }),
    ),
    ...["13", "nothing"].map(
      (days) =>
        `aws:cloudwatch/logGroup:LogGroup "logs": retentionInDays: ${days} is not a retention time; allowed: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653`,
    ),
  ],
]);
