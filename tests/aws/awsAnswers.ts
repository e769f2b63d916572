import type { EC2 } from "@aws-sdk/client-ec2";
import type { Scheduler } from "@aws-sdk/client-scheduler";
import { scheduleFor } from "../../components/temporaryNatGateway/steps/deadManSwitch";

/** A network with its own internet gateway and address. */
interface Network {
  readonly vpcId: string;
  readonly subnetId: string;
  readonly routeTableId: string;
  readonly groupId: string;
  readonly internetGatewayId: string;
  readonly allocationId: string;
}

/** What the calls below are about. The first network's gateway is not attached, its table and group have nothing. */
export interface World extends Network {
  readonly ec2: EC2;
  readonly scheduler: Scheduler;
  /** Its table leads to the NAT gateway, which has the address; its group lets out tcp/443 to everywhere by the rule. */
  readonly other: Network & { readonly natGatewayId: string; readonly ruleId: string };
}

/** A call, or a few, with what AWS answers: what the answer says, or the name of the error. */
export type Answer = readonly [
  call: () => Promise<unknown>,
  aws: unknown,
  /** What moto answers instead, and where AWS's behaviour is documented. */
  ...moto: readonly [] | readonly [answer: unknown, see: string],
];

/** Ids of nothing. */
const no = {
  vpc: "vpc-0123456789abcdef0",
  subnet: "subnet-0123456789abcdef0",
  table: "rtb-0123456789abcdef0",
  group: "sg-0123456789abcdef0",
  gateway: "igw-0123456789abcdef0",
  nat: "nat-0123456789abcdef0",
  address: "eipalloc-0123456789abcdef0",
};

export const accepted = "accepted";
const page = (name: string) => `https://docs.aws.amazon.com/AWSEC2/latest/APIReference/${name}.html`;
/** The codes of all errors, each with its cause. */
const codes = page("errors-overview");
const basics = "https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html";
const limits = "https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html";
const networks = "https://github.com/smoketurner/serverless-vpc-plugin/issues/147";
const tokens = "https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html";
const createSchedule = "https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html";

const everywhere = { DestinationCidrBlock: "0.0.0.0/0" };
const permission = (range: { CidrIp: string; Description?: string }) => ({
  IpPermissions: [{ IpProtocol: "tcp", FromPort: 443, ToPort: 443, IpRanges: [range] }],
});
const tagged = (ResourceType: "vpc" | "internet-gateway", Value: string) => ({
  TagSpecifications: [{ ResourceType, Tags: [{ Key: "a", Value }] }],
});

const roleArn = "arn:aws:iam::123456789012:role/switch";
const schedule = (natGatewayId: string, afterMinutes = 600) =>
  scheduleFor("lease", "natGateway", natGatewayId, { afterMinutes, roleArn }, Date.now());

