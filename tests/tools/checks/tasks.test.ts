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

const inexact = ["app", "app:", "app:latest", "app:stable", "app:LATEST", "app:latest-2", "app:3.x", "app@sha256:12"];
const exact = [
  "app:1",
  "app:2026-11-22",
  "app:0a1b2c3",
  `app@sha256:${"0a".repeat(32)}`,
  `app:x@sha256:${"1".repeat(64)}`,
];

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
    ...missingOptions("b"),
    'aws:ecs/taskDefinition:TaskDefinition "task": containerDefinitions.b.image: "registry/b:latest" is not an exact image; allowed: "registry/b@sha256:<digest>", or the tag of one version, such as "registry/b:1.2.3"',
  ],
  [
    "finds images without a tag or with one that moves, whatever the registry is called",
    [
      taskDefinition(
        { image: "registry:5000/app" },
        {},
        inexact.map((image) => ({ name: "b", image })),
      ),
    ],
    `aws:ecs/taskDefinition:TaskDefinition "task": containerDefinitions.app.image: "registry:5000/app" is not an exact image; allowed: "registry:5000/app@sha256:<digest>", or the tag of one version, such as "registry:5000/app:1.2.3"`,
    ...inexact.map(
      (image) =>
        `aws:ecs/taskDefinition:TaskDefinition "task": containerDefinitions.b.image: "${image}" is not an exact image; allowed: "app@sha256:<digest>", or the tag of one version, such as "app:1.2.3"`,
    ),
  ],
  [
    "accepts images by digest or the tag of one version",
    [
      taskDefinition(
        { image: "registry:5000/app:v1" },
        {},
        exact.map((image) => ({ name: "b", image })),
      ),
    ],
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
    [13, undefined, 0].map((retentionInDays) =>
      recorded("aws:cloudwatch/logGroup:LogGroup", "logs", { name: "/g", retentionInDays }),
    ),
    ...["13 is not a retention time", "has no limit", "has no limit"].map(
      (wrong) =>
        `aws:cloudwatch/logGroup:LogGroup "logs": retentionInDays: ${wrong}; allowed: one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653`,
    ),
  ],
  [
    "finds a log group that ECS would make",
    [
      taskDefinition({ logConfiguration: { logDriver: "awslogs", options: { "awslogs-create-group": "true" } } }, {}, [
        { name: "b", logConfiguration: { logDriver: "awslogs", options: { "awslogs-create-group": "false" } } },
      ]),
    ],
    'aws:ecs/taskDefinition:TaskDefinition "task": containerDefinitions.app.logConfiguration.options.awslogs-create-group: "true" has ECS make a log group that keeps its events always; allowed: "false", and an aws.cloudwatch.LogGroup with retentionInDays',
  ],
  [
    "accepts a log group whose events CloudWatch Logs only delivers",
    [recorded("aws:cloudwatch/logGroup:LogGroup", "logs", { logGroupClass: "DELIVERY" })],
  ],
]);
