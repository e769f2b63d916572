import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

interface ServiceClusterArgs {
  readonly vpcId: pulumi.Input<string>;
  /** Name of the private DNS zone the services are found in, such as `dev.traced-fargate.internal`. */
  readonly domain: string;
  /** Whether CloudWatch Container Insights collects metrics of the cluster and what runs in it; in ECS's own words. */
  readonly containerInsights: "disabled" | "enabled" | "enhanced";
}

/** Where a stack's services run and by which names they find each other. */
export class ServiceCluster extends pulumi.ComponentResource {
  readonly clusterArn: pulumi.Output<string>;
  readonly clusterName: pulumi.Output<string>;
  readonly namespaceId: pulumi.Output<string>;

  constructor(name: string, args: ServiceClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("traced-fargate:service:ServiceCluster", name, {}, opts);
    // Also when it is disabled: without the setting the account's default holds, which may be another
    // (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ClusterSetting.html), and the provider keeps what a
    // cluster has when the setting is left out.
    const settings = [{ name: "containerInsights", value: args.containerInsights }];
    const cluster = new aws.ecs.Cluster(name, { settings }, { parent: this });
    const namespace = new aws.servicediscovery.PrivateDnsNamespace(
      name,
      { name: args.domain, description: "Names of the services in the VPC", vpc: args.vpcId },
      { parent: this },
    );
    this.clusterArn = cluster.arn;
    this.clusterName = cluster.name;
    this.namespaceId = namespace.id;
    this.registerOutputs({ clusterArn: this.clusterArn, namespaceId: this.namespaceId, domain: args.domain });
  }
}
