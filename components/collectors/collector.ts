import type { ContainerDefinition, ContainerDependency, EnvironmentVariable } from "../containers/containerDefinition";
import type { PolicyStatement } from "../iam";
import type { EndpointNeed } from "../network/endpoints";
import type { AddressEgress } from "../network/securityGroups";

/** Which public image a collector runs, and how it is built when it is mirrored instead of pulled. */
export interface CollectorImageSpec {
  /** Registry the image is published in, a host name which ECR's pull-through cache knows. */
  readonly registry: "public.ecr.aws";
  /** Repository within the registry. */
  readonly repository: string;
  /** Exact tag. */
  readonly tag: string;
  /** How `app/Dockerfile` builds the same image for the private registry. */
  readonly mirror: {
    readonly target: string;
    /** The build argument that holds the public image's reference. */
    readonly imageArg: string;
  };
}

/** The settings which every collector is made with. */
export interface CollectorSettings {
  /** Exact tag of the collector's image, such as `3.6.7`. @default the newest which the collector is known to work with */
  readonly collectorImageTag?: string | undefined;
  /** CPU of its container, in units of 1/1024 vCPU. */
  readonly collectorCpu: number;
  /** Memory kept for its container, in MiB. */
  readonly collectorMemoryReservation: number;
  /** From where on it logs: `debug`, `info`, `warn` or `error`, and of the X-Ray daemon also `dev` or `prod`. */
  readonly collectorLogLevel: string;
}

/** What a collector is told when its containers are described. */
interface CollectorContext {
  /** Reference of the image in the private registry; empty for a collector that has none of its own. */
  readonly image: string;
  /** AWS region, such as `eu-central-1`. */
  readonly region: string;
  /** The awslogs options of one container, its stream prefix being the container's name. */
  readonly logConfiguration: (container: string) => ContainerDefinition["logConfiguration"];
}

/**
 * A way of bringing traces from an app's container to X-Ray. The service composes what a collector says and has no
 * `if` on its kind, so a new collector is a new file beside this one.
 */
export interface Collector {
  /** The image of its own containers. @default none: it needs no image besides the app's */
  readonly image?: CollectorImageSpec;
  /** Target of `app/Dockerfile` which the app's image is built from. */
  readonly appTarget: "service" | "packed";
  /** Arguments of that build, beside the app's own. */
  readonly appBuildArgs: Readonly<Record<string, string>>;
  /** The containers it adds to the task. */
  containers(context: CollectorContext): ContainerDefinition[];
  /** What the app's container gets to find it. */
  readonly appEnvironment: readonly EnvironmentVariable[];
  /** Changes the app's container, when last of all it is described. @default leaves it as it is */
  readonly appContainer?: (container: ContainerDefinition) => ContainerDefinition;
  /** What the app's container waits for; ECS stops containers in the reverse order, so the collector flushes last. */
  readonly appDependsOn: readonly ContainerDependency[];
  /** What the task role must be allowed to do. */
  readonly taskRoleStatements: readonly PolicyStatement[];
  /**
   * A command of the app's image which ends with exit code 0 when, run in place of the app, it finds that the collector
   * reaches X-Ray, and otherwise prints why not. @default none: there is nothing to prove
   */
  readonly probe?: readonly string[];
  /** The VPC endpoints it talks to. */
  readonly endpoints: readonly EndpointNeed[];
  /** Addresses it talks to beside endpoints, such as those of a proxy. */
  readonly egress: readonly AddressEgress[];
  /** Host names of these. @default they have none */
  readonly hosts?: readonly string[];
}
