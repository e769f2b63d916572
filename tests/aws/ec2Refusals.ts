import type { Ec2Answer } from "./ec2Answers";

const accepted = "accepted";
const api = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference";
/** The codes of all errors, each with its cause. */
const codes = `${api}/errors-overview.html`;
const everywhere = { DestinationCidrBlock: "0.0.0.0/0" };
const https = { IpProtocol: "tcp", FromPort: 443, ToPort: 443 };
const permission = { ...https, IpRanges: [{ CidrIp: "0.0.0.0/0" }] };
const tagged = (ResourceType: "vpc" | "internet-gateway", Value: string) => ({
  TagSpecifications: [{ ResourceType, Tags: [{ Key: "a", Value }] }],
});

/** What AWS refuses, and what changes nothing. */
export const refusals: readonly Ec2Answer[] = [
  {
    call: (ec2) => ec2.describeAddresses({ Filters: [{ Name: "colour", Values: ["red"] }] }),
    aws: "InvalidParameterValue",
    moto: ["Error", `${api}/API_DescribeAddresses.html`],
  },
  {
    call: (ec2) => ec2.createInternetGateway(tagged("vpc", "b")),
    aws: "InvalidParameterValue",
    moto: [accepted, `${api}/API_CreateInternetGateway.html`],
  },
  {
    call: (ec2) => ec2.createInternetGateway(tagged("internet-gateway", "b".repeat(257))),
    aws: "InvalidParameterValue",
    moto: [accepted, `${api}/API_Tag.html`],
  },
  {
    call: (ec2) => ec2.releaseAddress({ AllocationId: "eipalloc-0123456789abcdef0" }),
    aws: "InvalidAllocationID.NotFound",
  },
  {
    call: (ec2, { other }) => ec2.releaseAddress({ AllocationId: other.allocationId }),
    aws: "InvalidIPAddress.InUse",
    moto: [accepted, `${api}/API_ReleaseAddress.html`],
  },
  {
    call: (ec2, { other }) =>
      ec2.detachInternetGateway({ InternetGatewayId: other.internetGatewayId, VpcId: other.vpcId }),
    aws: "DependencyViolation",
    moto: [accepted, `${api}/API_DetachInternetGateway.html`],
  },
  {
    call: (ec2, { vpcId, other }) =>
      ec2.detachInternetGateway({ InternetGatewayId: other.internetGatewayId, VpcId: vpcId }),
    aws: "Gateway.NotAttached",
  },
  {
    call: (ec2, { other }) => ec2.deleteInternetGateway({ InternetGatewayId: other.internetGatewayId }),
    aws: "DependencyViolation",
  },
  {
    call: (ec2) => ec2.deleteInternetGateway({ InternetGatewayId: "igw-0123456789abcdef0" }),
    aws: "InvalidInternetGatewayID.NotFound",
  },
  {
    call: (ec2, { vpcId, other }) =>
      ec2.attachInternetGateway({ InternetGatewayId: other.internetGatewayId, VpcId: vpcId }),
    aws: "Resource.AlreadyAssociated",
  },
  {
    call: (ec2, { spareGatewayId, other }) =>
      ec2.attachInternetGateway({ InternetGatewayId: spareGatewayId, VpcId: other.vpcId }),
    aws: "InvalidParameterValue",
    moto: [accepted, "https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html"],
  },
  {
    call: (ec2, { spareGatewayId }) =>
      ec2.attachInternetGateway({ InternetGatewayId: spareGatewayId, VpcId: "vpc-0123456789abcdef0" }),
    aws: "InvalidVpcID.NotFound",
  },
  {
    call: (ec2) => ec2.describeNatGateways({ NatGatewayIds: ["nat-0123456789abcdef0"] }),
    aws: "NatGatewayNotFound",
    moto: [accepted, codes],
  },
  {
    call: (ec2) => ec2.deleteNatGateway({ NatGatewayId: "nat-0123456789abcdef0" }),
    aws: "NatGatewayNotFound",
    moto: ["Error", codes],
  },
  {
    call: (ec2, { spareAllocationId }) =>
      ec2.createNatGateway({ SubnetId: "subnet-0123456789abcdef0", AllocationId: spareAllocationId }),
    aws: "InvalidSubnetID.NotFound",
  },
  {
    call: (ec2, { subnetId }) =>
      ec2.createNatGateway({ SubnetId: subnetId, AllocationId: "eipalloc-0123456789abcdef0" }),
    aws: "InvalidAllocationID.NotFound",
  },
  {
    call: (ec2, { other }) =>
      ec2.createRoute({ RouteTableId: other.routeTableId, GatewayId: other.internetGatewayId, ...everywhere }),
    aws: "RouteAlreadyExists",
  },
  {
    call: (ec2, { routeTableId, other }) =>
      ec2.createRoute({ RouteTableId: routeTableId, GatewayId: other.internetGatewayId, ...everywhere }),
    aws: "InvalidParameterValue",
    moto: [accepted, "https://github.com/smoketurner/serverless-vpc-plugin/issues/147"],
  },
  {
    call: (ec2, { routeTableId }) =>
      ec2.createRoute({ RouteTableId: routeTableId, NatGatewayId: "nat-0123456789abcdef0", ...everywhere }),
    aws: "InvalidNatGatewayID.NotFound",
    moto: [accepted, codes],
  },
  {
    call: (ec2) => ec2.deleteRoute({ RouteTableId: "rtb-0123456789abcdef0", ...everywhere }),
    aws: "InvalidRouteTableID.NotFound",
  },
  {
    call: (ec2, { routeTableId }) => ec2.deleteRoute({ RouteTableId: routeTableId, ...everywhere }),
    aws: "InvalidRoute.NotFound",
  },
  {
    call: (ec2, { routeTableId, other }) =>
      ec2.replaceRoute({ RouteTableId: routeTableId, NatGatewayId: other.natGatewayId, ...everywhere }),
    aws: "InvalidParameterValue",
  },
  {
    call: (ec2, { other }) => ec2.authorizeSecurityGroupEgress({ GroupId: other.groupId, IpPermissions: [permission] }),
    aws: "InvalidPermission.Duplicate",
  },
  {
    call: (ec2) => ec2.authorizeSecurityGroupEgress({ GroupId: "sg-0123456789abcdef0", IpPermissions: [permission] }),
    aws: "InvalidGroup.NotFound",
  },
  {
    call: (ec2, { groupId }) => {
      const IpRanges = [{ CidrIp: "10.0.0.0/8", Description: "for 'us'" }];
      return ec2.authorizeSecurityGroupEgress({ GroupId: groupId, IpPermissions: [{ ...https, IpRanges }] });
    },
    aws: "InvalidParameterValue",
    moto: [accepted, `${api}/API_IpRange.html`],
  },
  {
    call: (ec2, { groupId, other }) =>
      ec2.revokeSecurityGroupEgress({ GroupId: groupId, SecurityGroupRuleIds: [other.ruleId] }),
    aws: "InvalidSecurityGroupRuleId.NotFound",
    moto: ["InvalidPermission.NotFound", codes],
  },
  {
    call: (ec2, { other }) =>
      ec2.revokeSecurityGroupEgress({ GroupId: "sg-0123456789abcdef0", SecurityGroupRuleIds: [other.ruleId] }),
    aws: "InvalidGroup.NotFound",
  },
];
