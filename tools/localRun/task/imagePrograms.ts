import { readFileSync } from "node:fs";
import { dirname, join, posix, resolve } from "node:path";
import type { SamplingRule } from "../checks/samplingRules";
import { type CopiedFile, readTarget } from "./dockerfile";
import { type ImageSource, repositoryOf } from "./evaluatedTasks";
import type { ContainerPort, HostMap } from "./ports";

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
  readonly ports: readonly ContainerPort[];
  /** The npm workspace of the app that runs, relative to the project. */
  readonly workspace?: string;
  /** The npm workspaces whose `build` scripts make what runs, relative to the project. @default none */
  readonly builds?: readonly string[];
  /** Whether it speaks `DaemonEvent`s over an IPC channel, `listening` being its first. @default false */
  readonly reportsEvents?: boolean;
}

/** What the run knows when it looks for programs. */
export interface RunContext {
  /** Directory of the Pulumi project. */
  readonly projectDirectory: string;
  readonly samplingRules: readonly SamplingRule[];
  /** Hosts outside of the tasks which something on this machine stands for. @default none */
  readonly hosts?: HostMap;
  /** How a container with such an environment finds what stands for AWS here. @default it calls nothing of AWS */
  readonly awsEnvironment?: (environment: Readonly<Record<string, string>>) => Readonly<Record<string, string>>;
  /** What runs in place of the X-Ray daemon. @default a stand-in, with X-Ray within it */
  readonly daemon?: DaemonProgram;
}

/** A program that takes the X-Ray daemon's flags. */
export interface DaemonProgram {
  /** What it is, in a few words for a person. */
  readonly description: string;
  /** Program and first arguments; the flags of the image's entry point follow. */
  readonly program: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Whether it reports `DaemonEvent`s; see `ImageProgram`. @default false */
  readonly reportsEvents?: boolean;
}

const repositoryRoot = resolve(__dirname, "../../..");

/** What stands for a published image. */
interface StandIn extends Omit<ImageProgram, "entrypoint"> {
  /** What stands for the image's program, wherever it is copied to. */
  readonly program: readonly string[];
  /** What the image's entry point hands to its program. */
  readonly flags: readonly string[];
}

function daemonStandIn(samplingRules: readonly SamplingRule[]): DaemonProgram {
  return {
    description: "stand-in for the X-Ray daemon",
    program: [
      "node",
      "-r",
      join(repositoryRoot, "tools/register.js"),
      resolve(__dirname, "../standIns/daemon/main.ts"),
    ],
    environment: { SAMPLING_RULES: JSON.stringify(samplingRules) },
    reportsEvents: true,
  };
}

/** What stands for published images that cannot run here: there is no Docker, no network and no AWS. */
const standIns: Readonly<Record<string, (context: RunContext) => StandIn>> = {
  "public.ecr.aws/xray/aws-xray-daemon": ({ samplingRules, daemon = daemonStandIn(samplingRules) }) => ({
    ...daemon,
    // The image's entry point is `/xray -t 0.0.0.0:2000 -b 0.0.0.0:2000`; a local run stays on this machine.
    flags: ["-t", "127.0.0.1:2000", "-b", "127.0.0.1:2000"],
    command: [],
    workingDirectory: repositoryRoot,
    ports: [{ port: 2000, protocols: ["udp", "tcp"] }],
  }),
};

/**
 * The program that stands for an image. What the program builds from a Dockerfile runs as the target's own command, in
 * the directory where the workspace `app/<SERVICE>` puts its bundle; a published image needs a stand-in, also when
 * another image has its program from it.
 *
 * @throws Error when nothing on this machine can stand for the image
 */
export function programFor(source: ImageSource, context: RunContext): ImageProgram {
  if (source.kind === "public") return publishedProgram(source.repository, context);
  const file = resolve(context.projectDirectory, source.dockerfile);
  const target = readTarget(readFileSync(file, "utf8"), source.target, source.buildArgs);
  const { entrypoint, command, environment, base, buildArgs } = target;
  if (entrypoint.length + command.length === 0) return publishedProgram(repositoryOf(base), context);
  const { SERVICE: service } = buildArgs;
  if (service === undefined) {
    throw new Error(`The target ${source.target} of ${file} has no build argument SERVICE that names its workspace.`);
  }
  const workingDirectory = join(context.projectDirectory, "app", service, "dist");
  const files = target.files.map((copied) => localFile(copied, target.workingDirectory, workingDirectory, context));
  const words = new Map(files.flatMap((local) => local.names.map((name) => [name, local.words] as const)));
  const translate = (word: string): readonly string[] => words.get(word) ?? [word];
  // What no command names, such as certificates, is not run.
  const named = new Set([...entrypoint, ...command]);
  const included = files.flatMap(({ names, standIn }) =>
    standIn && names.some((name) => named.has(name)) ? standIn : [],
  );
  return {
    description: [`app/${service}, target ${source.target}`, ...included.map((each) => each.description)].join(
      ", with a ",
    ),
    entrypoint: entrypoint.flatMap(translate),
    command: command.flatMap(translate),
    workingDirectory,
    environment: Object.assign({}, ...included.map((each) => each.environment), environment),
    ports: included.flatMap(({ ports }) => ports),
    workspace: `app/${service}`,
    builds: [...new Set([`app/${service}`, ...files.flatMap(({ workspace }) => workspace ?? [])])],
    reportsEvents: included.some(({ reportsEvents }) => reportsEvents),
  };
}

/** What a file of an image is on this machine. */
interface LocalFile {
  /** How a command in the image may call it. */
  readonly names: readonly string[];
  /** What to write in its place. */
  readonly words: readonly string[];
  /** The workspace whose build makes it. */
  readonly workspace?: string;
  readonly standIn?: StandIn;
}

function localFile(copied: CopiedFile, imageDirectory: string, localDirectory: string, context: RunContext): LocalFile {
  const relative = posix.relative(imageDirectory, copied.path);
  const names = relative.startsWith("..") ? [copied.path] : [copied.path, relative];
  const standIn = standIns[repositoryOf(copied.from)]?.(context);
  if (standIn !== undefined) return { names, words: standIn.program, standIn };
  const file = join(context.projectDirectory, copied.source);
  const workspace = /^app\/[^/]+(?=\/dist\/)/.exec(copied.source)?.[0];
  // What lies in the working directory there and here keeps its name.
  return { names, words: [dirname(file) === localDirectory ? relative : file], workspace };
}

function publishedProgram(repository: string, context: RunContext): ImageProgram {
  const standIn = standIns[repository];
  if (standIn === undefined) {
    const known = Object.keys(standIns).join(", ");
    throw new Error(`Nothing on this machine stands for the image ${repository}; there are stand-ins for ${known}.`);
  }
  const { program, flags, ...rest } = standIn(context);
  return { ...rest, entrypoint: [...program, ...flags] };
}
