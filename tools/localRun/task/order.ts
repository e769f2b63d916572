import type { ContainerDependency } from "../../../components/containers/containerDefinition";

interface Ordered {
  readonly name: string;
  readonly dependsOn: readonly ContainerDependency[];
}

/**
 * Containers in the order in which ECS starts them: each after those it depends on, else as given. ECS stops them the
 * other way round (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDependency.html).
 *
 * @throws Error when a container depends on one the task does not have, or on itself in a circle
 */
export function startOrder<T extends Ordered>(containers: readonly T[]): T[] {
  const ordered: T[] = [];
  const visit = (container: T, waiting: readonly string[]): void => {
    if (ordered.includes(container)) return;
    if (waiting.includes(container.name)) {
      throw new Error(`Containers wait for each other in a circle: ${[...waiting, container.name].join(" -> ")}.`);
    }
    for (const { containerName } of container.dependsOn) {
      const dependency = containers.find(({ name }) => name === containerName);
      if (dependency === undefined) {
        throw new Error(`The container ${container.name} depends on ${containerName}, which the task does not have.`);
      }
      visit(dependency, [...waiting, container.name]);
    }
    ordered.push(container);
  };
  for (const container of containers) visit(container, []);
  return ordered;
}
