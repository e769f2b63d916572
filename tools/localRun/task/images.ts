import { readFileSync } from "node:fs";
import { join, posix, resolve } from "node:path";
import type { Cmd, Copy, Entrypoint, PropertyInstruction } from "dockerfile-ast";
import { Dockerfile, expand, ofKeyword } from "../../../components/images/dockerfile";
import type { SamplingRule } from "../checks/sampling";
import { type ImageSource, repositoryOf } from "./evaluatedTasks";

/** What runs on this machine in place of an image. */
export interface ImageProgram {
  /** What it is, in a few words for a person. */
  readonly description: string;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly workingDirectory: string;
  /** The image's own environment, which the container's goes on top of. */
  readonly environment: Readonly<Record<string, string>>;
  /** Ports it listens on whether or not the container maps them. */
  readonly ports: readonly number[];
  /**
   * The npm workspaces whose `build` scripts make what runs, relative to the project: the app's own is the first. A
   * stand-in has none.
   */
  readonly workspaces: readonly string[];
  /** Whether it reports `DaemonEvent`s, `listening` being its first. @default false */
  readonly reportsEvents?: boolean;
  /** Programs of the image which a health check may call, by their paths in it. @default none */
  readonly programs?: Readonly<Record<string, readonly string[]>>;
}

/** What is known when programs are looked for. */
export interface ImageContext {
  /** Directory of the Pulumi project. */
  readonly projectDirectory: string;
  readonly samplingRules: readonly SamplingRule[];
  /** What runs in place of the X-Ray daemon, and takes its flags. @default a stand-in, with X-Ray within it */
  readonly daemon?: StandInProgram | undefined;
  /** What runs in place of the OpenTelemetry collector. @default a stand-in, with X-Ray within it */
  readonly collector?: StandInProgram | undefined;
}

/** A program that runs in place of the one in a published image. */
export interface StandInProgram extends Pick<ImageProgram, "description" | "environment" | "reportsEvents"> {
  /** Program and first arguments; the flags of the image's entry point follow. */
  readonly program: readonly string[];
}

const repositoryRoot = resolve(__dirname, "../../..");
const standIns = join(repositoryRoot, "tools/localRun/standIns");
/** The published images that something stands for: there is no Docker, no network and no AWS. */
const daemonRepository = "public.ecr.aws/xray/aws-xray-daemon";
const collectorRepository = "public.ecr.aws/aws-observability/aws-otel-collector";
const daemonPort = 2000;
/** The ports at which the collector's stand-in may be told to listen, that of its health check the last. */
const collectorPorts = [4318, 2000, 13133];

/** A stand-in of this project, with X-Ray within it. */
function standIn(description: string, file: string, { samplingRules }: ImageContext): StandInProgram {
  return {
    description,
    program: ["node", "-r", join(repositoryRoot, "tools/register.js"), join(standIns, file)],
    environment: { SAMPLING_RULES: JSON.stringify(samplingRules) },
    reportsEvents: true,
  };
}

function daemonOf(context: ImageContext): StandInProgram {
  return context.daemon ?? standIn("stand-in for the X-Ray daemon", "daemon/main.ts", context);
}

/**
 * The program that stands for an image. What the program builds from a Dockerfile runs as the target's own command, in
 * the directory where the workspace `app/<SERVICE>` puts its bundle; a published image needs a stand-in, also when
 * another image has its program from it.
 *
 * @throws Error when nothing on this machine can stand for the image
 */
export function programFor(source: ImageSource, context: ImageContext): ImageProgram {
  if (source.kind === "public") return publishedProgram(source.repository, context);
  const file = resolve(context.projectDirectory, source.dockerfile);
  const image = readTarget(readFileSync(file, "utf8"), source.target, source.buildArgs);
  const words = [...image.entrypoint, ...image.command];
  if (words.length === 0) return publishedProgram(repositoryOf(image.base), context);
  const { SERVICE: service } = image.buildArgs;
  if (service === undefined) {
    throw new Error(`The target ${source.target} of ${file} has no build argument SERVICE that names its workspace.`);
  }
  const own = `app/${service}`;
  // What no command names, such as certificates, is not run.
  const copied = words.flatMap((word) => image.copied.get(word) ?? []);
  const daemon = copied.some(({ base }) => repositoryOf(base) === daemonRepository) ? daemonOf(context) : undefined;
  const translate = (word: string): readonly string[] => {
    const from = image.copied.get(word);
    if (from === undefined) return [word];
    if (daemon !== undefined && repositoryOf(from.base) === daemonRepository) return daemon.program;
    const bundle = bundleOf(from.source);
    // What lies in the working directory there and here keeps its name.
    return [bundle === undefined || bundle.workspace === own ? word : join(context.projectDirectory, bundle.path)];
  };
  return {
    description: [`${own}, target ${source.target}`, ...(daemon ? [daemon.description] : [])].join(", with a "),
    entrypoint: image.entrypoint.flatMap(translate),
    command: image.command.flatMap(translate),
    workingDirectory: join(context.projectDirectory, own, "dist"),
    environment: { ...daemon?.environment, ...image.environment },
    ports: daemon ? [daemonPort] : [],
    workspaces: [...new Set([own, ...copied.flatMap(({ source }) => bundleOf(source)?.workspace ?? [])])],
    reportsEvents: daemon?.reportsEvents ?? false,
  };
}

