import { providerCodeMarker } from "../../../tools/evaluation/providerCode";
import { accountId } from "./networkExample";

export const vpcId = "Vpc network";

export const subnet = (cidrBlock: string, zone: "a" | "b" | "c") => ({
  vpcId,
  cidrBlock,
  availabilityZone: `eu-central-1${zone}`,
  mapPublicIpOnLaunch: false,
});
export const association = (table: string, member: string) => ({
  routeTableId: `RouteTable network-${table}`,
  subnetId: `Subnet network-${member}`,
});
export const tcp = (port: number) => ({ ipProtocol: "tcp", fromPort: port, toPort: port });
export const group = (name: string) => `SecurityGroup network-${name}`;
export const ofAccount = { StringEquals: { "aws:PrincipalAccount": accountId } };
const policy = (...Statement: object[]) => ({ Version: "2012-10-17", Statement });
/** An interface endpoint with network interfaces in these subnets, under these security groups. */
export const interfaceEndpoint = (
  service: string,
  { subnets, groups }: { readonly subnets: string[]; readonly groups: string[] },
  ...statements: object[]
) => ({
  vpcId,
  serviceName: `com.amazonaws.eu-central-1.${service}`,
  vpcEndpointType: "Interface",
  privateDnsEnabled: true,
  subnetIds: subnets.map((name) => `Subnet network-${name}`),
  securityGroupIds: groups.map(group),
  policy: policy(...statements),
});
export const gatewayEndpoint = (service: string, ...statements: object[]) => ({
  vpcId,
  serviceName: `com.amazonaws.eu-central-1.${service}`,
  vpcEndpointType: "Gateway",
  routeTableIds: ["RouteTable network-private"],
  policy: policy(...statements),
});

export const everybody = { Effect: "Allow", Principal: "*" };
const repository = "arn:aws:ecr:eu-central-1:111111111111:repository/hello";
/** The statements of the endpoints the example needs. */
export const statements = {
  logIn: {
    Sid: "LogInToRegistry",
    ...everybody,
    Action: ["ecr:GetAuthorizationToken"],
    Resource: ["*"],
    Condition: ofAccount,
  },
  pull: {
    Sid: "PullImages",
    ...everybody,
    Action: ["ecr:BatchGetImage"],
    Resource: [repository],
    Condition: ofAccount,
  },
  writeLogs: {
    Sid: "WriteLogs",
    ...everybody,
    Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
    Resource: ["arn:aws:logs:eu-central-1:111111111111:log-group:/traced-fargate/dev/hello:*"],
    Condition: ofAccount,
  },
  sendTraces: {
    Sid: "SendTraces",
    ...everybody,
    Action: ["xray:PutTraceSegments"],
    Resource: ["*"],
    Condition: ofAccount,
  },
  register: {
    Sid: "Register",
    ...everybody,
    Action: ["ssm:UpdateInstanceInformation"],
    Resource: ["*"],
    Condition: ofAccount,
  },
  openChannels: {
    Sid: "OpenChannels",
    ...everybody,
    Action: ["ssmmessages:OpenControlChannel"],
    Resource: ["*"],
    Condition: ofAccount,
  },
  readLayers: {
    Sid: "ReadImageLayers",
    ...everybody,
    Action: ["s3:GetObject"],
    Resource: ["arn:aws:s3:::prod-eu-central-1-starport-layer-bucket/*"],
  },
  installPackages: {
    Sid: "InstallPackages",
    ...everybody,
    Action: ["s3:GetObject"],
    Resource: ["arn:aws:s3:::al2023-repos-eu-central-1-de612dc2/*"],
  },
};

/** What any network has, whatever its zones and services. */
export const always = {
  "Vpc network": { cidrBlock: "10.0.0.0/16", enableDnsSupport: true, enableDnsHostnames: true },
  "DefaultSecurityGroup network-default": { vpcId, ingress: [], egress: [] },
  "Subnet network-public": subnet("10.0.1.0/24", "a"),
  "Subnet network-client": subnet("10.0.2.0/24", "a"),
  "RouteTable network-public": { vpcId },
  "RouteTable network-private": { vpcId },
  "RouteTableAssociation network-public": association("public", "public"),
  "RouteTableAssociation network-client": association("private", "client"),
  "SecurityGroup network-client": { vpcId, description: "Load client" },
  "SecurityGroup network-container-endpoints": { vpcId, description: "Endpoints the containers use" },
  "SecurityGroup network-client-endpoints": { vpcId, description: "Endpoints the load client uses" },
  "SecurityGroupIngressRule network-client-endpoints-from-client": {
    securityGroupId: group("client-endpoints"),
    referencedSecurityGroupId: group("client"),
    description: "AWS API calls from client",
    ...tcp(443),
  },
  "SecurityGroupEgressRule network-client-to-client-endpoints": {
    securityGroupId: group("client"),
    referencedSecurityGroupId: group("client-endpoints"),
    description: "AWS API calls to the interface endpoints",
    ...tcp(443),
  },
  "SecurityGroupEgressRule network-client-to-s3": {
    securityGroupId: group("client"),
    prefixListId: "prefix list of VpcEndpoint network-s3",
    description: "HTTPS to s3 through its gateway endpoint",
    ...tcp(443),
  },
};

/** The check of changes, told of these container subnets. */
export const changeCheck = (...containers: string[]) => ({
  "NetworkChangeCheck network-change-check": {
    __provider: providerCodeMarker,
    region: "eu-central-1",
    vpcCidr: "10.0.0.0/16",
    subnets: {
      public: "10.0.1.0/24",
      client: "10.0.2.0/24",
      ...Object.fromEntries(containers.map((cidr, index) => [`containers-${index + 1}`, cidr])),
    },
  },
});

/** The group of a service and what it may reach of AWS. */
export const serviceGroup = (service: string) => ({
  [`SecurityGroup network-${service}`]: { vpcId, description: `Containers of ${service}` },
  [`SecurityGroupIngressRule network-container-endpoints-from-${service}`]: {
    securityGroupId: group("container-endpoints"),
    referencedSecurityGroupId: group(service),
    description: `AWS API calls from ${service}`,
    ...tcp(443),
  },
  [`SecurityGroupEgressRule network-${service}-to-container-endpoints`]: {
    securityGroupId: group(service),
    referencedSecurityGroupId: group("container-endpoints"),
    description: "AWS API calls to the interface endpoints",
    ...tcp(443),
  },
  [`SecurityGroupEgressRule network-${service}-to-s3`]: {
    securityGroupId: group(service),
    prefixListId: "prefix list of VpcEndpoint network-s3",
    description: "HTTPS to s3 through its gateway endpoint",
    ...tcp(443),
  },
});

/** The two rules by which one may call another. */
export const call = (caller: string, service: string, port: number) => ({
  [`SecurityGroupIngressRule network-${service}-from-${caller}`]: {
    securityGroupId: group(service),
    referencedSecurityGroupId: group(caller),
    description: `Requests from ${caller}`,
    ...tcp(port),
  },
  [`SecurityGroupEgressRule network-${caller}-to-${service}`]: {
    securityGroupId: group(caller),
    referencedSecurityGroupId: group(service),
    description: `Requests to ${service}`,
    ...tcp(port),
  },
});
