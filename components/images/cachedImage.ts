import type { ECR } from "@aws-sdk/client-ecr";
import { errorCode } from "../dynamicProvider/awsErrors";

/** An image which ECR imports from a public registry at its first pull. */
export interface CachedImage {
  /** Name of the private repository, such as `traced-fargate-dev/xray/aws-xray-daemon`. */
  readonly repository: string;
  /** Exact tag. */
  readonly tag: string;
  /** CPU architecture of the tasks that pull it, as in a task definition. */
  readonly cpuArchitecture: "ARM64" | "X86_64";
}

/** Manifests of one image and of several, in Docker's words and in those of the OCI. */
const manifestTypes = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
];

/** The parts of a manifest that are looked at. */
interface Manifest {
  readonly manifests?: readonly {
    readonly digest: string;
    readonly platform?: { readonly architecture?: string; readonly os?: string };
  }[];
  readonly config?: { readonly digest: string };
  readonly layers?: readonly { readonly digest: string }[];
}

/** The digest of the image for this CPU architecture, of a manifest that lists several. */
function imageFor(manifest: Manifest, cpuArchitecture: CachedImage["cpuArchitecture"]): string | undefined {
  const architecture = cpuArchitecture === "ARM64" ? "arm64" : "amd64";
  return manifest.manifests?.find(({ platform }) => platform?.architecture === architecture && platform?.os === "linux")
    ?.digest;
}

async function manifestOf(
  ecr: ECR,
  { repository }: CachedImage,
  id: { imageTag: string } | { imageDigest: string },
): Promise<Manifest | undefined> {
  try {
    const answer = await ecr.batchGetImage({
      repositoryName: repository,
      imageIds: [id],
      acceptedMediaTypes: manifestTypes,
    });
    const text = answer.images?.[0]?.imageManifest;
    return text === undefined ? undefined : (JSON.parse(text) as Manifest);
  } catch (error) {
    if (errorCode(error) === "ImageNotFoundException") {
      return undefined;
    }
    throw error;
  }
}

/**
 * What is still missing of an image in the private registry, nothing when it is complete: a first pull that succeeded
 * does not mean that ECR has finished its import, because on a miss the puller is sent to the public registry itself
 * (https://github.com/aws/containers-roadmap/issues/939).
 */
export async function missingPart(ecr: ECR, image: CachedImage): Promise<string | undefined> {
  const { repository, tag, cpuArchitecture } = image;
  const named = await manifestOf(ecr, image, { imageTag: tag });
  if (named === undefined) {
    return `the tag ${tag}`;
  }
  let single = named;
  if (named.manifests !== undefined) {
    const digest = imageFor(named, cpuArchitecture);
    if (digest === undefined) {
      throw new Error(`${repository}:${tag} has no image for ${cpuArchitecture}; choose another tag or architecture`);
    }
    const found = await manifestOf(ecr, image, { imageDigest: digest });
    if (found === undefined) {
      return `the image for ${cpuArchitecture}`;
    }
    single = found;
  }
  const digests = [...(single.config === undefined ? [] : [single.config]), ...(single.layers ?? [])].map(
    ({ digest }) => digest,
  );
  const { layers = [] } = await ecr.batchCheckLayerAvailability({
    repositoryName: repository,
    layerDigests: [...new Set(digests)],
  });
  const available = layers.filter(({ layerAvailability }) => layerAvailability === "AVAILABLE").length;
  const wanted = new Set(digests).size;
  return available < wanted ? `${wanted - available} of ${wanted} layers` : undefined;
}
