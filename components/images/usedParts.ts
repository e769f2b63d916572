import type { Copy, From, Instruction } from "dockerfile-ast";
import {
  copySource,
  declaredArgs,
  expand,
  ofKeyword,
  readStages,
  type Stages,
  stageOf,
  type Variables,
} from "./dockerfile";

/** What building one target of a Dockerfile uses. */
export interface UsedParts {
  /** The Dockerfile with nothing but the stages which the target needs. */
  readonly dockerfile: string;
  /** The files and directories of the build context which these stages copy, relative to it. */
  readonly sources: readonly string[];
}

/**
 * The parts of a Dockerfile and of its build context which one target is built of. What else changes, such as another
 * service, does not change the image.
 *
 * @throws Error when there is no such target, or when a stage takes something of the context in another way than by
 * `COPY` of files and directories by name
 */
export function usedParts(content: string, target: string, buildArgs: Variables): UsedParts {
  const stages = readStages(content);
  const used = neededStages(stages, target, declaredArgs(stages.preamble, {}, buildArgs));
  const lines = content.split("\n");
  const textOf = (instruction: Instruction) => {
    const { start, end } = instruction.getRange();
    return lines.slice(start.line, end.line + 1).join("\n");
  };
  const body = [...stages.named]
    .filter(([name]) => used.has(name))
    .map(([, { from, instructions }]) => [from, ...instructions].map(textOf).join("\n"));
  const args = stages.preamble.filter((instruction) => {
    const name = /^ARG\s+(\w+)/i.exec(textOf(instruction))?.[1];
    return name === undefined || body.some((text) => new RegExp(`\\b${name}\\b`).test(text));
  });
  const globalArgs = declaredArgs(stages.preamble, {}, buildArgs);
  const sources = [...used].flatMap((name) => {
    const { instructions } = stageOf(stages, name);
    const variables = declaredArgs(instructions, globalArgs, buildArgs);
    return instructions.flatMap((instruction) => contextSources(instruction, variables));
  });
  return { dockerfile: `${[args.map(textOf).join("\n"), ...body].join("\n\n")}\n`, sources: [...new Set(sources)] };
}

/** The stages which a target is built on or copies from, itself included. */
function neededStages(stages: Stages, target: string, globalArgs: Variables): Set<string> {
  const needed = new Set<string>();
  const add = (name: string) => {
    if (needed.has(name)) return;
    needed.add(name);
    const { from, instructions } = stageOf(stages, name);
    const others = [
      expand(from.getImage() ?? "", globalArgs),
      ...ofKeyword<Copy>(instructions, "COPY").map(copySource),
      ...ofKeyword<From>(instructions, "RUN").map((run) => /--mount=\S*\bfrom=([\w.-]+)/.exec(run.toString())?.[1]),
    ];
    for (const other of others) if (other !== undefined && stages.named.has(other)) add(other);
  };
  add(target);
  return needed;
}

function contextSources(instruction: Instruction, variables: Variables): string[] {
  const problem = (what: string) =>
    new Error(
      `Line ${instruction.getRange().start.line + 1} of the Dockerfile ${what}: write COPY with names of files.`,
    );
  const keyword = instruction.getKeyword();
  if (keyword === "ADD") throw problem("adds files");
  if (keyword === "RUN" && /--mount=(?!\S*\bfrom=)\S*\btype=bind/.test(instruction.toString())) {
    throw problem("mounts the build context");
  }
  if (keyword !== "COPY" || copySource(instruction as Copy) !== undefined) return [];
  const words = instruction.getArguments().map((argument) => argument.getValue());
  return words.slice(0, -1).map((word) => {
    const unknown = instruction.getVariables().find((variable) => variables[variable.getName()] === undefined);
    if (unknown !== undefined) throw problem(`copies by ${unknown.toString()}, which its stage does not declare`);
    const source = expand(word, variables);
    if (/[*?[]/.test(source)) throw problem(`copies by a pattern, ${source}`);
    return source.replace(/^\.?\//, "").replace(/\/$/, "");
  });
}
