import { checkEndpointPolicies } from "../../../tools/checks/endpointPolicies";
import { checkInternetAccess } from "../../../tools/checks/internetAccess";
import type { RecordedResource } from "../../../tools/evaluation/evaluation";
import { checkTable, recorded } from "./recorded";

type Inputs = Record<string, unknown>;

const subnet = (name: string, cidrBlock: string, table: string) => [
  recorded("aws:ec2/subnet:Subnet", name, { vpcId: "net-id", cidrBlock }),
  recorded("aws:ec2/routeTableAssociation:RouteTableAssociation", name, {
    subnetId: `${name}-id`,
    routeTableId: table,
  }),
];
const instance = (name: string, inputs: Inputs = {}) =>
  recorded("aws:ec2/instance:Instance", name, {
    subnetId: "private-id",
    vpcSecurityGroupIds: [`${name}-group`],
    instanceType: "t4g.nano",
    ...inputs,
  });
const egress = (name: string, group: string, peer: Inputs, port = 443) =>
  recorded("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", name, {
    ...{ securityGroupId: group, ipProtocol: "tcp", fromPort: port, toPort: port },
    ...peer,
  });
const lease = recorded("pulumi-nodejs:dynamic/temporaryNatGateway:NatGatewayLease", "lease", {
  network: {
    publicSubnetId: "public-id",
    publicRouteTableId: "outer",
    privateRouteTableIds: ["inner"],
    egressSecurityGroupIds: ["app-group"],
  },
});
const route = (table: string, to: Inputs) =>
  recorded("aws:ec2/route:Route", `${table}-default`, {
    routeTableId: table,
    destinationCidrBlock: "0.0.0.0/0",
    ...to,
  });
const network: readonly RecordedResource[] = [
  recorded("aws:ec2/vpc:Vpc", "net", { cidrBlock: "10.0.0.0/16" }),
  ...subnet("public", "10.0.0.0/24", "outer"),
  ...subnet("private", "10.0.1.0/24", "inner"),
  instance("app"),
];
const everywhere = { cidrIpv4: "0.0.0.0/0" };
const rule = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";
const instead = "allowed: a security group, a prefix list or private addresses, or no route";

checkTable(checkInternetAccess, [
  ["accepts the temporary NAT gateway and its own rule", [...network, lease]],
  ["accepts an open rule that no route follows", [...network, egress("open", "app-group", everywhere)]],
  [
    "finds an open rule that others leave by while the temporary NAT gateway is there",
    [...network, lease, instance("other"), egress("open", "other-group", everywhere)],
    `${rule} "open": egress: lets load client reach the internet on 443, by the default route to the temporary NAT gateway, while the temporary NAT gateway is there; ${instead}`,
  ],
  [
    "finds a route that stays with a rule that stays, once, and both halves of the internet",
    [
      ...network,
      lease,
      route("inner", { natGatewayId: "nat-1" }),
      egress("low", "app-group", { cidrIpv4: "0.0.0.0/1" }, 80),
      egress("high", "app-group", { cidrIpv4: "128.0.0.0/1" }, 80),
    ],
    `${rule} "low": egress: lets load client reach 0.0.0.0/1 on the internet on 80, by the route 0.0.0.0/0 to nat-1 of "inner-default", when pulumi up has returned; ${instead}`,
    `${rule} "high": egress: lets load client reach 128.0.0.0/1 on the internet on 80, by the route 0.0.0.0/0 to nat-1 of "inner-default", when pulumi up has returned; ${instead}`,
  ],
  [
    "accepts a route to an internet gateway for who has no public address, and a route to private addresses",
    [
      ...network,
      route("inner", { gatewayId: "igw-1" }),
      egress("open", "app-group", everywhere),
      egress("proxy", "app-group", { cidrIpv4: "10.1.0.0/28" }, 3128),
      route("inner", { destinationCidrBlock: "10.1.0.0/28", transitGatewayId: "tgw-1" }),
    ],
  ],
  [
    "finds a public address that the internet reaches",
    [
      ...network,
      instance("host", { subnetId: "public-id", associatePublicIpAddress: true }),
      route("outer", { gatewayId: "igw-1" }),
      recorded("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "door", {
        ...{ securityGroupId: "host-group", ipProtocol: "tcp", fromPort: 22, toPort: 22, cidrIpv4: "8.8.8.0/24" },
      }),
    ],
    `aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule "door": ingress: lets 8.8.8.0/24 on the internet reach load client on 22, by the route 0.0.0.0/0 to igw-1 of "outer-default", when pulumi up has returned; ${instead}`,
  ],
]);

const endpoint = (service: string, statement: Inputs | undefined) =>
  recorded("aws:ec2/vpcEndpoint:VpcEndpoint", service, {
    serviceName: `com.amazonaws.eu-central-1.${service}`,
    ...(statement && { policy: JSON.stringify({ Statement: [{ Sid: "It", Effect: "Allow", ...statement }] }) }),
  });
const call = { Principal: "*", Action: ["xray:PutTraceSegments"], Resource: ["*"] };
const when = (operator: string, key: string, value: unknown) => ({
  ...call,
  Condition: { [operator]: { [key]: value } },
});
const principal =
  'aws:ec2/vpcEndpoint:VpcEndpoint "xray": policy.It.Principal: lets principals of every account through, so data can leave to any of them; allowed: a condition on aws:PrincipalAccount, or roles by their ARN';
const buckets =
  'aws:ec2/vpcEndpoint:VpcEndpoint "s3": policy.It.Resource: lets everybody reach every bucket; allowed: ARNs of the buckets in use';

checkTable(checkEndpointPolicies, [
  [
    "accepts principals that are named, by condition or by themselves, and named buckets of S3",
    [
      endpoint("xray", when("StringEquals", "aws:PrincipalAccount", "123456789012")),
      endpoint("xray", when("StringEquals", "aws:PrincipalOrgID", ["o-1234567890"])),
      endpoint("xray", when("ArnLike", "aws:PrincipalArn", "arn:aws:iam::123456789012:role/*")),
      endpoint("xray", { ...call, Principal: { AWS: "arn:aws:iam::123456789012:role/app" } }),
      endpoint("s3", { ...call, Resource: "arn:aws:s3:::prod-layers/*" }),
    ],
  ],
  ...(
    [
      ["no condition", call],
      ["everybody as AWS principals", { ...call, Principal: { AWS: ["*"] } }],
      ["a condition that says nothing", when("StringLike", "aws:PrincipalAccount", "*")],
      ["a condition that holds when the key is missing", when("StringEqualsIfExists", "aws:PrincipalAccount", "1")],
      ["a condition on who is left out", when("StringNotEquals", "aws:PrincipalAccount", "123456789012")],
      ["a condition on something else", when("StringEquals", "aws:SourceVpc", "vpc-1")],
    ] as const
  ).map(([name, statement]) => [`finds ${name}`, [endpoint("xray", statement)], principal] as const),
  [
    "finds an endpoint without a policy",
    [endpoint("logs", undefined)],
    `aws:ec2/vpcEndpoint:VpcEndpoint "logs": policy: is AWS's own, which lets everybody do everything through the endpoint; allowed: statements of actions, resources and principals`,
  ],
  ["finds S3 with every bucket", [endpoint("s3", { ...call, Resource: "arn:aws:s3:::*" })], buckets],
]);
