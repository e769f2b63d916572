import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { ECR } from "@aws-sdk/client-ecr";
import { main } from "@pulumi/pulumi/provider";
import { pluginOf } from "../plugins";

/** What of an image's inputs decides what is in it, and where it goes. */
interface ImageInputs {
  readonly tags: readonly string[];
  readonly context: { readonly location: string };
  readonly target?: string;
  readonly buildArgs?: Readonly<Record<string, string>>;
  readonly platforms?: readonly string[];
}

/** What was pushed. */
interface ImageOutputs extends ImageInputs {
  readonly digest: string;
}

const mediaType = "application/vnd.oci.image.manifest.v1+json";

function sha256(content: string | Buffer): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}

/** All that a build could tell apart: what is in the files, where they are, and whether they may be executed. */
function digestOfFolder(folder: string): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const parts = files.map((file) => {
    const mode = (statSync(file).mode & 0o111) === 0 ? "-" : "x";
    return `${file.slice(folder.length)} ${mode} ${sha256(readFileSync(file))}`;
  });
  return sha256(parts.join("\n"));
}

/** What a build would push: an image whose digest follows from its content. Nothing is built. */
function manifestOf({ context, target, buildArgs, platforms }: ImageInputs): string {
  const content = JSON.stringify([digestOfFolder(context.location), target, buildArgs, platforms]);
  const config = { mediaType: "application/vnd.oci.image.config.v1+json", size: 1000, digest: sha256(content) };
  const layer = {
    mediaType: "application/vnd.oci.image.layer.v1.tar+gzip",
    size: 1000,
    digest: sha256(`${content} 1`),
  };
  return JSON.stringify({ schemaVersion: 2, mediaType, config, layers: [layer] });
}

/** The registry, repository and tag of a reference such as `123456789012.dkr.ecr.eu-central-1.amazonaws.com/hello:1`. */
function placeOf(reference: string) {
  const pattern = /^(\d{12})\.dkr\.ecr\.([a-z\d-]+)\.amazonaws\.com\/([^:@]+):([^:@]+)$/;
  const [, registryId = "", region = "", repositoryName = "", imageTag = ""] = pattern.exec(reference) ?? [];
  if (imageTag === "") throw new Error(`${reference} is not the tag of an image in ECR`);
  return { ecr: new ECR({ region }), registryId, repositoryName, imageTag };
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : "";
}

async function push(inputs: ImageInputs): Promise<ImageOutputs & { readonly ref: string }> {
  const imageManifest = manifestOf(inputs);
  for (const reference of inputs.tags) {
    const { ecr, ...place } = placeOf(reference);
    try {
      await ecr.putImage({ ...place, imageManifest, imageManifestMediaType: mediaType });
    } catch (error) {
      // The same image under the same tag is no change. Another one under this tag is refused where tags are immutable:
      // https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html
      if (nameOf(error) !== "ImageAlreadyExistsException") throw error;
    }
  }
  const digest = sha256(imageManifest);
  return { ...inputs, digest, ref: `${inputs.tags[0]}@${digest}` };
}

const { name, version } = pluginOf("docker-build");
void main(
  {
    version,
    schema: JSON.stringify({ name, version }),
    async diff(_id, _urn, olds: Record<string, unknown>, news: Record<string, unknown>) {
      return { changes: Object.keys(news).some((key) => !isDeepStrictEqual(news[key], olds[key])) };
    },
    async create(_urn, inputs: ImageInputs) {
      const outs = await push(inputs);
      return { id: outs.digest, outs };
    },
    async update(_id, _urn, _olds, news: ImageInputs) {
      return { outs: await push(news) };
    },
    async read(id, _urn, props?: ImageOutputs) {
      const [reference = ""] = props?.tags ?? [];
      const { ecr, registryId, repositoryName } = placeOf(reference);
      try {
        await ecr.describeImages({ registryId, repositoryName, imageIds: [{ imageDigest: props?.digest }] });
        return { id, props };
      } catch (error) {
        if (/NotFoundException$/.test(nameOf(error))) return { id: "", props: {} };
        throw error;
      }
    },
    // As the real one does: by digest, so that all tags of the image go
    // (https://github.com/pulumi/pulumi-docker-build/blob/v0.0.14/provider/internal/image.go).
    async delete(_id, _urn, { tags, digest }: ImageOutputs) {
      const { ecr, registryId, repositoryName } = placeOf(tags[0] ?? "");
      await ecr.batchDeleteImage({ registryId, repositoryName, imageIds: [{ imageDigest: digest }] });
    },
  },
  process.argv.slice(2),
);
