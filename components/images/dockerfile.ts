import { type Copy, DockerfileParser, type From, type Instruction, type PropertyInstruction } from "dockerfile-ast";

/** A stage of a Dockerfile. */
interface Stage {
  readonly from: From;
  readonly instructions: readonly Instruction[];
}

/** A Dockerfile in parts: what stands before the first stage, and the stages by name, or by number without one. */
interface Stages {
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

/** What building one target of a Dockerfile uses. */
interface UsedParts {
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
    const name = /ARG\s+(\w+)/i.exec(textOf(instruction))?.[1];
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