function publishedProgram(repository: string, context: ImageContext): ImageProgram {
  const common = { command: [], workingDirectory: repositoryRoot, workspaces: [] };
  if (repository === daemonRepository) {
    const { program, ...daemon } = daemonOf(context);
    // The image's entry point is `/xray -t 0.0.0.0:2000 -b 0.0.0.0:2000`; a local run stays on this machine.
    const entrypoint = [...program, "-t", `127.0.0.1:${daemonPort}`, "-b", `127.0.0.1:${daemonPort}`];
    return { ...daemon, ...common, entrypoint, ports: [daemonPort] };
  }
  if (repository === collectorRepository) {
    const description = "stand-in for the OpenTelemetry collector";
    const { program, ...collector } = context.collector ?? standIn(description, "collector/main.ts", context);
    const healthCheck = [
      "node",
      join(standIns, "collector/healthcheck.js"),
      `http://127.0.0.1:${collectorPorts.at(-1)}/`,
    ];
    const programs = { "/healthcheck": healthCheck };
    return { ...collector, ...common, entrypoint: program, ports: collectorPorts, programs };
  }
  const known = `${daemonRepository} and ${collectorRepository}`;
  throw new Error(`Nothing on this machine stands for the image ${repository}; there are stand-ins for ${known}.`);
}

/** Where a file of a stage that builds lies in the project, and the workspace whose build makes it. */
function bundleOf(file: string): { readonly path: string; readonly workspace: string } | undefined {
  const [path, workspace] = /(app\/[^/]+)\/dist\/.+$/.exec(file) ?? [];
  return path === undefined || workspace === undefined ? undefined : { path, workspace };
}

/** What a container of an image runs when its definition does not say otherwise. */
interface BuiltImage {
  /** The published image which it is built on. */
  readonly base: string;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** The build arguments of the target's stage with their values. */
  readonly buildArgs: Readonly<Record<string, string>>;
  /**
   * Files copied with `COPY --from`, by how a command in the working directory calls them: where they lie in the stage
   * they come from, and the published image which that stage is built on.
   */
  readonly copied: ReadonlyMap<string, { readonly source: string; readonly base: string }>;
}

/**
 * What one target of a Dockerfile becomes (https://docs.docker.com/reference/dockerfile/).
 *
 * @throws Error when the file has no such stage, or when an instruction needed here is not in its JSON form
 */
function readTarget(content: string, target: string, given: Readonly<Record<string, string>>): BuiltImage {
  const dockerfile = new Dockerfile(content, given);
  /** The stages which one is built on, the first of them before, and the published image below. */
  const ancestry = (name: string): { base: string; stages: ReturnType<Dockerfile["stage"]>[] } => {
    if (!dockerfile.has(name)) return { base: name, stages: [] };
    const stage = dockerfile.stage(name);
    const below = ancestry(stage.base);
    return { base: below.base, stages: [...below.stages, stage] };
  };
  dockerfile.stage(target);
  const { base, stages } = ancestry(target);
  let entrypoint: readonly string[] = [];
  let command: readonly string[] = [];
  const environment: Record<string, string> = {};
  const buildArgs: Record<string, string> = {};
  const copied = new Map<string, { source: string; base: string }>();
  for (const { args, instructions } of stages) {
    Object.assign(buildArgs, args);
    const withValues = (text: string | null) => expand(text ?? "", { ...buildArgs, ...environment });
    for (const property of ofKeyword<PropertyInstruction>(instructions, "ENV").flatMap((env) => env.getProperties())) {
      environment[property.getName()] = withValues(property.getValue());
    }
    const ownEntrypoint = lastJson(ofKeyword<Entrypoint>(instructions, "ENTRYPOINT"));
    // An ENTRYPOINT of its own makes a stage forget the CMD it inherits.
    command = lastJson(ofKeyword<Cmd>(instructions, "CMD")) ?? (ownEntrypoint === undefined ? command : []);
    entrypoint = ownEntrypoint ?? entrypoint;
    for (const copy of ofKeyword<Copy>(instructions, "COPY")) {
      const from = copy.getFromFlag()?.getValue() ?? undefined;
      if (from === undefined) continue;
      const words = copy.getArguments().map((argument) => withValues(argument.getValue()));
      const directory = words.at(-1) ?? "";
      for (const word of words.slice(0, -1)) {
        const file = posix.join(directory, directory.endsWith("/") ? posix.basename(word) : "");
        copied.set(file, { source: word, base: ancestry(from).base });
      }
    }
  }
  return { base, entrypoint, command, environment, buildArgs, copied };
}

/** The words of the last instruction, or undefined without one. */
function lastJson(instructions: readonly (Cmd | Entrypoint)[]): string[] | undefined {
  const last = instructions.at(-1);
  if (last === undefined) return undefined;
  const words = last.getJSONStrings().map((argument) => argument.getJSONValue());
  // A shell as PID 1 does not pass SIGTERM on, so the form without one is the only form this project runs.
  if (words.length === 0) {
    throw new Error(`${last.getKeyword()} in line ${last.getRange().start.line + 1} needs JSON form.`);
  }
  return words;
}
