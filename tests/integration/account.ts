import { EC2 } from "@aws-sdk/client-ec2";

export const region = "eu-central-1";

/** Made-up credentials, which is all that moto asks for, and nothing from the person's own configuration. */
export function awsEnvironment(endpoint: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: "AKIATEST",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_SESSION_TOKEN: "",
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    AWS_EC2_METADATA_DISABLED: "true",
  };
}

export function connection(endpoint: string) {
  return { region, endpoint, credentials: { accessKeyId: "AKIATEST", secretAccessKey: "test" } };
}

export function connect(endpoint: string): EC2 {
  return new EC2(connection(endpoint));
}

/** What the lease is given. */
export interface TestNetwork {
  readonly vpcId: string;
  readonly publicSubnetId: string;
  readonly publicRouteTableId: string;
  readonly privateRouteTableIds: string[];
  readonly egressSecurityGroupIds: string[];
}

function known(id: string | undefined): string {
  if (id === undefined) {
    throw new Error("moto answered without an id");
  }
  return id;
}

/** Makes a VPC as the stack's own: a public subnet, two private route tables, two groups that let nothing out. */
export async function makeNetwork(ec2: EC2): Promise<TestNetwork> {
  const vpcId = known((await ec2.createVpc({ CidrBlock: "10.0.0.0/16" })).Vpc?.VpcId);
  const publicSubnetId = known((await ec2.createSubnet({ VpcId: vpcId, CidrBlock: "10.0.1.0/24" })).Subnet?.SubnetId);
  const tables: string[] = [];
  for (let made = 0; made < 3; made += 1) {
    tables.push(known((await ec2.createRouteTable({ VpcId: vpcId })).RouteTable?.RouteTableId));
  }
  const [publicRouteTableId = "", ...privateRouteTableIds] = tables;
  await ec2.associateRouteTable({ RouteTableId: publicRouteTableId, SubnetId: publicSubnetId });
  const egressSecurityGroupIds: string[] = [];
  for (const name of ["client", "containers"]) {
    const answer = await ec2.createSecurityGroup({ GroupName: name, Description: name, VpcId: vpcId });
    const groupId = known(answer.GroupId);
    await ec2.revokeSecurityGroupEgress({
      GroupId: groupId,
      IpPermissions: [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }],
    });
    egressSecurityGroupIds.push(groupId);
  }
  return { vpcId, publicSubnetId, publicRouteTableId, privateRouteTableIds, egressSecurityGroupIds };
}

/**
 * All there is in the account of what a lease makes or touches, each as one line, sorted. Without network interfaces:
 * AWS deletes a NAT gateway's own with it, moto keeps it.
 */
export async function inventory(ec2: EC2): Promise<string[]> {
  const vpcs = (await ec2.describeVpcs({})).Vpcs ?? [];
  const subnets = (await ec2.describeSubnets({})).Subnets ?? [];
  const gateways = (await ec2.describeInternetGateways({})).InternetGateways ?? [];
  const natGateways = (await ec2.describeNatGateways({})).NatGateways ?? [];
  const addresses = (await ec2.describeAddresses({})).Addresses ?? [];
  const tables = (await ec2.describeRouteTables({})).RouteTables ?? [];
  const rules = (await ec2.describeSecurityGroupRules({})).SecurityGroupRules ?? [];
  return [
    ...vpcs.map(({ VpcId }) => `${VpcId}`),
    ...subnets.map(({ SubnetId, VpcId }) => `${SubnetId} in ${VpcId}`),
    ...gateways.flatMap(({ InternetGatewayId, Attachments }) => [
      `${InternetGatewayId}`,
      ...(Attachments ?? []).map(({ VpcId }) => `attachment of ${InternetGatewayId} to ${VpcId}`),
    ]),
    // AWS goes on showing a deleted gateway for about an hour.
    ...natGateways
      .filter(({ State }) => State !== "deleted")
      .map(({ NatGatewayId, SubnetId, State }) => `${NatGatewayId} ${State} in ${SubnetId}`),
    ...addresses.map(({ AllocationId }) => `${AllocationId}`),
    ...tables.flatMap(({ RouteTableId, Routes }) =>
      (Routes ?? []).map(
        (route) =>
          `${RouteTableId} ${route.DestinationCidrBlock} to ${route.GatewayId ?? route.NatGatewayId} ${route.State}`,
      ),
    ),
    ...rules.map(
      (rule) =>
        `${rule.GroupId} ${rule.IsEgress ? "egress" : "ingress"} ${rule.IpProtocol} ${rule.FromPort}-${rule.ToPort} ` +
        `${rule.CidrIpv4 ?? rule.CidrIpv6 ?? rule.ReferencedGroupInfo?.GroupId}`,
    ),
  ].sort();
}

/** The lines which `after` has and `before` has not, with the kind of each object in the place of its id, sorted. */
export function added(before: readonly string[], after: readonly string[]): string[] {
  return after
    .filter((line) => !before.includes(line))
    .map((line) => line.replace(/-[0-9a-f]{8,}/g, ""))
    .sort();
}
