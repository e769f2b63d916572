import { type Evaluation, ofType, type RecordedResource } from "../evaluation/evaluation";
import { parseJson } from "../values";
import { asList, asRecord, type DeclaredResource } from "./check";

/** A container definition as it stands in a task definition's JSON; nothing about it is certain. */
export type RawContainer = Readonly<Record<string, unknown>>;

/** A task definition and its containers. */
export interface TaskDefinition {
  readonly resource: RecordedResource;
  readonly containers: readonly RawContainer[];
}

const taskDefinitionType = "aws:ecs/taskDefinition:TaskDefinition";

/** Every ECS task definition of a program. */
export function taskDefinitions(evaluation: Evaluation): TaskDefinition[] {
  return ofType(evaluation, taskDefinitionType).map((resource) => ({ resource, containers: containersOf(resource) }));
}

/** The containers of a task definition; none for one whose JSON cannot be read, and for everything else. */
export function containersOf({ type, inputs }: DeclaredResource): RawContainer[] {
  return type === taskDefinitionType ? asList(parseJson(String(inputs.containerDefinitions))).map(asRecord) : [];
}

/** Where a container's property stands, such as `containerDefinitions.hello.cpu`. */
export function containerPath(container: RawContainer, index: number, property: string): string {
  return `containerDefinitions.${String(container.name ?? `[${index}]`)}.${property}`;
}

/** The ports a container listens on. */
export function containerPorts(container: RawContainer): { port: unknown; protocol: string }[] {
  return asList(container.portMappings)
    .map(asRecord)
    .map(({ containerPort, protocol }) => ({ port: containerPort, protocol: String(protocol ?? "tcp") }));
}
