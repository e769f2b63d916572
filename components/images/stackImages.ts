import * as pulumi from "@pulumi/pulumi";
import type { CachedImage } from "../connectivityProof/probeTask";
import type { PolicyStatement } from "../iam";
import type { EndpointNeed } from "../network/endpoints";
import type { CollectorImageSpec } from "../service/collectors/collector";
import { BuiltImage } from "./builtImage";
import { CollectorImage, type CollectorImageArgs } from "./collectorImage";
import { pullEndpoints, pullStatements } from "./pullStatements";

export interface StackImagesArgs extends Omit<CollectorImageArgs, "image"> {
  readonly region: string;
  /** Name of the app, the workspace below `app/` its image is built of. */
  readonly app: string;
  /** The collector's public image. */
  readonly collector: CollectorImageSpec;
}

/** The images a stack's tasks run, all of them in the account's private registry, and what it takes to pull them. */
export class StackImages extends pulumi.ComponentResource {
  /** Reference of the app's image. */
  readonly app: pulumi.Output<string>;
  /** Reference of the collector's image. */
  readonly collector: pulumi.Output<string>;
  /** What an execution role needs to pull them. */
  readonly pullStatements: readonly PolicyStatement[];
  /** Those which ECR has to import from a public registry. */
  readonly cachedImages: readonly CachedImage[];
  /** The endpoints they are pulled through. */
  readonly endpoints: readonly EndpointNeed[];

  constructor(name: string, args: StackImagesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("traced-fargate:images:StackImages", name, {}, opts);
    const app = new BuiltImage(
      args.app,
      { ...args, target: "service", buildArgs: { SERVICE: args.app } },
      { parent: this },
    );
    const collector = new CollectorImage("collector", { ...args, image: args.collector }, { parent: this });
    this.app = app.reference;
    this.collector = collector.reference;
    this.pullStatements = pullStatements([app.repositoryArn, collector.repositoryArn], collector.cachedRepositoryArns);
    this.cachedImages = collector.cachedImages;
    this.endpoints = pullEndpoints(args.region, this.pullStatements);
    this.registerOutputs({ app: this.app, collector: this.collector });
  }
}
