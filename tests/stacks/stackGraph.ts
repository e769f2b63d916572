import assert from "node:assert/strict";
import type { ContainerDefinition } from "../../components/containers/containerDefinition";
import type { Evaluation, RecordedResource } from "../../tools/evaluation/evaluation";

/** An evaluated stack, asked for its resources. */
export class StackGraph {
  constructor(readonly evaluation: Evaluation) {}

  ofType(type: string): RecordedResource[] {
    return this.evaluation.resources.filter((resource) => resource.type === type);
  }

  one(type: string, name: string): RecordedResource {
    const found = this.ofType(type).find((resource) => resource.name === name);
    assert.ok(found !== undefined, `there is no ${type} "${name}"`);
    return found;
  }

  /** The container definitions of a task. */
  containers(task: string): ContainerDefinition[] {
    return JSON.parse(String(this.one("aws:ecs/taskDefinition:TaskDefinition", task).inputs.containerDefinitions));
  }
}
