import { posix } from "node:path";
import type { Cmd, Copy, Entrypoint, Instruction, PropertyInstruction } from "dockerfile-ast";
import {
  copySource,
  declaredArgs,
  expand,
  ofKeyword,
  readStages,
  stageOf,
  type Variables,
} from "../../../components/images/dockerfile";

/** A file which an image has from another stage. */
export interface CopiedFile {
  /** Where it lies in the image. */
  readonly path: string;
  /** Where it lies in the stage it comes from, relative to that stage's working directory if it is below it. */
  readonly source: string;
  /** The image which that stage is built on, after going through the stages of the file. */
  readonly from: string;
}

/** What a container of an image runs when its definition does not say otherwise. */
export interface ImageDefaults {
  /** The image the target is built on, after going through the stages of the file. */
  readonly base: string;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly workingDirectory: string;
  /** Files copied with `COPY --from`, those of the stages it is built on included. */
  readonly files: readonly CopiedFile[];
  /** The build arguments of the target's stage with their values. */
  readonly buildArgs: Readonly<Record<string, string>>;
}

/**
 * What one target of a Dockerfile becomes (https://docs.docker.com/reference/dockerfile/).
 *
 * @param content the Dockerfile
 * @param target name of a stage
 * @param buildArgs values which override the defaults of `ARG`
 * @throws Error when the file has no such stage, or when an instruction needed here is not in its JSON form
 */
export function readTarget(content: string, target: string, buildArgs: Variables): ImageDefaults {
  const stages = readStages(content);
  const globalArgs = declaredArgs(stages.preamble, {}, buildArgs);
  const resolve = (name: string): ImageDefaults => {
    const stage = stageOf(stages, name);
    const baseName = expand(stage.from.getImage() ?? "", globalArgs);
    const base = stages.named.has(baseName) ? resolve(baseName) : undefined;
    const args = declaredArgs(stage.instructions, globalArgs, buildArgs);
    const variables = { ...base?.environment, ...args };
    const environment = { ...base?.environment };
    for (const instruction of ofKeyword<PropertyInstruction>(stage.instructions, "ENV")) {
      for (const property of instruction.getProperties()) {
        environment[property.getName()] = expand(property.getValue() ?? "", { ...variables, ...environment });
      }
    }
    const entrypoint = lastJson(ofKeyword<Entrypoint>(stage.instructions, "ENTRYPOINT"));
    // An ENTRYPOINT of its own makes a stage forget the CMD it inherits.
    const inheritedCommand = entrypoint === undefined ? base?.command : undefined;
    const workingDirectory = ofKeyword<Instruction>(stage.instructions, "WORKDIR").reduce(
      (directory, instruction) => posix.resolve(directory, expand(instruction.getArgumentsContent() ?? "", variables)),
      base?.workingDirectory ?? "/",
    );
    const copies = ofKeyword<Copy>(stage.instructions, "COPY").flatMap((copy): CopiedFile[] => {
      const from = copySource(copy);
      if (from === undefined) return [];
      const source = stages.named.has(from) ? resolve(from) : { base: from, workingDirectory: "/" };
      return copiedFiles(copy, variables, workingDirectory, source);
    });
    return {
      base: base?.base ?? baseName,
      workingDirectory,
      files: [...(base?.files ?? []), ...copies],
      entrypoint: entrypoint ?? base?.entrypoint ?? [],
      command: lastJson(ofKeyword<Cmd>(stage.instructions, "CMD")) ?? inheritedCommand ?? [],
      environment,
      buildArgs: { ...base?.buildArgs, ...args },
    };
  };
  return resolve(target);
}

function copiedFiles(
  copy: Copy,
  variables: Variables,
  workingDirectory: string,
  from: Pick<ImageDefaults, "base" | "workingDirectory">,
): CopiedFile[] {
  const words = copy.getArguments().map((argument) => expand(argument.getValue(), variables));
  const target = words.at(-1) ?? "";
  return words.slice(0, -1).map((word) => {
    const source = posix.resolve(from.workingDirectory, word);
    const below = `${from.workingDirectory}/`;
    return {
      path: posix.resolve(workingDirectory, target, target.endsWith("/") ? posix.basename(word) : ""),
      source: source.startsWith(below) ? source.slice(below.length) : source,
      from: from.base,
    };
  });
}

/** The words of the last instruction, or undefined without one. */
function lastJson(instructions: readonly (Cmd | Entrypoint)[]): string[] | undefined {
  const last = instructions.at(-1);
  if (last === undefined) return undefined;
  const words = last.getJSONStrings().map((argument) => argument.getJSONValue());
  // A shell as PID 1 does not pass SIGTERM on, so the form without one is the only form this project runs.
  if (words.length === 0)
    throw new Error(`${last.getKeyword()} in line ${last.getRange().start.line + 1} needs JSON form.`);
  return words;
}
