import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { readTarget } from "./dockerfile";
import { type ImageSource, repositoryOf } from "./evaluatedTasks";
import type { ContainerPort } from "./ports";
import type { SamplingRule } from "./samplingRules";

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
  /** The npm workspace whose `build` script makes what runs, relative to the project. */
  readonly workspace?: string;
  /** Whether it speaks `DaemonEvent`s over an IPC channel, `listening` being its first. @default false */
  readonly reportsEvents?: boolean;
}

/** What the run knows when it looks for programs. */
export interface RunContext {
  /** Directory of the Pulumi project. */
  readonly projectDirectory: string;
  readonly samplingRules: readonly SamplingRule[];
}

const repositoryRoot = resolve(__dirname, "../..");

/** What stands for published images that cannot run here: there is no Docker, no network and no AWS. */
const standIns: Readonly<Record<string, (context: RunContext) => ImageProgram>> = {
  "public.ecr.aws/xray/aws-xray-daemon": ({ samplingRules }) => ({
    description: "stand-in for the X-Ray daemon",
    // The image's entry point is `/xray -t 0.0.0.0:2000 -b 0.0.0.0:2000`; a local run stays on this machine.
    entrypoint: [
      "node",
      ...["-r", join(repositoryRoot, "tools/register.js")],
      join(__dirname, "daemonStandIn/main.ts"),
      ...["-t", "127.0.0.1:2000", "-b", "127.0.0.1:2000"],
    ],
    command: [],
    workingDirectory: repositoryRoot,
    environment: { SAMPLING_RULES: JSON.stringify(samplingRules) },
    ports: [{ port: 2000, protocols: ["udp", "tcp"] }],
    reportsEvents: true,
  }),
};

/**
 * The program that stands for an image. What the program builds from a Dockerfile runs as the target's own command, in
 * the directory where the workspace `app/<SERVICE>` puts its bundle; a published image needs a stand-in.
 *
 * @throws Error when nothing on this machine can stand for the image
 */
export function programFor(source: ImageSource, context: RunContext): ImageProgram {
  if (source.kind === "public") return standInFor(source.repository, context);
  const file = resolve(context.projectDirectory, source.dockerfile);
  const target = readTarget(readFileSync(file, "utf8"), source.target, source.buildArgs);
  const { entrypoint, command, environment, base, buildArgs } = target;
  if (entrypoint.length + command.length === 0) return standInFor(repositoryOf(base), context);
  const { SERVICE: service } = buildArgs;
  if (service === undefined) {
    throw new Error(`The target ${source.target} of ${file} has no build argument SERVICE that names its workspace.`);
  }
  return {
    description: `app/${service}, target ${source.target}`,
    entrypoint,
    command,
    workingDirectory: join(dirname(file), service, "dist"),
    environment,
    ports: [],
    workspace: `app/${service}`,
  };
}

function standInFor(repository: string, context: RunContext): ImageProgram {
  const standIn = standIns[repository];
  if (standIn === undefined) {
    const known = Object.keys(standIns).join(", ");
    throw new Error(`Nothing on this machine stands for the image ${repository}; there are stand-ins for ${known}.`);
  }
  return standIn(context);
}
