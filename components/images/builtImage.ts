import { relative, sep } from "node:path";
import * as aws from "@pulumi/aws";
import * as awsx from "@pulumi/awsx";
import * as pulumi from "@pulumi/pulumi";
import { BuildContext } from "./buildContext";

interface BuiltImageArgs {
  /** Target of `app/Dockerfile` to build. */
  readonly target: string;
  /** Arguments of the build. @default none */
  readonly buildArgs?: Readonly<Record<string, string>>;
  /** CPU architecture of the task that runs the image. */
  readonly cpuArchitecture: "ARM64" | "X86_64";
  /** Directory with the `.dockerignore` and `app/Dockerfile`. */
  readonly context: string;
  /** Whether the repository may be deleted while it holds images. @default true */
  readonly repositoryForceDelete?: boolean;
}

/**
 * An image built from `app/Dockerfile` and pushed to a private repository of its own before anything runs it.
 * Its tag follows from its content, and tags cannot be moved, so what was tested is what runs.
 */
export class BuiltImage extends pulumi.ComponentResource {
  /** Reference of the image, by digest. */
  readonly reference: pulumi.Output<string>;
  readonly repositoryArn: pulumi.Output<string>;

  constructor(name: string, args: BuiltImageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("traced-fargate:images:BuiltImage", name, {}, opts);
    const buildArgs = args.buildArgs ?? {};
    const platform = args.cpuArchitecture === "ARM64" ? "linux/arm64" : "linux/amd64";
    const repository = new aws.ecr.Repository(name, repositorySettings(args.repositoryForceDelete ?? true), {
      parent: this,
    });
    new aws.ecr.LifecyclePolicy(
      name,
      { repository: repository.name, policy: JSON.stringify(keepRecentImages) },
      { parent: this },
    );
    const files = BuildContext.read(args.context, args.target, buildArgs);
    const imageTag = files.tag({ target: args.target, platform, output, ...buildArgs, ...sourceDate });
    // Relative to where Pulumi runs, and so the same wherever the project is.
    const context = relative(process.cwd(), files.place(args.context, imageTag)).replaceAll(sep, "/");
    const image = new awsx.ecr.Image(
      name,
      {
        repositoryUrl: repository.repositoryUrl,
        context,
        dockerfile: `${context}/Dockerfile`,
        target: args.target,
        args: { ...buildArgs, ...sourceDate },
        platform,
        imageTag,
      },
      { parent: this, transforms: [buildReproducibly, keepPushedImage] },
    );
    this.reference = image.imageUri;
    this.repositoryArn = repository.arn;
    this.registerOutputs({ reference: this.reference, repositoryArn: this.repositoryArn });
  }
}

/** The date of whatever a build makes (https://reproducible-builds.org/docs/source-date-epoch/). */
const sourceDate = { SOURCE_DATE_EPOCH: "0" };

/**
 * How an image is pushed: its files get the date, too, which takes BuildKit 0.13
 * (https://docs.docker.com/build/exporters/image-registry/). The media types' default differs between versions of
 * BuildKit (https://github.com/moby/buildkit/blob/v0.33.1/docs/build-repro.md).
 */
const output = "type=registry,oci-mediatypes=true,rewrite-timestamp=true";

/**
 * Builds the same image again from the same files, on whatever machine. After a rollback of the program, or when `up`
 * was killed after the push, the same tag is built and pushed again. ECR takes that only when it has the same digest
 * (https://github.com/moby/buildkit/issues/3776). The cache which `awsx.ecr.Image` puts into the image's configuration
 * says when its layers were made, so there is none.
 *
 * Transforms reach the children of components which run outside of this program
 * (https://www.pulumi.com/docs/iac/concepts/resources/options/transforms/).
 */
const buildReproducibly: pulumi.ResourceTransform = ({ type, props, opts }) => {
  if (type !== "docker-build:index:Image") return undefined;
  const { cacheFrom: _, cacheTo: __, ...others } = props;
  return { props: { ...others, push: false, exports: [{ raw: output }] }, opts };
};

/**
 * Keeps an image in its repository when another takes its place. `awsx.ecr.Image` builds it by a resource which is
 * named after the tag: another image is another resource, and to delete the old one is to delete the old image by its
 * digest, with tasks that run it, or will when the deployment is rolled back
 * (https://github.com/anomalyco/sst/issues/6377). The repository's lifecycle policy removes old images. A
 * preview does not build, because that takes minutes and Docker.
 */
const keepPushedImage: pulumi.ResourceTransform = ({ type, props, opts }) =>
  type === "docker-build:index:Image"
    ? { props: { ...props, buildOnPreview: false }, opts: { ...opts, retainOnDelete: true } }
    : undefined;

/** The settings every repository of this project has. */
export function repositorySettings(forceDelete: boolean): aws.ecr.RepositoryArgs {
  return {
    imageScanningConfiguration: { scanOnPush: true },
    imageTagMutability: "IMMUTABLE",
    encryptionConfigurations: [{ encryptionType: "AES256" }],
    forceDelete,
  };
}

/**
 * Counts tagged images only. Untagged ones are kept, because a running service pulls its image by digest for every task
 * (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html), whatever its tag.
 */
const keepRecentImages = {
  rules: [
    {
      rulePriority: 1,
      description: "Keep the 30 newest images",
      selection: { tagStatus: "tagged", tagPatternList: ["*"], countType: "imageCountMoreThan", countNumber: 30 },
      action: { type: "expire" },
    },
  ],
};
