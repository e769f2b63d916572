import { type Copy, DockerfileParser, type From, type Instruction, type PropertyInstruction } from "dockerfile-ast";

/** Values of build arguments and of other variables. */
type Variables = Readonly<Record<string, string>>;

/** A stage of a Dockerfile, with the values of its arguments. */
interface Stage {
  /** The stage or the published image which it is built on. */
  readonly base: string;
  /** The arguments it declares: given, else its own default, else the default from before the first stage. */
  readonly args: Variables;
  /** Its instructions, `FROM` first. */
  readonly instructions: readonly Instruction[];
}

/** What building one target of a Dockerfile uses. */
interface UsedParts {
  /** The Dockerfile with nothing but the stages which the target needs. */
  readonly dockerfile: string;
  /** The files and directories of the build context which these stages copy, relative to it. */
  readonly sources: readonly string[];
}

/** A Dockerfile with the values of its build's arguments (https://docs.docker.com/reference/dockerfile/). */
export class Dockerfile {
  /** What stands before the first stage. */
  private readonly preamble: readonly Instruction[];
  /** The stages by name, or by number without one. */
  private readonly stages = new Map<string, Stage>();

  constructor(
    private readonly content: string,
    buildArgs: Variables,
  ) {
    const parts: Instruction[][] = [[]];
    for (const instruction of DockerfileParser.parse(content).getInstructions()) {
      if (instruction.getKeyword() === "FROM") parts.push([]);
      parts.at(-1)?.push(instruction);
    }
    const [preamble = [], ...stages] = parts;
    const globalArgs = declaredArgs(preamble, {}, buildArgs);
    for (const instructions of stages) {
      const from = instructions[0] as From;
      const base = expand(from.getImage() ?? "", globalArgs);
      const args = declaredArgs(instructions, globalArgs, buildArgs);
      this.stages.set(from.getBuildStage() ?? String(this.stages.size), { base, args, instructions });
    }
    this.preamble = preamble;
  }

  /** Whether a name is that of a stage. */
  has(name: string): boolean {
    return this.stages.has(name);
  }

  /** The stage of a name. Throws when there is none. */
  stage(name: string): Stage {
    const stage = this.stages.get(name);
    if (stage === undefined) {
      throw new Error(`The Dockerfile has no target ${name}; it has ${[...this.stages.keys()].join(", ") || "none"}.`);
    }
    return stage;
  }

  /**
   * The parts of a Dockerfile and of its build context which one target is built of. What else changes, such as another
   * service, does not change the image.
   *
   * @throws Error when there is no such target, or when a stage takes something of the context in another way than by
   * `COPY` of files and directories by name
   */
  usedParts(target: string): UsedParts {
    const used = this.neededStages(target);
    const lines = this.content.split("\n");
    const textOf = (instruction: Instruction) => {
      const { start, end } = instruction.getRange();
      return lines.slice(start.line, end.line + 1).join("\n");
    };
    const body = [...this.stages]
      .filter(([name]) => used.has(name))
      .map(([, { instructions }]) => instructions.map(textOf).join("\n"));
    const args = this.preamble.filter((instruction) => {
      const name = /ARG\s+(\w+)/i.exec(textOf(instruction))?.[1];
      return name === undefined || body.some((text) => new RegExp(`\\b${name}\\b`).test(text));
    });
    const sources = [...used].flatMap((name) => contextSources(this.stage(name)));
    return { dockerfile: `${[args.map(textOf).join("\n"), ...body].join("\n\n")}\n`, sources: [...new Set(sources)] };
  }

  /** The stages which a target is built on or copies from, itself included. */
  private neededStages(target: string): Set<string> {
    const needed = new Set<string>();
    const add = (name: string) => {
      if (needed.has(name)) return;
      needed.add(name);
      const { base, instructions } = this.stage(name);
      const others = [
        base,
        ...ofKeyword<Copy>(instructions, "COPY").map((copy) => copy.getFromFlag()?.getValue()),
        ...ofKeyword(instructions, "RUN").map((run) => /--mount=\S*\bfrom=([\w.-]+)/.exec(run.toString())?.[1]),
      ];
      for (const other of others) if (typeof other === "string" && this.has(other)) add(other);
    };
    add(target);
    return needed;
  }
}

/** The instructions of one keyword, such as `COPY`. */
export function ofKeyword<T extends Instruction>(instructions: readonly Instruction[], keyword: string): T[] {
  return instructions.filter((instruction) => instruction.getKeyword() === keyword) as T[];
}

function declaredArgs(instructions: readonly Instruction[], globalArgs: Variables, buildArgs: Variables): Variables {
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

/** The files and directories of the build context which a stage copies. */
function contextSources({ args, instructions }: Stage): string[] {
  return instructions.flatMap((instruction) => copiedSources(instruction, args));
}

function copiedSources(instruction: Instruction, variables: Variables): string[] {
  const problem = (what: string) =>
    new Error(
      `Line ${instruction.getRange().start.line + 1} of the Dockerfile ${what}: write COPY with names of files.`,
    );
  const keyword = instruction.getKeyword();
  if (keyword === "ADD") throw problem("adds files");
  if (keyword === "RUN" && /--mount=(?!\S*\bfrom=)\S*\btype=bind/.test(instruction.toString())) {
    throw problem("mounts the build context");
  }
  if (keyword !== "COPY" || (instruction as Copy).getFromFlag()) return [];
  const words = instruction.getArguments().map((argument) => argument.getValue());
  return words.slice(0, -1).map((word) => {
    const unknown = instruction.getVariables().find((variable) => variables[variable.getName()] === undefined);
    if (unknown !== undefined) throw problem(`copies by ${unknown.toString()}, which its stage does not declare`);
    const source = expand(word, variables);
    if (/[*?[]/.test(source)) throw problem(`copies by a pattern, ${source}`);
    return source.replace(/^\.?\//, "").replace(/\/$/, "");
  });
}
