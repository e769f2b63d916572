import { join } from "node:path";
import { evaluateProgram } from "../../tools/evaluation/evaluate";
import type { Evaluation } from "../../tools/evaluation/evaluation";
import { readStackSettings } from "../../tools/evaluation/stackSettings";

/** Settings which no stack has, for tests of all stacks, which so share one evaluation of each. */
export const unusual = {
  ec2messagesEndpoint: "true",
  permissionsBoundary: "arn:aws:iam::123456789012:policy/boundary",
  rolePath: "/team/",
};

const evaluations = new Map<string, Promise<Evaluation>>();

/**
 * Evaluates a stack, with some settings changed, each by its name without the project's, and perhaps under another
 * name. Every variant is evaluated once in a process, for it takes about half a second; so what is returned must not be
 * changed.
 */
export function evaluateVariant(
  stack: string,
  changes: Readonly<Record<string, string>> = {},
  name = stack,
): Promise<Evaluation> {
  const key = JSON.stringify([stack, changes, name]);
  const evaluation = evaluations.get(key) ?? evaluate(stack, changes, name);
  evaluations.set(key, evaluation);
  return evaluation;
}

function evaluate(stack: string, changes: Readonly<Record<string, string>>, name: string): Promise<Evaluation> {
  const { project, entryPoint, config } = readStackSettings(stack, join(__dirname, "../.."));
  const changed = Object.fromEntries(Object.entries(changes).map(([key, value]) => [`${project}:${key}`, value]));
  const program = (): unknown => {
    delete require.cache[require.resolve(entryPoint)];
    return require(entryPoint);
  };
  return evaluateProgram(program, { project, stack: name, config: { ...config, ...changed } });
}
