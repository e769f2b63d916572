import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { SubnetPlan } from "./subnets";
import { freeZone, suitableZones } from "./zones";

/** The component's name and its options for children. */
export interface Scope {
  readonly name: string;
  readonly child: { readonly parent: pulumi.Resource; readonly dependsOn?: pulumi.Resource };
}

/** The subnets, as planned. */
export interface Subnets {
  readonly public: aws.ec2.Subnet;
  /** @default there is no load client */
  readonly client?: aws.ec2.Subnet;
  readonly containers: readonly aws.ec2.Subnet[];
}

/** The tables that say where the traffic of the subnets goes. */
interface RouteTables {
  readonly public: aws.ec2.RouteTable;
  readonly private: aws.ec2.RouteTable;
}

/** Makes the VPC and takes away what AWS allows in it by default. */
export function makeVpc({ name, child }: Scope, cidrBlock: string): aws.ec2.Vpc {
  // Private DNS names of endpoints need both
  // (https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html).
  const vpc = new aws.ec2.Vpc(name, { cidrBlock, enableDnsSupport: true, enableDnsHostnames: true }, child);
  // AWS fills a VPC's default group with rules that let its members talk to each other and to anywhere.
  new aws.ec2.DefaultSecurityGroup(`${name}-default`, { vpcId: vpc.id, ingress: [], egress: [] }, child);
  return vpc;
}

/** Makes the subnets: public and client subnet in the first zone, a container subnet in each. */
export function makeSubnets(
  { name, child }: Scope,
  vpc: aws.ec2.Vpc,
  plan: Omit<SubnetPlan, "client"> & { readonly client?: string },
  region: string,
): Subnets {
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
  // A subnet stays where it was made, whatever would be chosen today.
  const options = { ...child, ignoreChanges: ["availabilityZone"] };
  const subnet = (suffix: string, cidrBlock: string, others: readonly aws.ec2.Subnet[] = []): aws.ec2.Subnet => {
    const taken = pulumi.all(others.map(({ availabilityZone }) => availabilityZone));
    const availabilityZone = pulumi.all([zones, taken]).apply(([suitable, names]) => freeZone(suitable, names));
    const args = { vpcId: vpc.id, cidrBlock, availabilityZone, mapPublicIpOnLaunch: false };
    return new aws.ec2.Subnet(`${name}-${suffix}`, args, options);
  };
  const first = {
    public: subnet("public", plan.public),
    client: plan.client === undefined ? undefined : subnet("client", plan.client),
  };
  const containers: aws.ec2.Subnet[] = [];
  for (const [zone, cidrBlock] of plan.containers.entries()) {
    // Told where the others are, not where they would be made today: an interface endpoint takes one subnet a zone.
    containers.push(subnet(`containers-${zone + 1}`, cidrBlock, [...containers]));
  }
  return { ...first, containers };
}

/** Makes the route tables: one of the public subnet, one of all others. */
export function makeRouteTables({ name, child }: Scope, vpc: aws.ec2.Vpc, subnets: Subnets): RouteTables {
  // Without `routes`, a table's routes are nobody's but AWS's and the temporary NAT gateway's: refresh sees no
  // difference while that is open (https://www.pulumi.com/registry/packages/aws/api-docs/ec2/routetable/).
  const routeTable = (suffix: string, members: Readonly<Record<string, aws.ec2.Subnet>>): aws.ec2.RouteTable => {
    const table = new aws.ec2.RouteTable(`${name}-${suffix}`, { vpcId: vpc.id }, child);
    for (const [member, subnet] of Object.entries(members)) {
      const association = { routeTableId: table.id, subnetId: subnet.id };
      new aws.ec2.RouteTableAssociation(`${name}-${member}`, association, child);
    }
    return table;
  };
  const containers = subnets.containers.map((subnet, zone) => [`containers-${zone + 1}`, subnet] as const);
  return {
    public: routeTable("public", { public: subnets.public }),
    private: routeTable("private", {
      ...(subnets.client && { client: subnets.client }),
      ...Object.fromEntries(containers),
    }),
  };
}
