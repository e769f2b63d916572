import assert from "node:assert/strict";
import { type Check, formatFinding } from "../../../tools/checks";
import type { Evaluation, RecordedResource } from "../../../tools/evaluation/evaluation";
import { Placeholders } from "../../../tools/evaluation/placeholders";

/** A recorded resource of these inputs; its id is `<name>-id`. */
export function recorded(type: string, name: string, inputs: Record<string, unknown>): RecordedResource {
  return {
    urn: `urn:pulumi:s::p::${type}::${name}`,
    type,
    name,
    custom: true,
    remote: false,
    dependencies: [],
    propertyDependencies: {},
    inputs,
    secrets: [],
    id: `${name}-id`,
    outputs: { ...inputs, arn: `${name}-arn` },
    options: {},
  };
}

/** The evaluation of a program which made these resources. */
function evaluationOf(resources: readonly RecordedResource[]): Evaluation {
  return {
    project: "p",
    stack: "s",
    config: { "aws:region": "eu-central-1" },
    resources,
    outputs: {},
    errors: [],
    placeholders: new Placeholders(),
  };
}

/** A task definition of one sound container with the given changes. */
export function taskDefinition(
  container: Record<string, unknown> = {},
  inputs: Record<string, unknown> = {},
  others: Record<string, unknown>[] = [],
): RecordedResource {
  const logConfiguration = {
    logDriver: "awslogs",
    options: { "awslogs-group": "/g", "awslogs-region": "eu-central-1", "awslogs-stream-prefix": "app" },
  };
  const app = {
    name: "app",
    image: "registry/app:1.0.0",
    essential: true,
    cpu: 256,
    memoryReservation: 512,
    portMappings: [{ containerPort: 8080, protocol: "tcp" }],
    logConfiguration,
    ...container,
  };
  const containers = [
    app,
    ...others.map((other) => ({ ...app, portMappings: [], cpu: 0, essential: false, ...other })),
  ];
  return recorded("aws:ecs/taskDefinition:TaskDefinition", "task", {
    family: "task",
    cpu: "512",
    memory: "1024",
    containerDefinitions: JSON.stringify(containers),
    ...inputs,
  });
}

/** Makes a test of each row: what a check says of some resources, line by line. */
export function checkTable(
  check: Check,
  rows: readonly (readonly [name: string, resources: readonly RecordedResource[], ...findings: string[]])[],
): void {
  describe(check.name, () => {
    for (const [name, resources, ...findings] of rows) {
      it(name, async () => assert.deepEqual((await check(evaluationOf(resources))).map(formatFinding), findings));
    }
  });
}
