import { checkAddresses } from "../../../tools/checks/addresses";
import { checkEndpointServices } from "../../../tools/checks/endpointServices";
import { checkOpenings } from "../../../tools/checks/openings";
import { checkPorts } from "../../../tools/checks/ports";
import type { RecordedResource } from "../../../tools/evaluation/evaluation";
import { checkTable, recorded, taskDefinition } from "./recorded";

type Inputs = Record<string, unknown>;

const vpc = recorded("aws:ec2/vpc:Vpc", "net", { cidrBlock: "10.0.0.0/16" });
const subnet = (name: string, cidrBlock: unknown): RecordedResource =>
  recorded("aws:ec2/subnet:Subnet", name, { vpcId: "net-id", cidrBlock });
const endpoint = (service: string, vpcEndpointType = "Interface", name = service) =>
  recorded("aws:ec2/vpcEndpoint:VpcEndpoint", name, {
    vpcId: "net-id",
    vpcEndpointType,
    serviceName: `com.amazonaws.eu-central-1.${service}`,
  });
const ingress = (inputs: Inputs) =>
  recorded("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "in", { securityGroupId: "app-id", ...inputs });
const egress = (inputs: Inputs) =>
  recorded("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", "out", {
    securityGroupId: "client-id",
    ...inputs,
  });
const group = (name: string) => recorded("aws:ec2/securityGroup:SecurityGroup", name, {});
const service = recorded("aws:ecs/service:Service", "app", {
  taskDefinition: "task-arn",
  networkConfiguration: { securityGroups: ["app-id"] },
});
const fromClient = { referencedSecurityGroupId: "client-id", fromPort: 8080, toPort: 8080 };
const toApp = { referencedSecurityGroupId: "app-id", fromPort: 8080, toPort: 8080 };

checkTable([
  {
    check: checkAddresses,
    name: "accepts subnets beside each other",
    resources: [vpc, subnet("a", "10.0.1.0/24"), subnet("b", "10.0.2.0/24")],
    findings: [],
  },
  {
    check: checkAddresses,
    name: "finds what is not a CIDR",
    resources: [vpc, subnet("a", "10.0.1.0/33"), subnet("b", undefined)],
    findings: [
      'aws:ec2/subnet:Subnet "a": cidrBlock: "10.0.1.0/33" is not an IPv4 CIDR; write four numbers and a prefix, such as 10.0.0.0/16; allowed: an IPv4 CIDR from /16 to /28',
      'aws:ec2/subnet:Subnet "b": cidrBlock: nothing is not a CIDR; allowed: an IPv4 CIDR from /16 to /28',
    ],
  },
  {
    check: checkAddresses,
    name: "finds sizes, places and overlaps AWS refuses",
    resources: [vpc, subnet("a", "10.0.1.0/29"), subnet("b", "10.1.0.0/24"), subnet("c", "10.0.0.0/20")],
    findings: [
      'aws:ec2/subnet:Subnet "a": cidrBlock: 10.0.1.0/29 has a size AWS refuses; allowed: /16 to /28',
      'aws:ec2/subnet:Subnet "b": cidrBlock: 10.1.0.0/24 lies outside of its VPC; allowed: a block within 10.0.0.0/16',
      'aws:ec2/subnet:Subnet "c": cidrBlock: 10.0.0.0/20 overlaps 10.0.1.0/29 of aws:ec2/subnet:Subnet "a"; allowed: a block no other subnet has',
    ],
  },
  {
    check: checkAddresses,
    name: "looks at security group rules too",
    resources: [
      egress({ cidrIpv4: "10.0.0.1/16" }),
      egress({ cidrIpv4: "10.0.0.0/16" }),
      egress({ cidrIpv4: "0.0.0.0/0" }),
    ],
    findings: [
      'aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule "out": cidrIpv4: "10.0.0.1/16" is not the first address of its block; write 10.0.0.0/16; allowed: an IPv4 CIDR',
    ],
  },
  {
    check: checkEndpointServices,
    name: "accepts services of either kind",
    resources: [endpoint("ecr.api"), endpoint("xray"), endpoint("s3", "Gateway")],
    findings: [],
  },
  {
    check: checkEndpointServices,
    name: "finds a misspelt service, one of the other kind, and one too many",
    resources: [
      endpoint("ecr.apl"),
      endpoint("xray", "Gateway"),
      endpoint("logs"),
      endpoint("logs", "Interface", "more"),
    ],
    findings: [
      'aws:ec2/vpcEndpoint:VpcEndpoint "ecr.apl": serviceName: "com.amazonaws.eu-central-1.ecr.apl" is not among the interface endpoint services; allowed: names such as com.amazonaws.eu-central-1.ecr.api',
      'aws:ec2/vpcEndpoint:VpcEndpoint "xray": serviceName: "com.amazonaws.eu-central-1.xray" is not among the gateway endpoint services; allowed: names such as com.amazonaws.eu-central-1.s3',
      'aws:ec2/vpcEndpoint:VpcEndpoint "more": serviceName: the VPC has this endpoint already: "logs"; allowed: one endpoint for each service',
    ],
  },
  {
    check: checkOpenings,
    name: "accepts rules between groups, and egress to everywhere",
    resources: [ingress(fromClient), egress({ cidrIpv4: "0.0.0.0/0" })],
    findings: [],
  },
  {
    check: checkOpenings,
    name: "finds ingress from everywhere, and routes to the internet that last",
    resources: [
      ingress({ cidrIpv4: "0.0.0.0/0" }),
      ingress({ cidrIpv6: "::/0" }),
      recorded("aws:ec2/securityGroup:SecurityGroup", "g", { ingress: [{ cidrBlocks: ["10.0.0.0/8", "0.0.0.0/0"] }] }),
      recorded("aws:ec2/route:Route", "r", { destinationCidrBlock: "0.0.0.0/0", natGatewayId: "nat-1" }),
      recorded("aws:ec2/routeTable:RouteTable", "t", { routes: [{ gatewayId: "igw-1" }] }),
    ],
    findings: [
      'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule "in": ingress: "0.0.0.0/0" lets everybody in; allowed: a security group or a private block',
      'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule "in": ingress: "::/0" lets everybody in; allowed: a security group or a private block',
      'aws:ec2/securityGroup:SecurityGroup "g": ingress: "0.0.0.0/0" lets everybody in; allowed: a security group or a private block',
      'aws:ec2/route:Route "r": routes: a lasting route to nat-1; allowed: no route; TemporaryNatGateway opens one for a while',
      'aws:ec2/routeTable:RouteTable "t": routes: a lasting route to igw-1; allowed: no route; TemporaryNatGateway opens one for a while',
    ],
  },
  {
    check: checkPorts,
    name: "accepts a port which the client may reach",
    resources: [taskDefinition(), service, group("client"), group("app"), ingress(fromClient), egress(toApp)],
    findings: [],
  },
  {
    check: checkPorts,
    name: "finds what is not a port, a port that is taken, and a health check where nothing listens",
    resources: [
      taskDefinition({ healthCheck: { command: ["CMD", "curl", "http://localhost:8081/health"] } }, {}, [
        {
          name: "b",
          healthCheck: undefined,
          portMappings: [{ containerPort: 8080 }, { containerPort: 70000, protocol: "udp" }],
        },
      ]),
    ],
    findings: [
      'aws:ecs/taskDefinition:TaskDefinition "task": containerDefinitions.b.portMappings: app has 8080/tcp already; allowed: a free port',
      'aws:ecs/taskDefinition:TaskDefinition "task": containerDefinitions.b.portMappings: 70000 is not a port; allowed: 1 to 65535',
      'aws:ecs/taskDefinition:TaskDefinition "task": containerDefinitions.app.healthCheck.command: nothing listens on port 8081; allowed: 8080, 8080, 70000',
    ],
  },
  {
    check: checkPorts,
    name: "finds a rule for a port nobody listens on, and no rule for one somebody does",
    resources: [taskDefinition(), service, group("client"), ingress({ ...fromClient, fromPort: 80, toPort: 80 })],
    findings: [
      'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule "in": fromPort: no container of app listens on 80 to 80; allowed: 8080',
      'aws:ecs/service:Service "app": networkConfiguration.securityGroups: no rule lets anybody in on port 8080; allowed: an ingress rule',
      'aws:ec2/securityGroup:SecurityGroup "client": egress: the rule "in" lets it in on port 80, but nothing lets it out; allowed: an egress rule',
    ],
  },
  {
    check: checkPorts,
    name: "finds that no rule lets a load client in",
    resources: [taskDefinition(), service, recorded("aws:ec2/instance:Instance", "client", {})],
    findings: [
      'aws:ecs/service:Service "app": networkConfiguration.securityGroups: no rule lets anybody in on port 8080; allowed: an ingress rule',
    ],
  },
  {
    check: checkPorts,
    name: "accepts a service which nobody calls where there is no load client",
    resources: [taskDefinition(), service],
    findings: [],
  },
]);
