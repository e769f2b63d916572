import type { EvaluatedProgram, TaskContainer } from "../../../../tools/localRun/task/evaluatedTasks";
import { evaluateVariant } from "../../../stacks/evaluateVariant";

/**
 * The evaluated stack dev: an app beside the X-Ray daemon, built from the Dockerfile of whatever project it runs in.
 *
 * @param change makes other containers of these two
 */
export async function exampleProgram(
  change: (app: TaskContainer, daemon: TaskContainer) => readonly TaskContainer[] = (...containers) => containers,
): Promise<EvaluatedProgram> {
  const { resources } = await evaluateVariant("dev");
  const inputsOf: Readonly<Record<string, (inputs: Readonly<Record<string, unknown>>) => object>> = {
    "awsx:ecr:Image": () => ({ dockerfile: "app/Dockerfile" }),
    "aws:ecs/taskDefinition:TaskDefinition": ({ containerDefinitions }) => {
      const [app, daemon] = JSON.parse(String(containerDefinitions));
      return { containerDefinitions: JSON.stringify(change(app, daemon)) };
    },
  };
  return {
    resources: resources.map((resource) => {
      const { type, inputs } = resource;
      return { ...resource, inputs: { ...inputs, ...inputsOf[type]?.(inputs) } };
    }),
  };
}
