import { type Finding, formatFinding } from "../checks";
import type { Evaluation } from "../evaluation/evaluation";
import type { ProgramError } from "../evaluation/programErrors";
import type { Style } from "../terminal/style";
import { formatMonthlyCost, formatOutputs, formatUnknowns } from "./outputs";
import { formatResourceTree } from "./resourceTree";

/** The whole preview of a program which ran to its end. */
export function formatPreview(evaluation: Evaluation, style: Style): string {
  const cost = formatMonthlyCost(evaluation);
  return [
    formatResourceTree(evaluation.resources, style),
    `${style("bold", "Outputs:")}\n${formatOutputs(evaluation, style)}`,
    `${style("bold", "Known after `pulumi up`:")}\n${formatUnknowns(evaluation)}`,
    `${style("bold", "Resources:")}\n    ${style("green", "+")} ${evaluation.resources.length} to create`,
    ...(cost === undefined ? [] : [`${style("bold", "Monthly cost:")}\n    ${cost}`]),
  ].join("\n\n");
}

/** What the checks found, one line each, and how many. */
export function formatFindings(findings: readonly Finding[], checkCount: number, style: Style): string {
  return findings.length === 0
    ? style("green", `${checkCount} checks passed`)
    : findings.map((finding) => `${style("red", "error:")} ${formatFinding(finding)}`).join("\n");
}

/**
 * What went wrong in the program, one line each; errors which list problems, such as those of the configuration, one
 * line a problem.
 */
export function formatErrors(errors: readonly ProgramError[], stack: string, style: Style): string {
  return errors
    .flatMap(({ resource, message, cause }) => {
      if (isConfigError(cause)) {
        return cause.message.split("\n").map((line) => `Pulumi.${stack}.yaml: ${line}`);
      }
      return [resource === undefined ? message : `${resource}: ${message}`];
    })
    .map((line) => `${style("red", "error:")} ${line}`)
    .join("\n");
}

/** Whether it is a `ConfigError`, told by its shape, because the program's modules are not imported here. */
function isConfigError(cause: unknown): cause is Error {
  return cause instanceof Error && "problems" in cause;
}
