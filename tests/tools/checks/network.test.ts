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
const egress = (inputs: Inputs) => recorded("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", "out", inputs);
const service = recorded("aws:ecs/service:Service", "app", {
  taskDefinition: "task-arn",
  networkConfiguration: { securityGroups: ["app-id"] },
});

checkTable(checkAddresses, [
  [
    "finds what is not a CIDR",
    [vpc, subnet("a", "10.0.1.0/33"), subnet("b", undefined)],
    'aws:ec2/subnet:Subnet "a": cidrBlock: "10.0.1.0/33" is not an IPv4 CIDR; write four numbers and a prefix, such as 10.0.0.0/16; allowed: an IPv4 CIDR from /16 to /28',
    'aws:ec2/subnet:Subnet "b": cidrBlock: nothing is not a CIDR; allowed: an IPv4 CIDR from /16 to /28',
  ],
  [
    "finds sizes, places and overlaps AWS refuses",
    [vpc, subnet("a", "10.0.1.0/29"), subnet("b", "10.1.0.0/24"), subnet("c", "10.0.0.0/20")],
    'aws:ec2/subnet:Subnet "a": cidrBlock: 10.0.1.0/29 has a size AWS refuses; allowed: /16 to /28',
    'aws:ec2/subnet:Subnet "b": cidrBlock: 10.1.0.0/24 lies outside of its VPC; allowed: a block within 10.0.0.0/16',
    'aws:ec2/subnet:Subnet "c": cidrBlock: 10.0.0.0/20 overlaps 10.0.1.0/29 of aws:ec2/subnet:Subnet "a"; allowed: a block no other subnet has',
  ],
  [
    "looks at security group rules too",
    [egress({ cidrIpv4: "10.0.0.1/16" }), egress({ cidrIpv4: "10.0.0.0/16" }), egress({ cidrIpv4: "0.0.0.0/0" })],
    'aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule "out": cidrIpv4: "10.0.0.1/16" is not the first address of its block; write 10.0.0.0/16; allowed: an IPv4 CIDR',
  ],
]);

checkTable(checkEndpointServices, [
  [
    "finds a misspelt service, one of the other kind, and one too many",
    [endpoint("ecr.apl"), endpoint("xray", "Gateway"), endpoint("logs"), endpoint("logs", "Interface", "more")],
    'aws:ec2/vpcEndpoint:VpcEndpoint "ecr.apl": serviceName: "com.amazonaws.eu-central-1.ecr.apl" is not among the interface endpoint services; allowed: names such as com.amazonaws.eu-central-1.ecr.api',
    'aws:ec2/vpcEndpoint:VpcEndpoint "xray": serviceName: "com.amazonaws.eu-central-1.xray" is not among the gateway endpoint services; allowed: names such as com.amazonaws.eu-central-1.s3',
    'aws:ec2/vpcEndpoint:VpcEndpoint "more": serviceName: the VPC has this endpoint already: "logs"; allowed: one endpoint for each service',
  ],
]);

const wide = (group: string) =>
  `lets everybody in; allowed: the callers' security group in ${group}, or a private block such as "10.0.0.0/16"`;
const viaEndpoints =
  "but an aws.ec2.VpcEndpoint for each service of AWS, and a TemporaryNatGateway where a deployment needs the internet";
const groupRule = (inputs: Inputs) => recorded("aws:ec2/securityGroupRule:SecurityGroupRule", "rule", inputs);
const table = (...routes: Inputs[]) => recorded("aws:ec2/routeTable:RouteTable", "t", { routes });

