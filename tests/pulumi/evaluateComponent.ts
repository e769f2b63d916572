import assert from "node:assert/strict";
import { type EvaluationSettings, evaluateProgram } from "../../tools/evaluation/evaluate";
import type { Evaluation, RecordedResource } from "../../tools/evaluation/evaluation";

/** What a few lines of a program told the Pulumi engine, with ways to look things up. */
export class ComponentEvaluation {
  constructor(readonly evaluation: Evaluation) {}

  /** Everything but the stack itself, in the order of construction. */
  get resources(): RecordedResource[] {
    return this.evaluation.resources.filter(({ type }) => type !== "pulumi:pulumi:Stack");
  }

  /** What the program returned. */
  get outputs(): Readonly<Record<string, unknown>> {
    return this.evaluation.outputs;
  }

  /** The resources of a type token, such as `aws:ec2/subnet:Subnet`. */
  ofType(type: string): RecordedResource[] {
    return this.resources.filter((resource) => resource.type === type);
  }

  /** The only resource of this type (and name). */
  one(type: string, name?: string): RecordedResource {
    const found = this.ofType(type).filter((resource) => name === undefined || resource.name === name);
    const [resource] = found;
    assert.ok(
      resource !== undefined && found.length === 1,
      `expected one ${type}${name === undefined ? "" : ` "${name}"`}, found: ${found.map((each) => each.name).join(", ") || "none"}`,
    );
    return resource;
  }

  /** The resource behind a URN, as found in `parent` and `dependencies`. */
  byUrn(urn: string | undefined): RecordedResource {
    const resource = this.evaluation.resources.find((candidate) => candidate.urn === urn);
    assert.ok(resource !== undefined, `no resource has the URN ${urn}`);
    return resource;
  }

  /** Names of what a resource depends on. */
  dependencyNames(resource: RecordedResource): string[] {
    return resource.dependencies.map((urn) => this.byUrn(urn).name);
  }
}

/**
 * Evaluates a program of a few lines under the stand-in for AWS and fails when the program does. What the program
 * returns becomes `outputs`, resolved.
 */
export async function evaluateComponent(
  program: () => unknown,
  settings: Partial<EvaluationSettings> = {},
): Promise<ComponentEvaluation> {
  const evaluation = await evaluateProgram(program, {
    project: "traced-fargate",
    stack: "test",
    ...settings,
    config: { "aws:region": "eu-central-1", ...settings.config },
  });
  for (const { resource, message, cause } of evaluation.errors) {
    throw new Error(resource === undefined ? message : `${resource}: ${message}`, { cause });
  }
  return new ComponentEvaluation(evaluation);
}
