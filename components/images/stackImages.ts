import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { StackService } from "../apps/stackServices";
import type { CollectorImageSpec } from "../collectors/collector";
import type { PolicyStatement } from "../iam";
import type { EndpointNeed } from "../network/endpoints";
import { BuiltImage, repositorySettings } from "./builtImage";
import type { CachedImage } from "./cachedImage";
import { pullEndpoints, pullStatements } from "./pullStatements";

interface CollectorImageArgs extends Omit<ConstructorParameters<typeof BuiltImage>[1], "target" | "buildArgs"> {
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

interface StackImagesArgs extends Omit<CollectorImageArgs, "image"> {
  readonly region: string;
  /** The services; an image is built of the workspace below `app/` with a service's name. */
  readonly services: readonly Pick<StackService, "name" | "collector">[];
}

/** The images of one service, and what pulling just these takes. */
export interface ServiceImages {
  /** Reference of the app's image. */
  readonly appImage: pulumi.Output<string>;
  /** Reference of the collector's image; absent when the collector has none of its own. */
  readonly collectorImage?: pulumi.Output<string>;
  /** What an execution role needs to pull them. */
  readonly pullStatements: readonly PolicyStatement[];
  /** Those which ECR has to import from a public registry. */
  readonly cachedImages: readonly CachedImage[];
}

/** The images a stack's tasks run, all of them in the account's private registry, and what it takes to pull them. */
export class StackImages extends pulumi.ComponentResource {
  /** References of the images which the first pull brings from a public registry. */
  readonly fetched: Readonly<Record<string, pulumi.Output<string>>>;
  /** Names of the services that pull these. */
  readonly fetchedBy: readonly string[];
  /** The endpoints they are all pulled through. */
  readonly endpoints: readonly EndpointNeed[];
  private readonly ofServices: ReadonlyMap<string, ServiceImages>;

  constructor(name: string, args: StackImagesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("traced-fargate:images:StackImages", name, {}, opts);
    const apps = args.services.map((service) => {
      const { appTarget: target, appBuildArgs } = service.collector;
      const build = { target, buildArgs: { SERVICE: service.name, ...appBuildArgs } };
      return { service, app: new BuiltImage(service.name, { ...args, ...build }, { parent: this }) };
    });
    // The traced services of a stack have the same collector.
    const [image] = args.services.flatMap((service) => service.collector.image ?? []);
    const collector = image && new CollectorImage("collector", { ...args, image }, { parent: this });
    this.ofServices = new Map(
      apps.map(({ service, app }) => [service.name, imagesOf(app, service.collector.image && collector)]),
    );
    this.fetchedBy = args.services.map(({ name }) => name).filter((name) => this.of(name).cachedImages.length > 0);
    this.fetched = collector && this.fetchedBy.length > 0 ? { collectorImage: collector.reference } : {};
    const pulled = [...apps.map(({ app }) => app), ...(collector ? [collector] : [])];
    this.endpoints = pullEndpoints(args.region, pullStatements(pulled));
    this.registerOutputs({ fetched: this.fetched });
  }

  /** The images of one service. Throws when the component was not told of it. */
  of(service: string): ServiceImages {
    const images = this.ofServices.get(service);
    if (images === undefined) {
      throw new Error(`there are no images of "${service}", only of ${[...this.ofServices.keys()].join(", ")}`);
    }
    return images;
  }
}

/**
 * The collector's image in the private registry. Fargate caches no images, so every task pulls it again, long after the
 * NAT gateway is gone, and public registries have no endpoint to pull through
 * (https://github.com/aws/containers-roadmap/issues/1160).
 */
class CollectorImage extends pulumi.ComponentResource {
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

function imagesOf(app: BuiltImage, collector: CollectorImage | undefined): ServiceImages {
  return {
    appImage: app.reference,
    collectorImage: collector?.reference,
    pullStatements: pullStatements(collector ? [app, collector] : [app]),
    cachedImages: collector?.cachedImage ? [collector.cachedImage] : [],
  };
}
