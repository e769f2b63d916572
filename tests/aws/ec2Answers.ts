import type { EC2 } from "@aws-sdk/client-ec2";

/** What the calls below are about: objects of a network, and others of a second one, which has a NAT gateway. */
export interface Ec2World {
  readonly vpcId: string;
  readonly subnetId: string;
  /** Has no default route. */
  readonly routeTableId: string;
  /** Lets nothing out to everywhere. */
  readonly groupId: string;
  /** Attached to no network. */
  readonly spareGatewayId: string;
  /** An address which nothing uses. */
  readonly spareAllocationId: string;
  readonly other: {
    readonly vpcId: string;
    readonly subnetId: string;
    /** Its default route leads to the NAT gateway. */
    readonly routeTableId: string;
    /** Lets out tcp/443 to everywhere, by the rule. */
    readonly groupId: string;
    readonly ruleId: string;
    readonly internetGatewayId: string;
    readonly natGatewayId: string;
    readonly allocationId: string;
  };
}

/** A call, or a few, and what AWS answers. */
export interface Ec2Answer {
  readonly call: (ec2: EC2, world: Ec2World) => Promise<unknown>;
  /** What the answer says, or the name of the error. */
  readonly aws: unknown;
  /** What moto answers instead, and where AWS's behaviour is documented. */
  readonly moto?: readonly [answer: unknown, see: string];
}

const api = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference";
const everywhere = { DestinationCidrBlock: "0.0.0.0/0" };

const natGatewayState = async (ec2: EC2, id = "") =>
  (await ec2.describeNatGateways({ NatGatewayIds: [id] })).NatGateways?.[0]?.State;
const basics = "https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html";

/** What AWS says of what there is and of what it does. */
export const answers: readonly Ec2Answer[] = [
  {
    call: async (ec2, { other }) => {
      const Filters = [{ Name: "attachment.vpc-id", Values: [other.vpcId] }];
      return (await ec2.describeInternetGateways({ Filters })).InternetGateways?.map(({ Attachments }) =>
        Attachments?.map(({ State }) => State),
      );
    },
    aws: [["available"]],
  },
  { call: (ec2, { other }) => natGatewayState(ec2, other.natGatewayId), aws: "available" },
  {
    call: async (ec2) => {
      const Filter = [{ Name: "tag:Name", Values: ["nobody's"] }];
      return (await ec2.describeNatGateways({ Filter })).NatGateways?.length;
    },
    aws: 0,
    moto: [1, `${api}/API_DescribeNatGateways.html`],
  },
  {
    call: async (ec2, { other }) => {
      const Filters = [{ Name: "route-table-id", Values: [other.routeTableId] }];
      const [table] = (await ec2.describeRouteTables({ Filters })).RouteTables ?? [];
      const route = table?.Routes?.find(({ DestinationCidrBlock }) => DestinationCidrBlock === "0.0.0.0/0");
      return [route?.NatGatewayId === other.natGatewayId, route?.GatewayId, route?.State];
    },
    aws: [true, undefined, "active"],
  },
  {
    call: async (ec2, { other, spareAllocationId }) => {
      const Filters = [{ Name: "allocation-id", Values: [other.allocationId, spareAllocationId] }];
      const { Addresses = [] } = await ec2.describeAddresses({ Filters });
      return Addresses.filter(({ AssociationId }) => AssociationId).map(
        ({ AllocationId }) => AllocationId === other.allocationId,
      );
    },
    aws: [true],
  },
  {
    call: async (ec2, { other }) => {
      const Filters = [{ Name: "security-group-rule-id", Values: [other.ruleId] }];
      const { SecurityGroupRules = [] } = await ec2.describeSecurityGroupRules({ Filters });
      return SecurityGroupRules.map((rule) => [
        rule.IsEgress,
        rule.IpProtocol,
        rule.FromPort,
        rule.ToPort,
        rule.CidrIpv4,
      ]);
    },
    aws: [[true, "tcp", 443, 443, "0.0.0.0/0"]],
  },
  {
    call: async (ec2, { vpcId, spareGatewayId, routeTableId }) => {
      await ec2.attachInternetGateway({ InternetGatewayId: spareGatewayId, VpcId: vpcId });
      await ec2.createRoute({ RouteTableId: routeTableId, GatewayId: spareGatewayId, ...everywhere });
      await ec2.deleteRoute({ RouteTableId: routeTableId, ...everywhere });
      await ec2.detachInternetGateway({ InternetGatewayId: spareGatewayId, VpcId: vpcId });
      await ec2.deleteInternetGateway({ InternetGatewayId: spareGatewayId });
      return "made and deleted";
    },
    aws: "made and deleted",
  },
  {
    call: async (ec2, { subnetId, spareAllocationId }) => {
      const made = await ec2.createNatGateway({ SubnetId: subnetId, AllocationId: spareAllocationId });
      return made.NatGateway?.State;
    },
    aws: "pending",
    moto: ["available", basics],
  },
  {
    call: async (ec2, { subnetId, spareAllocationId }) => {
      const input = { SubnetId: subnetId, AllocationId: spareAllocationId, ClientToken: "t" };
      const made = [await ec2.createNatGateway(input), await ec2.createNatGateway(input)];
      return new Set(made.map(({ NatGateway }) => NatGateway?.NatGatewayId)).size;
    },
    aws: 1,
    moto: ["Resource.AlreadyAssociated", `${api}/API_CreateNatGateway.html`],
  },
  {
    call: async (ec2, { subnetId, spareAllocationId, other }) => {
      const input = { AllocationId: spareAllocationId, ClientToken: "t" };
      await ec2.createNatGateway({ ...input, SubnetId: subnetId });
      await ec2.createNatGateway({ ...input, SubnetId: other.subnetId });
    },
    aws: "IdempotentParameterMismatch",
    moto: ["Resource.AlreadyAssociated", "https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html"],
  },
  {
    call: async (ec2, { other }) => {
      await ec2.deleteNatGateway({ NatGatewayId: other.natGatewayId });
      return natGatewayState(ec2, other.natGatewayId);
    },
    aws: "deleting",
    moto: ["deleted", basics],
  },
];
