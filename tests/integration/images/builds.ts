import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ContainerHost } from "./containerHost";
import type { Registry } from "./registry";

const root = join(__dirname, "../../..");

/** The base image as `.ci/tools/node-image/prepare` calls it: what stands for it cannot have its digest. */
export const [, nodeImage = ""] =
  /^ARG NODE_IMAGE=(.*)@/m.exec(readFileSync(join(root, "app/Dockerfile"), "utf8")) ?? [];

/** An image as the program hands it to the builder. */
export interface Build {
  readonly repository: string;
  readonly tag: string;
  /** Absolute path. */
  readonly context: string;
  readonly dockerfile: string;
  /** @default the last one */
  readonly target?: string;
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly platform: string;
}

/** What the program asks the builder for. */
export function readBuilds(
  resources: readonly { readonly type: string; readonly inputs: Readonly<Record<string, unknown>> }[],
  project: string,
): Build[] {
  return resources
    .filter(({ type }) => type === "awsx:ecr:Image")
    .map(({ inputs }) => ({
      repository: String(inputs.repositoryUrl).replace(/^[^/]*\//, ""),
      tag: String(inputs.imageTag),
      context: join(project, String(inputs.context)),
      dockerfile: join(project, String(inputs.dockerfile)),
      target: String(inputs.target),
      buildArgs: { ...(inputs.args as Record<string, string>), NODE_IMAGE: nodeImage },
      platform: String(inputs.platform),
    }));
}

/**
 * A command which builds an image for this machine's processor, of nothing but the context and the base images.
 *
 * @param reference what the image is called here
 */
export function buildCommand(build: Omit<Build, "repository" | "tag" | "platform">, reference: string): string[] {
  return [
    "buildah",
    "build",
    // Root in a namespace of its own; what a build's commands do to the machine is not what is tested.
    ...["--isolation", "chroot", "--network", "host"],
    // Everything is built anew, as on a machine that has never built it.
    ...["--no-cache", "--pull-never"],
    // Without the time of the build, images of the same content have the same digest.
    ...["--format", "oci", "--timestamp", "0"],
    ...Object.entries(build.buildArgs).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]),
    ...(build.target === undefined ? [] : ["--target", build.target]),
    ...["--file", build.dockerfile, "--tag", reference, build.context],
  ];
}

/** Builds an image, with this umask, and returns what it is called here. */
export async function buildImage(host: ContainerHost, build: Build, umask = "022"): Promise<string> {
  const reference = `localhost/${build.repository}:${build.tag}`;
  await host.output(["sh", "-c", `umask ${umask} && exec "$@"`, "sh", ...buildCommand(build, reference)]);
  return reference;
}

/**
 * Pushes an image as BuildKit does, the builder of a deployment: what the tag stands for already is not pushed again
 * (https://github.com/containerd/containerd/blob/v2.1.4/core/remotes/docker/pusher.go). Rejects with the registry's
 * refusal.
 *
 * @param image what it is called here
 * @returns its digest
 */
export async function pushImage(host: ContainerHost, registry: Registry, image: string, build: Build): Promise<string> {
  const { repository, tag } = build;
  const configuration = await host.output([
    "buildah",
    "inspect",
    "--type",
    "image",
    "--format",
    "{{.FromImageID}}",
    image,
  ]);
  if (registry.find(repository, tag)?.configuration !== `sha256:${configuration}`) {
    const options = ["--tls-verify=false", "--disable-compression", "--quiet"];
    await host.output(["buildah", "push", ...options, image, `docker://${registry.host}/${repository}:${tag}`]);
  }
  return registry.find(repository, tag)?.digest ?? "";
}

/**
 * What stands for the image of the X-Ray daemon: its program and its layout, as in
 * https://github.com/aws/aws-xray-daemon/blob/master/Dockerfile.
 *
 * @param reference the published image
 * @param program the daemon
 * @param authorities certificates that it trusts, in place of the world's
 */
export async function buildDaemonImage(
  host: ContainerHost,
  reference: string,
  program: string,
  authorities: string,
): Promise<void> {
  const context = join(host.folder, "daemon");
  mkdirSync(context);
  cpSync(program, join(context, "xray"));
  writeFileSync(join(context, "authorities.crt"), authorities);
  writeFileSync(
    join(context, "Dockerfile"),
    `FROM scratch
COPY xray /xray
COPY authorities.crt /etc/ssl/certs/ca-certificates.crt
USER 10001
ENTRYPOINT ["/xray", "-t", "0.0.0.0:2000", "-b", "0.0.0.0:2000"]
EXPOSE 2000/udp
EXPOSE 2000/tcp
`,
  );
  await host.output(buildCommand({ context, dockerfile: join(context, "Dockerfile"), buildArgs: {} }, reference));
}
