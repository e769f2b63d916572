import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { findTool } from "../tools";
import type { Build } from "./builds";
import type { ContainerHost } from "./containerHost";
import type { Registry } from "./registry";

/** What docker-build hands to BuildKit besides context, target, platform and arguments. */
export interface PushOptions {
  /** Attributes of the exporter, such as `type=registry`. */
  readonly output: string;
  /** Whether the image carries its cache, and is looked for in the registry for it. */
  readonly inlineCache?: boolean;
}

/** A builder that has built nothing yet. */
export class BuildKit {
  private readonly folder: string;
  private readonly address: string;

  /** @param baseImages where it finds the images of public.ecr.aws: a registry, with a folder of it if need be */
  constructor(
    private readonly host: ContainerHost,
    private readonly baseImages: string,
  ) {
    this.folder = mkdtempSync(join(host.folder, "buildkit-"));
    this.address = `unix://${join(this.folder, "socket")}`;
  }

  /** Starts it; it ends with the host. */
  async open(): Promise<this> {
    const file = join(this.folder, "buildkitd.toml");
    writeFileSync(file, `[registry."public.ecr.aws"]\nmirrors = [${JSON.stringify(this.baseImages)}]\n`);
    const options = ["--root", join(this.folder, "root"), "--addr", this.address, "--config", file];
    const worker = ["--oci-worker-net", "host", "--oci-worker-binary", "runc"];
    const ended = this.host.output([findTool("buildkitd") ?? "", ...options, ...worker]);
    ended.catch(() => undefined);
    const ready = async () => {
      while ((await this.host.run(this.control("debug", "workers"))).code !== 0) await delay(50);
    };
    await Promise.race([ready(), ended]);
    return this;
  }

  /**
   * Builds an image and pushes it, as docker-build does without provenance
   * (https://github.com/pulumi/pulumi-docker-build/blob/v0.0.14/provider/internal/client.go). Rejects with the
   * registry's refusal.
   *
   * @returns its digest
   */
  async push(registry: Registry, build: Build, { output, inlineCache = false }: PushOptions): Promise<string> {
    const reference = `${registry.host}/${build.repository}:${build.tag}`;
    const metadata = join(this.folder, "metadata.json");
    const options = { platform: build.platform, filename: "Dockerfile", target: build.target };
    const args = Object.entries(build.buildArgs).map(([name, value]) => [`build-arg:${name}`, value]);
    await this.host.output(
      this.control(
        ...["build", "--frontend", "dockerfile.v0", "--progress", "plain", "--metadata-file", metadata],
        ...["--local", `context=${build.context}`, "--local", `dockerfile=${build.context}`],
        ...[...Object.entries(options), ...args].flatMap(([name, value]) => ["--opt", `${name}=${value}`]),
        // What Docker's client makes of `type=registry`.
        ...["--output", `${output.replace("type=registry", "type=image,push=true")},name=${reference}`],
        ...(inlineCache ? ["--import-cache", `type=registry,ref=${reference}`, "--export-cache", "type=inline"] : []),
      ),
    );
    return JSON.parse(readFileSync(metadata, "utf8"))["containerimage.digest"];
  }

  private control(...args: readonly string[]): string[] {
    return [findTool("buildctl") ?? "", "--addr", this.address, ...args];
  }
}

/** Puts what stands for the base image into a registry, from which BuildKit can pull it. */
export async function pushBaseImage(host: ContainerHost, registry: Registry, image: string, as: string): Promise<void> {
  const options = ["--tls-verify=false", "--disable-compression", "--quiet"];
  await host.output(["buildah", "push", ...options, image, `docker://${registry.host}/${as}`]);
}
