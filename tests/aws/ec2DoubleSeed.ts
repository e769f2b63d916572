import type { Ec2Inventory } from "./ec2DoubleAccount";

/**
 * An account with the VPC `vpc-main` a lease is opened in, and objects of others on every side of it: another VPC with
 * a NAT gateway of its own, objects with the tag of another lease, one of them in our own VPC, unattached ones, routes
 * and rules in our own tables and groups.
 */
export function seededAccount(): Ec2Inventory {
  const foreign = { "traced-fargate:lease": "traced-fargate/other/egress/vpc-other", Name: "somebody else's" };
  const rule = { protocol: "tcp", fromPort: 443, toPort: 443 };
  return {
    vpcs: ["vpc-main", "vpc-other"],
    subnets: { "subnet-public": "vpc-main", "subnet-private": "vpc-main", "subnet-other": "vpc-other" },
    securityGroups: { "sg-containers": "vpc-main", "sg-client": "vpc-main", "sg-other": "vpc-other" },
    internetGateways: {
      "igw-other": { vpcId: "vpc-other", tags: foreign },
      "igw-unattached": { tags: {} },
    },
    addresses: {
      "eipalloc-other": { publicIp: "198.51.100.1", tags: foreign },
      "eipalloc-spare": { publicIp: "198.51.100.2", tags: { Name: "spare" } },
    },
    natGateways: {
      "nat-other": {
        vpcId: "vpc-other",
        subnetId: "subnet-other",
        allocationId: "eipalloc-other",
        state: "available",
        tags: foreign,
      },
      "nat-private": {
        vpcId: "vpc-main",
        subnetId: "subnet-private",
        allocationId: "",
        state: "available",
        tags: foreign,
      },
    },
    routeTables: {
      "rtb-public": { vpcId: "vpc-main", routes: { "10.0.0.0/16": "local" } },
      "rtb-private": { vpcId: "vpc-main", routes: { "10.0.0.0/16": "local", "192.168.0.0/16": "tgw-office" } },
      "rtb-second": { vpcId: "vpc-main", routes: { "10.0.0.0/16": "local" } },
      "rtb-other": { vpcId: "vpc-other", routes: { "10.1.0.0/16": "local", "0.0.0.0/0": "nat-other" } },
    },
    rules: {
      "sgr-endpoints": { groupId: "sg-containers", ...rule, cidr: "10.0.0.0/16", tags: {} },
      "sgr-other": { groupId: "sg-other", ...rule, cidr: "0.0.0.0/0", tags: foreign },
    },
    schedules: {
      "traced-fargate-other-egress": {
        expression: "at(2030-01-01T00:00:00)",
        target: "nat-other",
        roleArn: "arn:aws:iam::123456789012:role/somebody-elses",
      },
    },
  };
}
