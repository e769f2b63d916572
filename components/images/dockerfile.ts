import { type Copy, DockerfileParser, type From, type Instruction, type PropertyInstruction } from "dockerfile-ast";

/** A stage of a Dockerfile. */
export interface Stage {
  readonly from: From;
  readonly instructions: readonly Instruction[];
}

/** A Dockerfile in parts: what stands before the first stage, and the stages by name, or by number without one. */
export interface Stages {
  readonly preamble: readonly Instruction[];
  readonly named: ReadonlyMap<string, Stage>;
}

/** Values of build arguments and of other variables. */
export type Variables = Readonly<Record<string, string>>;

/** Reads the stages of a Dockerfile (https://docs.docker.com/reference/dockerfile/). */
export function readStages(content: string): Stages {
  const preamble: Instruction[] = [];
  const named = new Map<string, Stage>();
  let instructions = preamble;
  for (const instruction of DockerfileParser.parse(content).getInstructions()) {
    if (instruction.getKeyword() === "FROM") {
      const from = instruction as From;
      instructions = [];
      named.set(from.getBuildStage() ?? String(named.size), { from, instructions });
    } else {
      instructions.push(instruction);
    }
  }
  return { preamble, named };
}

/** The stage of a name. Throws when there is none. */
export function stageOf({ named }: Stages, name: string): Stage {
  const stage = named.get(name);
  if (stage === undefined) {
    throw new Error(`The Dockerfile has no target ${name}; it has ${[...named.keys()].join(", ") || "none"}.`);
  }
  return stage;
}

/** The instructions of one keyword, such as `COPY`. */
export function ofKeyword<T extends Instruction>(instructions: readonly Instruction[], keyword: string): T[] {
  return instructions.filter((instruction) => instruction.getKeyword() === keyword) as T[];
}

/** The stage or the image which a `COPY` takes its files from, or undefined when that is the build context. */
export function copySource(copy: Copy): string | undefined {
  return copy.getFromFlag()?.getValue() ?? undefined;
}

/** The arguments a stage declares: given, else its own default, else the default from before the first stage. */
export function declaredArgs(
  instructions: readonly Instruction[],
  globalArgs: Variables,
  buildArgs: Variables,
): Record<string, string> {
  const args: Record<string, string> = {};
  for (const instruction of ofKeyword<PropertyInstruction>(instructions, "ARG")) {
    for (const property of instruction.getProperties()) {
      const name = property.getName();
      const ownDefault = property.getValue();
      const value = buildArgs[name] ?? (ownDefault === null ? globalArgs[name] : expand(ownDefault, args));
      if (value !== undefined) args[name] = value;
    }
  }
  return args;
}

/** A text with its variables' values, nothing in place of those that have none. */
export function expand(text: string, variables: Variables): string {
  return text.replace(/\$(?:\{(\w+)\}|(\w+))/g, (_, braced?: string, bare?: string) => {
    return variables[braced ?? bare ?? ""] ?? "";
  });
}
