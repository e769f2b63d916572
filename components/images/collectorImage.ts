import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { CollectorImageSpec } from "../collectors/collector";
import { BuiltImage, type BuiltImageArgs, repositorySettings } from "./builtImage";
import type { CachedImage } from "./cachedImage";

export interface CollectorImageArgs extends Omit<BuiltImageArgs, "target" | "buildArgs"> {
  /** The public image. */
  readonly image: CollectorImageSpec;
  /**
   * `pull-through-cache`: ECR fetches the image from the public registry at the first pull, which needs internet access;
   * later pulls do not. `mirror`: the deployment builds and pushes it, and the VPC needs no internet access.
   */
  readonly collectorImageSource: "pull-through-cache" | "mirror";
  /** Prefix of the cache's repositories, unique in account and region, 2 to 30 characters. */
  readonly cachePrefix: string;
}

/**
 * The collector's image in the private registry. Fargate caches no images, so every task pulls it again, long after the
 * NAT gateway is gone, and public registries have no endpoint to pull through
 * (https://github.com/aws/containers-roadmap/issues/1160).
 */
export class CollectorImage extends pulumi.ComponentResource {
  /** Reference of the image: by tag from the cache, which cannot be filled by digest, else by digest. */
  readonly reference: pulumi.Output<string>;
  readonly repositoryArn: pulumi.Output<string>;
  /** The image when ECR has to import it at its first pull, which is not done yet when that pull is. */
  readonly cachedImage?: CachedImage;

  constructor(name: string, args: CollectorImageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("traced-fargate:images:CollectorImage", name, {}, opts);
    const { registry, repository: path, tag, mirror } = args.image;
    if (args.collectorImageSource === "mirror") {
      const build = { target: mirror.target, buildArgs: { [mirror.imageArg]: `${registry}/${path}:${tag}` } };
      const image = new BuiltImage(name, { ...args, ...build }, { parent: this });
      this.reference = image.reference;
      this.repositoryArn = image.repositoryArn;
    } else {
      const cachedName = `${args.cachePrefix}/${path}`;
      const rule = new aws.ecr.PullThroughCacheRule(
        name,
        { ecrRepositoryPrefix: args.cachePrefix, upstreamRegistryUrl: registry },
        { parent: this },
      );
      // Made here and not by the first pull, so that Pulumi owns and destroys it. It has no lifecycle policy: an
      // expired image could not be fetched again. Immutable tags also keep ECR's daily look upstream from changing the
      // image.
      const repository = new aws.ecr.Repository(
        name,
        { ...repositorySettings(args.repositoryForceDelete ?? true), name: cachedName },
        { parent: this, dependsOn: rule },
      );
      this.reference = pulumi.interpolate`${repository.repositoryUrl}:${tag}`;
      this.repositoryArn = repository.arn;
      this.cachedImage = { repository: cachedName, tag, cpuArchitecture: args.cpuArchitecture };
    }
    this.registerOutputs({ reference: this.reference, repositoryArn: this.repositoryArn });
  }
}
