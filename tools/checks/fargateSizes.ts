import { fargateCpuSizes, fargateMemorySizes } from "../../components/containers/fargateSize";
import { type Check, type Finding, finding, show } from "./check";
import { containerPath, type TaskDefinition, taskDefinitions } from "./taskDefinitions";

/** Task sizes Fargate offers, and containers that fit into them. */
export const checkFargateSizes: Check = (evaluation) =>
  taskDefinitions(evaluation).flatMap((task) => [
    ...taskSizeFindings(task),
    ...containerSumFindings(task),
    ...containerSizeFindings(task),
  ]);

function taskSizeFindings({ resource }: TaskDefinition): Finding[] {
  const cpu = Number(resource.inputs.cpu);
  const memory = Number(resource.inputs.memory);
  const memorySizes = fargateMemorySizes(cpu);
  if (memorySizes.length === 0) {
    const problem = `${show(resource.inputs.cpu)} is not a CPU size of Fargate`;
    return [finding(resource, "cpu", problem, fargateCpuSizes.join(", "))];
  }
  return memorySizes.includes(memory)
    ? []
    : [
        finding(
          resource,
          "memory",
          `Fargate has no ${show(resource.inputs.memory)} MiB with ${cpu} CPU units`,
          memorySizes.join(", "),
        ),
      ];
}

function containerSumFindings({ resource, containers }: TaskDefinition): Finding[] {
  const findings: Finding[] = [];
  const cpu = sum(containers.map((container) => Number(container.cpu ?? 0)));
  const memory = sum(containers.map((container) => Number(container.memory ?? container.memoryReservation ?? 0)));
  if (cpu > Number(resource.inputs.cpu)) {
    findings.push(
      finding(
        resource,
        "containerDefinitions",
        `the containers ask for ${cpu} CPU units`,
        `${resource.inputs.cpu} in all`,
      ),
    );
  }
  if (memory > Number(resource.inputs.memory)) {
    findings.push(
      finding(
        resource,
        "containerDefinitions",
        `the containers ask for ${memory} MiB`,
        `${resource.inputs.memory} in all`,
      ),
    );
  }
  return findings;
}

function containerSizeFindings({ resource, containers }: TaskDefinition): Finding[] {
  return containers.flatMap((container, index) => {
    const { memory, memoryReservation } = container;
    const reserved = Number(memoryReservation ?? memory);
    // ECS: "The Docker daemon reserves a minimum of 6 MiB of memory for a container".
    if (!(reserved >= 6)) {
      const path = containerPath(container, index, "memoryReservation");
      return [finding(resource, path, `${show(memoryReservation ?? memory)} is not a memory size`, "6 MiB or more")];
    }
    return memory !== undefined && reserved > Number(memory)
      ? [
          finding(
            resource,
            containerPath(container, index, "memoryReservation"),
            `${reserved} is more than its limit`,
            `up to ${memory}`,
          ),
        ]
      : [];
  });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
