import * as pulumi from "@pulumi/pulumi";
import { type EndpointNeeds, mergeEndpointNeeds } from "./endpoints";
import { makeGroupsAndEndpoints } from "./groupsAndEndpoints";
import { NetworkChangeCheck } from "./networkChangeCheck";
import { type CallGraph, groupNames, planSecurityGroups } from "./securityGroups";
import { planSubnets, type SubnetPlan } from "./subnets";
import { makeSubnetsAndRoutes } from "./subnetsAndRoutes";

/** What a `PrivateNetwork` is made of. */
interface PrivateNetworkArgs {
  /** AWS region, such as `eu-central-1`. */
  readonly region: string;
  /** AWS account whose members may use the endpoints; nobody else may. */
  readonly accountId: pulumi.Input<string>;
  /** Addresses of the VPC, an IPv4 CIDR from /16 to /28. */
  readonly vpcCidr: string;
  /**
   * Addresses of the subnets, see `planSubnets`: one for the containers in each availability zone, 1 to 3. Public and
   * client subnet are in the first.
   */
  readonly subnets: SubnetPlan;
  /** The services by name: the port each listens on, and who calls it (other services, or `client`). */
  readonly services: CallGraph;
  /** What is done through VPC endpoints; just the endpoints named here are made. The containers must ask for `s3`. */
  readonly endpoints: EndpointNeeds;
}

/**
 * A VPC with no way out: no internet gateway, no NAT gateway, no routes but the VPC's own and those of gateway
 * endpoints. Its public subnet is empty and its public route table leads nowhere; both wait for a temporary NAT
 * gateway, whose owner adds routes to the tables and takes them away again.
 *
 * Cost: AWS charges for every interface endpoint by the hour and the zone, used or not. All the rest is free.
 */
export class PrivateNetwork extends pulumi.ComponentResource {
  readonly vpcId: pulumi.Output<string>;
  readonly publicSubnetId: pulumi.Output<string>;
  /** Where the load client goes, when an endpoint or a service is for one. */
  readonly client?: { readonly subnetId: pulumi.Output<string>; readonly securityGroupId: pulumi.Output<string> };
  /** One for each zone. */
  readonly containerSubnetIds: pulumi.Output<string>[];
  readonly publicRouteTableId: pulumi.Output<string>;
  /** The tables of the client's and the containers' subnets; they share one. */
  readonly privateRouteTableIds: pulumi.Output<string>[];
  /** The security group of each service, by the service's name. */
  readonly serviceSecurityGroupIds: Readonly<Record<string, pulumi.Output<string>>>;
  /**
   * Whom a temporary NAT gateway is for: the services whose first pull through ECR's cache needs it. Not the others,
   * and not the load client, which gets its packages through the S3 endpoint.
   */
  readonly egressSecurityGroupIds: pulumi.Output<string>[];
  /** The addresses S3 has in the region, as a prefix list which AWS keeps. */
  readonly s3PrefixListId: pulumi.Output<string>;
  /** Interface endpoints, counted once for every subnet they are in, as AWS bills them. */
  readonly interfaceEndpointCount: number;

  /** Throws when the subnets, the services or the endpoints do not fit together, naming everything that is wrong. */
  constructor(name: string, args: PrivateNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    const { endpoints, securityGroups } = checkArgs(name, args);
    super("traced-fargate:network:PrivateNetwork", name, {}, opts);
    const child = { parent: this };
    const { region, vpcCidr, accountId } = args;
    // Without a client its addresses stay reserved, so that a client which comes later moves no other subnet.
    const subnets = { ...args.subnets, client: securityGroups.hasClient ? args.subnets.client : undefined };

    const standing = { region, vpcCidr, subnets: rangesByName(subnets) };
    const vpcAfter = new NetworkChangeCheck(`${name}-change-check`, standing, child);
    const places = makeSubnetsAndRoutes(name, child, { region, vpcCidr, subnets, vpcAfter });
    const made = makeGroupsAndEndpoints(name, child, { ...securityGroups, endpoints, region, accountId, places });

    this.vpcId = places.vpc.id;
    this.publicSubnetId = places.publicSubnet.id;
    this.client = places.client && {
      subnetId: places.client.id,
      securityGroupId: made.securityGroupId(groupNames.client),
    };
    this.containerSubnetIds = places.containers.map((subnet) => subnet.id);
    this.publicRouteTableId = places.publicRouteTable.id;
    this.privateRouteTableIds = [places.privateRouteTable.id];
    this.serviceSecurityGroupIds = Object.fromEntries(
      Object.keys(args.services).map((service) => [service, made.securityGroupId(service)]),
    );
    this.egressSecurityGroupIds = Object.entries(args.services)
      .filter(([, { fetches }]) => fetches)
      .map(([service]) => made.securityGroupId(service));
    this.s3PrefixListId = made.s3PrefixListId;
    this.interfaceEndpointCount = made.interfaceEndpointCount;
    this.registerOutputs({
      vpcId: this.vpcId,
      publicSubnetId: this.publicSubnetId,
      containerSubnetIds: this.containerSubnetIds,
      publicRouteTableId: this.publicRouteTableId,
      privateRouteTableIds: this.privateRouteTableIds,
      client: this.client,
      serviceSecurityGroupIds: this.serviceSecurityGroupIds,
      egressSecurityGroupIds: this.egressSecurityGroupIds,
      s3PrefixListId: this.s3PrefixListId,
      interfaceEndpointCount: this.interfaceEndpointCount,
    });
  }

  /** The security group of one service. Throws when the network was not told of it. */
  serviceSecurityGroupId(service: string): pulumi.Output<string> {
    const id = this.serviceSecurityGroupIds[service];
    if (id === undefined) {
      const known = Object.keys(this.serviceSecurityGroupIds).join(", ");
      throw new Error(`the network knows no service "${service}", only ${known}`);
    }
    return id;
  }
}

/** The range of every subnet by its name, for the check of changes. */
function rangesByName({ public: first, client, containers }: Partial<SubnetPlan>): Record<string, string> {
  return Object.fromEntries([
    ["public", first],
    ...(client === undefined ? [] : [["client", client]]),
    ...(containers ?? []).map((cidr, index) => [`containers-${index + 1}`, cidr]),
  ]);
}

/** The plans of the arguments, checked before anything is registered. */
function checkArgs(name: string, args: PrivateNetworkArgs) {
  const { vpcCidr, subnets } = args;
  const endpoints = mergeEndpointNeeds(args.endpoints);
  const { problems: wrongSubnets = [] } = planSubnets({
    vpcCidr,
    zones: subnets.containers.length,
    publicSubnetCidr: subnets.public,
    clientSubnetCidr: subnets.client,
    containerSubnetCidrs: subnets.containers,
  });
  const { plan, problems: wrongServices = [] } = planSecurityGroups(args.services, endpoints);
  const hasLayers = endpoints.some(({ endpoint, usedBy }) => endpoint === "s3" && usedBy.includes("containers"));
  const wrong = "the containers do not ask for `s3`, from which the layers of their images come";
  const problems = [...wrongSubnets, ...wrongServices, ...(hasLayers ? [] : [{ property: "endpoints", wrong }])];
  if (problems.length > 0 || plan === undefined) {
    const lines = problems.map(({ property, wrong }) => `${property}: ${wrong}`);
    throw new Error([`PrivateNetwork "${name}" cannot be built:`, ...lines].join("\n  "));
  }
  return { endpoints, securityGroups: plan };
}
