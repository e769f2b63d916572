import { parseJson } from "../values";
import { asList, asRecord, type Check, type Finding, finding, show } from "./check";
import { findInexactImages } from "./images";
import { containerPath, type RawContainer, type TaskDefinition, taskDefinitions } from "./taskDefinitions";

const required = ["name", "image", "essential", "cpu", "logConfiguration"];
const conditions = ["START", "COMPLETE", "SUCCESS", "HEALTHY"];

/**
 * Container definitions that are complete: JSON leaves out what is undefined, and ECS registers a task without image or
 * logs' destination as readily as a whole one
 * (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html).
 */
export const checkContainers: Check = (evaluation) => taskDefinitions(evaluation).flatMap(taskFindings);

function taskFindings(task: TaskDefinition): Finding[] {
  const { resource, containers } = task;
  if (!Array.isArray(parseJson(String(resource.inputs.containerDefinitions))) || containers.length === 0) {
    return [finding(resource, "containerDefinitions", "is not a list of containers", "JSON of one container or more")];
  }
  const essential = containers.some((container) => container.essential === true);
  return [
    ...(essential ? [] : [finding(resource, "containerDefinitions", "no container is essential", "one or more")]),
    ...containers.flatMap((container, index) => [
      ...missingFindings(task, container, index),
      ...dependencyFindings(task, container, index),
      ...logFindings(task, container, index),
    ]),
    ...findInexactImages(resource),
  ];
}

function missingFindings({ resource }: TaskDefinition, container: RawContainer, index: number): Finding[] {
  return required
    .filter((property) => container[property] === undefined)
    .map((property) => finding(resource, containerPath(container, index, property), "missing", "a value"));
}

function dependencyFindings(
  { resource, containers }: TaskDefinition,
  container: RawContainer,
  index: number,
): Finding[] {
  return asList(container.dependsOn)
    .map(asRecord)
    .flatMap(({ containerName, condition }) => {
      const path = containerPath(container, index, "dependsOn");
      const other = containers.find(({ name }) => name === containerName && name !== container.name);
      if (other === undefined) {
        const names = containers.map(({ name }) => name).filter((name) => name !== container.name);
        return [finding(resource, path, `there is no other container ${show(containerName)}`, names.join(", "))];
      }
      if (!conditions.includes(String(condition))) {
        return [finding(resource, path, `${show(condition)} is not a condition`, conditions.join(", "))];
      }
      if (condition === "HEALTHY" && other.healthCheck === undefined) {
        return [finding(resource, path, `${show(containerName)} has no health check`, "START")];
      }
      return condition !== "START" && condition !== "HEALTHY" && other.essential !== false
        ? [finding(resource, path, `${show(containerName)} is essential and must not end`, "START, HEALTHY")]
        : [];
    });
}

function logFindings({ resource }: TaskDefinition, container: RawContainer, index: number): Finding[] {
  const { logDriver, options } = asRecord(container.logConfiguration);
  const needed = ["awslogs-group", "awslogs-region", "awslogs-stream-prefix"];
  return needed
    .filter((option) => logDriver === "awslogs" && asRecord(options)[option] === undefined)
    .map((option) =>
      finding(resource, containerPath(container, index, `logConfiguration.options.${option}`), "missing", "a value"),
    );
}
