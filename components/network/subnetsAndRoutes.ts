import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { SubnetPlan } from "./subnets";
import { freeZone, suitableZones } from "./zones";

/** What subnets are made from. */
interface SubnetArgs {
  readonly region: string;
  readonly vpcCidr: string;
  /** The subnets to make; without a `client` there is no load client. */
  readonly subnets: Omit<SubnetPlan, "client"> & { readonly client?: string };
  /** What the VPC waits for. */
  readonly vpcAfter: pulumi.Resource;
}

/**
 * Makes the VPC, its subnets and their route tables, one of the public subnet, one of all others: public and client
 * subnet in the first zone, a container subnet in each.
 */
export function makeSubnetsAndRoutes(
  name: string,
  child: { readonly parent: pulumi.Resource },
  { region, vpcCidr: cidrBlock, subnets: plan, vpcAfter }: SubnetArgs,
) {
  // Private DNS names of endpoints need both
  // (https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html).
  const vpcArgs = { cidrBlock, enableDnsSupport: true, enableDnsHostnames: true };
  const vpc = new aws.ec2.Vpc(name, vpcArgs, { ...child, dependsOn: vpcAfter });
  // AWS fills a VPC's default group with rules that let its members talk to each other and to anywhere.
  new aws.ec2.DefaultSecurityGroup(
    `${name}-default`,
    { vpcId: vpc.id, ingress: [], egress: [] },
    { ...child, dependsOn: vpcAfter },
  );
  const filters = [
    // Local Zones and Wavelength Zones lack some of what this stack is made of; they need an opt-in besides.
    { name: "zone-type", values: ["availability-zone"] },
    { name: "opt-in-status", values: ["opt-in-not-required"] },
  ];
  // Whatever their state: a zone that is down for an hour is not to change the choice.
  const zones = aws.getAvailabilityZonesOutput({ filters }, child).apply(({ names, zoneIds }) =>
    suitableZones(
      zoneIds.map((id, index) => ({ id, name: names[index] ?? "" })),
      plan.containers.length,
      region,
    ),
  );
  const makeSubnet = (suffix: string, cidr: string, others: readonly aws.ec2.Subnet[] = []): aws.ec2.Subnet => {
    const taken = pulumi.all(others.map(({ availabilityZone }) => availabilityZone));
    const availabilityZone = pulumi.all([zones, taken]).apply(([suitable, names]) => freeZone(suitable, names));
    const args = { vpcId: vpc.id, cidrBlock: cidr, availabilityZone, mapPublicIpOnLaunch: false };
    // A subnet stays where it was made, whatever would be chosen today.
    return new aws.ec2.Subnet(`${name}-${suffix}`, args, { ...child, ignoreChanges: ["availabilityZone"] });
  };
  const publicSubnet = makeSubnet("public", plan.public);
  const client = plan.client === undefined ? undefined : makeSubnet("client", plan.client);
  const containers: aws.ec2.Subnet[] = [];
  for (const [zone, cidr] of plan.containers.entries()) {
    // Told where the others are, not where they would be made today: an interface endpoint takes one subnet a zone.
    containers.push(makeSubnet(`containers-${zone + 1}`, cidr, [...containers]));
  }
  // Without `routes`, a table's routes are nobody's but AWS's and the temporary NAT gateway's: refresh sees no
  // difference while that is open (https://www.pulumi.com/registry/packages/aws/api-docs/ec2/routetable/).
  const makeRouteTable = (suffix: string, members: Readonly<Record<string, aws.ec2.Subnet>>): aws.ec2.RouteTable => {
    const table = new aws.ec2.RouteTable(`${name}-${suffix}`, { vpcId: vpc.id }, child);
    for (const [member, subnet] of Object.entries(members)) {
      const association = { routeTableId: table.id, subnetId: subnet.id };
      new aws.ec2.RouteTableAssociation(`${name}-${member}`, association, child);
    }
    return table;
  };
  const publicRouteTable = makeRouteTable("public", { public: publicSubnet });
  const privateRouteTable = makeRouteTable("private", {
    ...(client && { client }),
    ...Object.fromEntries(containers.map((subnet, zone) => [`containers-${zone + 1}`, subnet])),
  });
  return { vpc, publicSubnet, client, containers, publicRouteTable, privateRouteTable };
}