checkTable(checkOpenings, [
  [
    "finds ingress from everywhere, in whichever resource the rule stands",
    [
      ingress({ cidrIpv4: "0.0.0.0/0" }),
      ingress({ cidrIpv6: "::/0" }),
      recorded("aws:ec2/securityGroup:SecurityGroup", "g", {
        ingress: [
          { cidrBlocks: ["10.0.0.0/8"] },
          { cidrBlocks: ["10.0.0.0/8", "0.0.0.0/0"], ipv6CidrBlocks: ["::/0"] },
        ],
      }),
      recorded("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "d", { ingress: [{ cidrBlocks: ["0.0.0.0/0"] }] }),
      groupRule({ type: "ingress", cidrBlocks: ["0.0.0.0/0"], ipv6CidrBlocks: ["::/0"] }),
    ],
    `aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule "in": cidrIpv4: "0.0.0.0/0" ${wide("referencedSecurityGroupId")}`,
    `aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule "in": cidrIpv6: "::/0" ${wide("referencedSecurityGroupId")}`,
    `aws:ec2/securityGroup:SecurityGroup "g": ingress[1].cidrBlocks[1]: "0.0.0.0/0" ${wide("securityGroups")}`,
    `aws:ec2/securityGroup:SecurityGroup "g": ingress[1].ipv6CidrBlocks[0]: "::/0" ${wide("securityGroups")}`,
    `aws:ec2/defaultSecurityGroup:DefaultSecurityGroup "d": ingress[0].cidrBlocks[0]: "0.0.0.0/0" ${wide("securityGroups")}`,
    `aws:ec2/securityGroupRule:SecurityGroupRule "rule": cidrBlocks[0]: "0.0.0.0/0" ${wide("sourceSecurityGroupId")}`,
    `aws:ec2/securityGroupRule:SecurityGroupRule "rule": ipv6CidrBlocks[0]: "::/0" ${wide("sourceSecurityGroupId")}`,
  ],
  [
    "finds everywhere in other words: as halves, and with bits that AWS ignores",
    [ingress({ cidrIpv4: "128.0.0.0/1" }), ingress({ cidrIpv4: "10.1.2.3/0" }), ingress({ cidrIpv6: "2000::/3" })],
    `aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule "in": cidrIpv4: "128.0.0.0/1" ${wide("referencedSecurityGroupId")}`,
    `aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule "in": cidrIpv4: "10.1.2.3/0" ${wide("referencedSecurityGroupId")}`,
    `aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule "in": cidrIpv6: "2000::/3" ${wide("referencedSecurityGroupId")}`,
  ],
  [
    "accepts egress, and ingress from private networks and groups",
    [
      egress({ cidrIpv4: "0.0.0.0/0" }),
      groupRule({ type: "egress", cidrBlocks: ["0.0.0.0/0"] }),
      recorded("aws:ec2/securityGroup:SecurityGroup", "g", { egress: [{ cidrBlocks: ["0.0.0.0/0"] }] }),
      ingress({ cidrIpv4: "10.0.0.0/8" }),
      ingress({ cidrIpv6: "fc00::/7" }),
      ingress({ referencedSecurityGroupId: "client-id" }),
    ],
  ],
  [
    "finds gateways to the internet",
    [
      recorded("aws:ec2/internetGateway:InternetGateway", "igw", {}),
      recorded("aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway", "eigw", {}),
      recorded("aws:ec2/natGateway:NatGateway", "nat", { subnetId: "subnet-1" }),
      recorded("aws:ec2/natGateway:NatGateway", "between", { connectivityType: "private" }),
    ],
    `aws:ec2/internetGateway:InternetGateway "igw": type: an internet gateway leads to the internet; allowed: none, ${viaEndpoints}`,
    `aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway "eigw": type: an egress-only internet gateway leads to the internet; allowed: none, ${viaEndpoints}`,
    `aws:ec2/natGateway:NatGateway "nat": connectivityType: a public NAT gateway leads to the internet; allowed: "private"; or no NAT gateway, ${viaEndpoints}`,
  ],
  [
    "finds routes to the internet that last",
    [
      recorded("aws:ec2/route:Route", "r", { destinationCidrBlock: "0.0.0.0/0", natGatewayId: "nat-1" }),
      recorded("aws:ec2/route:Route", "r6", { destinationIpv6CidrBlock: "::/0", egressOnlyGatewayId: "eigw-1" }),
      recorded("aws:ec2/route:Route", "eni", { destinationCidrBlock: "0.0.0.0/0", networkInterfaceId: "eni-1" }),
      recorded("aws:ec2transitgateway/route:Route", "tgw", { destinationCidrBlock: "0.0.0.0/0" }),
      table({ cidrBlock: "10.1.0.0/16", transitGatewayId: "tgw-1" }, { ipv6CidrBlock: "::/0" }, { gatewayId: "igw-1" }),
      recorded("aws:ec2/defaultRouteTable:DefaultRouteTable", "d", { routes: [{ cidrBlock: "0.0.0.0/1" }] }),
    ],
    `aws:ec2/route:Route "r": destinationCidrBlock: a lasting route for "0.0.0.0/0"; allowed: no such route, ${viaEndpoints}`,
    `aws:ec2/route:Route "r6": destinationIpv6CidrBlock: a lasting route for "::/0"; allowed: no such route, ${viaEndpoints}`,
    `aws:ec2/route:Route "eni": destinationCidrBlock: a lasting route for "0.0.0.0/0"; allowed: no such route, ${viaEndpoints}`,
    `aws:ec2transitgateway/route:Route "tgw": destinationCidrBlock: a lasting route for "0.0.0.0/0"; allowed: no such route, ${viaEndpoints}`,
    `aws:ec2/routeTable:RouteTable "t": routes[1].ipv6CidrBlock: a lasting route for "::/0"; allowed: no such route, ${viaEndpoints}`,
    `aws:ec2/routeTable:RouteTable "t": routes[2].gatewayId: a lasting route to igw-1; allowed: no such route, ${viaEndpoints}`,
    `aws:ec2/defaultRouteTable:DefaultRouteTable "d": routes[0].cidrBlock: a lasting route for "0.0.0.0/1"; allowed: no such route, ${viaEndpoints}`,
  ],
  [
    "accepts routes to other networks, and those which drop what they are for",
    [
      table({ cidrBlock: "10.1.0.0/16", gatewayId: "vgw-1" }, { cidrBlock: "10.0.0.0/16", gatewayId: "local" }),
      recorded("aws:ec2/route:Route", "r", { destinationCidrBlock: "10.1.0.0/16", natGatewayId: "nat-1" }),
      recorded("aws:ec2transitgateway/route:Route", "drop", { destinationCidrBlock: "0.0.0.0/0", blackhole: true }),
    ],
  ],
]);

checkTable(checkPorts, [
  [
    "finds what is not a port, a port that is taken, and a health check where nothing listens",
    [
      taskDefinition({ healthCheck: { command: ["CMD", "curl", "http://localhost:8081/health"] } }, {}, [
        {
          name: "b",
          healthCheck: undefined,
          portMappings: [{ containerPort: 8080 }, { containerPort: 70000, protocol: "udp" }],
        },
      ]),
    ],
    'aws:ecs/taskDefinition:TaskDefinition "task": containerDefinitions.b.portMappings: app has 8080/tcp already; allowed: a free port',
    'aws:ecs/taskDefinition:TaskDefinition "task": containerDefinitions.b.portMappings: 70000 is not a port; allowed: 1 to 65535',
    'aws:ecs/taskDefinition:TaskDefinition "task": containerDefinitions.app.healthCheck.command: nothing listens on port 8081; allowed: 8080, 8080, 70000',
  ],
  [
    "finds a rule for a port nobody listens on, and no rule for one somebody does",
    [
      taskDefinition(),
      service,
      recorded("aws:ec2/securityGroup:SecurityGroup", "client", {}),
      ingress({ referencedSecurityGroupId: "client-id", fromPort: 80, toPort: 80 }),
    ],
    'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule "in": fromPort: no container of app listens on 80 to 80; allowed: 8080',
    'aws:ecs/service:Service "app": networkConfiguration.securityGroups: no rule lets anybody in on port 8080; allowed: an ingress rule',
    'aws:ec2/securityGroup:SecurityGroup "client": egress: the rule "in" lets it in on port 80, but nothing lets it out; allowed: an egress rule',
  ],
  [
    "finds that no rule lets a load client in",
    [taskDefinition(), service, recorded("aws:ec2/instance:Instance", "client", {})],
    'aws:ecs/service:Service "app": networkConfiguration.securityGroups: no rule lets anybody in on port 8080; allowed: an ingress rule',
  ],
  ["accepts a service which nobody calls where there is no load client", [taskDefinition(), service]],
]);