/** What AWS refuses, and what changes nothing. */
export function refusals({ ec2, scheduler, ...world }: World): Answer[] {
  const { vpcId: VpcId, routeTableId: RouteTableId, groupId: GroupId, other } = world;
  const { internetGatewayId: InternetGatewayId, natGatewayId: NatGatewayId } = other;
  const spare = { InternetGatewayId: world.internetGatewayId };
  const used = { AllocationId: other.allocationId };
  const free = { AllocationId: world.allocationId };
  const route = { RouteTableId, ...everywhere };
  const https = permission({ CidrIp: "0.0.0.0/0" });
  const quoted = permission({ CidrIp: "10.0.0.0/8", Description: "for 'us'" });
  const rule = { SecurityGroupRuleIds: [other.ruleId] };
  const colour = [{ Name: "colour", Values: ["red"] }];
  return [
    [() => ec2.describeAddresses({ Filters: colour }), "InvalidParameterValue", "Error", page("API_DescribeAddresses")],
    [
      () => ec2.createInternetGateway(tagged("vpc", "b")),
      "InvalidParameterValue",
      accepted,
      page("API_TagSpecification"),
    ],
    [
      () => ec2.createInternetGateway(tagged("internet-gateway", "b".repeat(257))),
      "InvalidParameterValue",
      accepted,
      page("API_Tag"),
    ],
    [() => ec2.releaseAddress({ AllocationId: no.address }), "InvalidAllocationID.NotFound"],
    [() => ec2.releaseAddress(used), "InvalidIPAddress.InUse", accepted, page("API_ReleaseAddress")],
    [
      () => ec2.detachInternetGateway({ InternetGatewayId, VpcId: other.vpcId }),
      "DependencyViolation",
      accepted,
      page("API_DetachInternetGateway"),
    ],
    [() => ec2.detachInternetGateway({ InternetGatewayId, VpcId }), "Gateway.NotAttached"],
    [() => ec2.deleteInternetGateway({ InternetGatewayId }), "DependencyViolation"],
    [() => ec2.deleteInternetGateway({ InternetGatewayId: no.gateway }), "InvalidInternetGatewayID.NotFound"],
    [() => ec2.attachInternetGateway({ InternetGatewayId, VpcId }), "Resource.AlreadyAssociated"],
    [() => ec2.attachInternetGateway({ ...spare, VpcId: other.vpcId }), "InvalidParameterValue", accepted, limits],
    [() => ec2.attachInternetGateway({ ...spare, VpcId: no.vpc }), "InvalidVpcID.NotFound"],
    [() => ec2.describeNatGateways({ NatGatewayIds: [no.nat] }), "NatGatewayNotFound", accepted, codes],
    [() => ec2.deleteNatGateway({ NatGatewayId: no.nat }), "NatGatewayNotFound", "Error", codes],
    [() => ec2.createNatGateway({ SubnetId: no.subnet, ...free }), "InvalidSubnetID.NotFound"],
    [
      () => ec2.createNatGateway({ SubnetId: world.subnetId, AllocationId: no.address }),
      "InvalidAllocationID.NotFound",
    ],
    [
      () => ec2.createRoute({ RouteTableId: other.routeTableId, GatewayId: InternetGatewayId, ...everywhere }),
      "RouteAlreadyExists",
    ],
    [() => ec2.createRoute({ ...route, GatewayId: InternetGatewayId }), "InvalidParameterValue", accepted, networks],
    [() => ec2.createRoute({ ...route, NatGatewayId: no.nat }), "InvalidNatGatewayID.NotFound", accepted, codes],
    [() => ec2.deleteRoute({ RouteTableId: no.table, ...everywhere }), "InvalidRouteTableID.NotFound"],
    [() => ec2.deleteRoute(route), "InvalidRoute.NotFound"],
    [() => ec2.replaceRoute({ ...route, NatGatewayId }), "InvalidParameterValue"],
    [() => ec2.authorizeSecurityGroupEgress({ GroupId: other.groupId, ...https }), "InvalidPermission.Duplicate"],
    [() => ec2.authorizeSecurityGroupEgress({ GroupId: no.group, ...https }), "InvalidGroup.NotFound"],
    [
      () => ec2.authorizeSecurityGroupEgress({ GroupId, ...quoted }),
      "InvalidParameterValue",
      accepted,
      page("API_IpRange"),
    ],
    [
      () => ec2.revokeSecurityGroupEgress({ GroupId, ...rule }),
      "InvalidSecurityGroupRuleId.NotFound",
      "InvalidPermission.NotFound",
      codes,
    ],
    [() => ec2.revokeSecurityGroupEgress({ GroupId: no.group, ...rule }), "InvalidGroup.NotFound"],
    [() => scheduler.getSchedule({ Name: "none" }), "ResourceNotFoundException"],
    [() => scheduler.deleteSchedule({ Name: "none" }), "ResourceNotFoundException"],
    [() => scheduler.updateSchedule(schedule(NatGatewayId)), "ResourceNotFoundException"],
  ];
}

/** What AWS says of what it does. */
export function answers({ ec2, scheduler, other, subnetId, allocationId }: World): Answer[] {
  const { natGatewayId: NatGatewayId } = other;
  const creation = { SubnetId: subnetId, AllocationId: allocationId };
  const first = schedule(NatGatewayId);
  const made = async () => (await ec2.createNatGateway(creation)).NatGateway?.State;
  const madeTwice = async (SubnetId: string) => {
    const input = { ...creation, ClientToken: "t" };
    const both = [await ec2.createNatGateway(input), await ec2.createNatGateway({ ...input, SubnetId })];
    return new Set(both.map(({ NatGateway }) => NatGateway?.NatGatewayId)).size;
  };
  const deleted = async () => {
    await ec2.deleteNatGateway({ NatGatewayId });
    return (await ec2.describeNatGateways({ NatGatewayIds: [NatGatewayId] })).NatGateways?.[0]?.State;
  };
  const withoutTag = async () => {
    const Filter = [{ Name: "tag:Name", Values: ["nobody's"] }];
    return (await ec2.describeNatGateways({ Filter })).NatGateways?.length;
  };
  const scheduled = async (again = first) => {
    await scheduler.createSchedule(first);
    await scheduler.createSchedule(again);
    const { ScheduleExpression } = await scheduler.getSchedule({ Name: first.Name });
    return ScheduleExpression === first.ScheduleExpression;
  };
  const rescheduled = async () => {
    await scheduler.createSchedule(first);
    await scheduler.updateSchedule(schedule("nat-2", 900));
    const { Target } = await scheduler.getSchedule({ Name: first.Name });
    await scheduler.deleteSchedule({ Name: first.Name });
    return Target?.Input;
  };
  return [
    [made, "pending", "available", basics],
    [() => madeTwice(subnetId), 1, "Resource.AlreadyAssociated", page("API_CreateNatGateway")],
    [() => madeTwice(other.subnetId), "IdempotentParameterMismatch", "Resource.AlreadyAssociated", tokens],
    [deleted, "deleting", "deleted", basics],
    [withoutTag, 0, 1, page("API_DescribeNatGateways")],
    [() => scheduled(), true, "ConflictException", createSchedule],
    [() => scheduled(schedule("nat-2")), "ConflictException"],
    [rescheduled, '{"NatGatewayId":"nat-2"}'],
  ];
}
