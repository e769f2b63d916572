import * as pulumi from "@pulumi/pulumi";
import { type AppService, collectorFor } from "../apps/apps";
import type { Collector } from "../collectors/collector";
import type { CachedImage } from "../connectivityProof/probeTask";
import type { PolicyStatement } from "../iam";
import type { EndpointNeed } from "../network/endpoints";
import { BuiltImage } from "./builtImage";
import { CollectorImage, type CollectorImageArgs } from "./collectorImage";
import { pullEndpoints, pullStatements } from "./pullStatements";

export interface StackImagesArgs extends Omit<CollectorImageArgs, "image"> {
  readonly region: string;
  /** The services; an image is built of the workspace below `app/` with a service's name. */
  readonly services: readonly AppService[];
  /** The collector of those that are traced. */
  readonly collector: Collector;
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
      const { appTarget, appBuildArgs } = collectorFor(service, args.collector);
      const build = { target: appTarget, buildArgs: { SERVICE: service.name, ...appBuildArgs } };
      return { service, app: new BuiltImage(service.name, { ...args, ...build }, { parent: this }) };
    });
    const { image } = args.collector;
    const collector = image && new CollectorImage("collector", { ...args, image }, { parent: this });
    this.ofServices = new Map(
      apps.map(({ service, app }) => [service.name, imagesOf(app, service.traced ? collector : undefined)]),
    );
    const fetches = ({ name: service }: AppService) => this.of(service).cachedImages.length > 0;
    this.fetchedBy = args.services.filter(fetches).map((service) => service.name);
    this.fetched = collector && this.fetchedBy.length > 0 ? { collectorImage: collector.reference } : {};
    const arns = [...apps.map(({ app }) => app.repositoryArn), ...(collector ? [collector.repositoryArn] : [])];
    this.endpoints = pullEndpoints(args.region, pullStatements(arns, collector?.cachedRepositoryArns ?? []));
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

function imagesOf(app: BuiltImage, collector: CollectorImage | undefined): ServiceImages {
  return {
    appImage: app.reference,
    collectorImage: collector?.reference,
    pullStatements: pullStatements(
      [app.repositoryArn, ...(collector ? [collector.repositoryArn] : [])],
      collector?.cachedRepositoryArns ?? [],
    ),
    cachedImages: collector?.cachedImages ?? [],
  };
}
