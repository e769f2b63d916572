import assert from "node:assert/strict";
import { runChecks } from "../../tools/checks";
import type { Evaluation, RecordedResource } from "../../tools/evaluation/evaluation";
import { formatResourceTree } from "../../tools/preview/resourceTree";
import { descendants, madeBefore } from "../pulumi/order";
import { evaluateVariant } from "./evaluateVariant";

describe("stack dev", () => {
  let evaluation: Evaluation;
  before(async () => {
    evaluation = await evaluateVariant("dev");
  });

  const ofType = (type: string): RecordedResource[] =>
    evaluation.resources.filter((resource) => resource.type === type);
  const one = (type: string, name: string): RecordedResource => {
    const found = ofType(type).find((resource) => resource.name === name);
    assert.ok(found !== undefined, `there is no ${type} "${name}"`);
    return found;
  };
  const lease = () => one("pulumi-nodejs:dynamic/temporaryNatGateway:NatGatewayLease", "egress-lease");
  const release = () => one("pulumi-nodejs:dynamic/temporaryNatGateway:NatGatewayRelease", "egress-release");
  const service = () => one("aws:ecs/service:Service", "hello");
  const clientReady = () => one("pulumi-nodejs:dynamic/traced-fargate:LoadClientReadiness", "client-ready");
  const instance = () => one("aws:ec2/instance:Instance", "client-instance");

  it("runs to its end, and no check finds anything", async () => {
    assert.deepEqual(evaluation.errors, []);
    assert.deepEqual(await runChecks(evaluation), []);
  });

  it("has just the endpoints its containers and its client need", () => {
    const endpoints = ofType("aws:ec2/vpcEndpoint:VpcEndpoint").map(({ inputs }) => [
      inputs.serviceName,
      inputs.vpcEndpointType,
      inputs.privateDnsEnabled,
    ]);
    assert.deepEqual(endpoints.sort(), [
      ["com.amazonaws.eu-central-1.ecr.api", "Interface", true],
      ["com.amazonaws.eu-central-1.ecr.dkr", "Interface", true],
      ["com.amazonaws.eu-central-1.logs", "Interface", true],
      ["com.amazonaws.eu-central-1.s3", "Gateway", undefined],
      ["com.amazonaws.eu-central-1.ssm", "Interface", true],
      ["com.amazonaws.eu-central-1.ssmmessages", "Interface", true],
      ["com.amazonaws.eu-central-1.xray", "Interface", true],
    ]);
  });

  it("has the subnets of 10.0.0.0/16, all in the first zone", () => {
    assert.deepEqual(
      [...ofType("aws:ec2/vpc:Vpc"), ...ofType("aws:ec2/subnet:Subnet")].map(({ name, inputs }) => [
        name,
        inputs.cidrBlock,
        inputs.availabilityZone,
      ]),
      [
        ["network", "10.0.0.0/16", undefined],
        ["network-public", "10.0.1.0/24", "eu-central-1a"],
        ["network-client", "10.0.2.0/24", "eu-central-1a"],
        ["network-containers-1", "10.0.3.0/24", "eu-central-1a"],
      ],
    );
  });

  it("has no way out but the one its lease opens", () => {
    for (const type of [
      "aws:ec2/route:Route",
      "aws:ec2/internetGateway:InternetGateway",
      "aws:ec2/natGateway:NatGateway",
      "aws:ec2/eip:Eip",
    ]) {
      assert.deepEqual(ofType(type), [], type);
    }
    assert.deepEqual(
      ofType("aws:ec2/routeTable:RouteTable").map(({ inputs }) => inputs.routes),
      [undefined, undefined],
    );
  });

  it("deletes its repositories with all their images", () => {
    const repositories = evaluation.resources.filter(({ type }) => type === "aws:ecr/repository:Repository");
    assert.deepEqual(
      repositories.map(({ name, inputs }) => [name, inputs.forceDelete]),
      [
        ["hello", true],
        ["collector", true],
      ],
    );
  });

  it("lets in nobody by address", () => {
    const rules = ofType("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule");
    assert.ok(rules.length > 0);
    for (const { name, inputs } of rules) {
      assert.deepEqual(
        [inputs.cidrIpv4, inputs.cidrIpv6, inputs.prefixListId],
        [undefined, undefined, undefined],
        name,
      );
    }
  });

  it("is the tree of components that the documentation shows", () => {
    const lines = formatResourceTree(evaluation.resources, (_colour, text) => text)
      .split("\n")
      .slice(1)
      .map((line) =>
        line
          .replace(/^ \+ {3}/, "")
          .replace(/ +create$/, "")
          .replace(/(\S) {2,}/, "$1 ")
          .replace(/(Image +)[0-9a-f]{16}$/, "$1<tag>"),
      );
    assert.deepEqual(lines, tree);
  });

  describe("makes and removes things in order:", () => {
    const assertBefore = (first: RecordedResource, second: RecordedResource): void =>
      assert.ok(madeBefore(second, evaluation).has(first.urn), `${second.name} does not wait for ${first.name}`);

    it("the network, the images and the cluster before the lease", () => {
      for (const type of ["aws:ec2/vpcEndpoint:VpcEndpoint", "aws:ec2/routeTableAssociation:RouteTableAssociation"]) {
        for (const each of ofType(type)) {
          assertBefore(each, lease());
        }
      }
      assertBefore(one("awsx:ecr:Image", "hello"), lease());
      assertBefore(one("aws:ecr/pullThroughCacheRule:PullThroughCacheRule", "collector"), lease());
      assertBefore(one("aws:ecs/cluster:Cluster", "cluster"), lease());
    });

    it("the lease before the service and the client's instance", () => {
      assertBefore(lease(), service());
      assertBefore(lease(), instance());
      assertBefore(instance(), clientReady());
    });

    it("every endpoint, rule and image before the service", () => {
      const needed = [
        ...ofType("aws:ec2/vpcEndpoint:VpcEndpoint"),
        ...ofType("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"),
        ...ofType("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"),
        ...ofType("aws:iam/rolePolicy:RolePolicy").filter(({ name }) => name.startsWith("hello")),
        one("awsx:ecr:Image", "hello"),
        one("aws:ecr/repository:Repository", "collector"),
      ];
      for (const each of needed) {
        assertBefore(each, service());
      }
    });

    it("the service before the wait for its deployment, and that before the release", () => {
      const deployment = one("pulumi-nodejs:dynamic/traced-fargate:ServiceDeployment", "hello");
      assertBefore(service(), deployment);
      assertBefore(deployment, release());
    });

    it("the release after the lease, everything of the service, and the client's start", () => {
      const children = descendants(one("traced-fargate:service:TracedService", "hello"), evaluation);
      assert.ok(children.length > 3);
      for (const child of [lease(), ...children, instance()]) {
        assertBefore(child, release());
      }
    });

    it("the lease anew for what is fetched, not for the client's start-up script, which uses no NAT gateway", () => {
      const image = `${one("aws:ecr/repository:Repository", "collector").outputs.repositoryUrl}:3.6.7`;
      assert.deepEqual(lease().inputs.reopenWhen, { collectorImage: image });
      const script = instance().inputs.userData;
      assert.ok(typeof script === "string" && !JSON.stringify(lease().inputs).includes(JSON.stringify(script)));
    });

    it("the release without waiting until the client has booted, which no NAT gateway helps with", () => {
      const { egressSecurityGroupIds } = lease().inputs.network as { egressSecurityGroupIds: unknown[] };
      const groups = instance().inputs.vpcSecurityGroupIds as unknown[];
      assert.ok(groups.length > 0 && !groups.some((group) => egressSecurityGroupIds.includes(group)));
      assert.ok(!madeBefore(release(), evaluation).has(clientReady().urn));
    });
  });

  it("names the state of the NAT gateway, the cost and the commands in its outputs", () => {
    assert.deepEqual(Object.keys(evaluation.outputs).sort(), [
      "clientInstanceId",
      "forwardPort",
      "monthlyCost",
      "natGateway",
      "sendLoad",
      "serviceUrl",
      "startSession",
      "traceMap",
    ]);
    assert.equal(evaluation.outputs.clientInstanceId, instance().id);
    assert.equal(evaluation.outputs.natGateway, release().outputs.status);
    assert.equal(
      evaluation.outputs.startSession,
      `aws ssm start-session --region eu-central-1 --target ${instance().id}`,
    );
    assert.equal(
      evaluation.outputs.forwardPort,
      `${evaluation.outputs.startSession} --document-name AWS-StartPortForwardingSessionToRemoteHost ` +
        "--parameters host=hello.dev.traced-fargate.internal,portNumber=8080,localPortNumber=8080",
    );
    assert.equal(evaluation.outputs.serviceUrl, "http://hello.dev.traced-fargate.internal:8080");
    assert.equal(evaluation.outputs.sendLoad, `ab -n 100 ${evaluation.outputs.serviceUrl}/`);
  });
});

const tree = [
  "pulumi:pulumi:Stack traced-fargate-dev",
  "├─ traced-fargate:images:StackImages images",
  "│ ├─ traced-fargate:images:BuiltImage                     hello",
  "│ │  ├─ aws:ecr:Repository                                hello",
  "│ │  ├─ aws:ecr:LifecyclePolicy                           hello",
  "│ │  └─ awsx:ecr:Image                                    hello",
  "│ │     └─ docker-build:index:Image                       <tag>",
  "│ └─ traced-fargate:images:CollectorImage                 collector",
  "│ ├─ aws:ecr:PullThroughCacheRule                      collector",
  "│ └─ aws:ecr:Repository                                collector",
  "├─ traced-fargate:network:PrivateNetwork network",
  "│ ├─ pulumi-nodejs:dynamic:NetworkChangeCheck             network-change-check",
  "│ ├─ aws:ec2:Vpc                                          network",
  "│ ├─ aws:ec2:DefaultSecurityGroup                         network-default",
  "│ ├─ aws:ec2:Subnet                                       network-public",
  "│ ├─ aws:ec2:Subnet                                       network-client",
  "│ ├─ aws:ec2:Subnet                                       network-containers-1",
  "│ ├─ aws:ec2:RouteTable                                   network-public",
  "│ ├─ aws:ec2:RouteTableAssociation                        network-public",
  "│ ├─ aws:ec2:RouteTable                                   network-private",
  "│ ├─ aws:ec2:RouteTableAssociation                        network-client",
  "│ ├─ aws:ec2:RouteTableAssociation                        network-containers-1",
  "│ ├─ aws:ec2:SecurityGroup                                network-client",
  "│ ├─ aws:ec2:SecurityGroup                                network-hello",
  "│ ├─ aws:ec2:SecurityGroup                                network-container-endpoints",
  "│ ├─ aws:ec2:SecurityGroup                                network-client-endpoints",
  "│ ├─ aws:ec2:VpcEndpoint                                  network-ecr.api",
  "│ ├─ aws:ec2:VpcEndpoint                                  network-ecr.dkr",
  "│ ├─ aws:ec2:VpcEndpoint                                  network-logs",
  "│ ├─ aws:ec2:VpcEndpoint                                  network-xray",
  "│ ├─ aws:ec2:VpcEndpoint                                  network-ssm",
  "│ ├─ aws:ec2:VpcEndpoint                                  network-ssmmessages",
  "│ ├─ aws:ec2:VpcEndpoint                                  network-s3",
  "│ ├─ aws:vpc:SecurityGroupIngressRule                     network-hello-from-client",
  "│ ├─ aws:vpc:SecurityGroupEgressRule                      network-client-to-hello",
  "│ ├─ aws:vpc:SecurityGroupIngressRule                     network-container-endpoints-from-hello",
  "│ ├─ aws:vpc:SecurityGroupEgressRule                      network-hello-to-container-endpoints",
  "│ ├─ aws:vpc:SecurityGroupEgressRule                      network-hello-to-s3",
  "│ ├─ aws:vpc:SecurityGroupIngressRule                     network-client-endpoints-from-client",
  "│ ├─ aws:vpc:SecurityGroupEgressRule                      network-client-to-client-endpoints",
  "│ └─ aws:vpc:SecurityGroupEgressRule                      network-client-to-s3",
  "├─ traced-fargate:service:ServiceCluster cluster",
  "│ ├─ aws:ecs:Cluster                                      cluster",
  "│ └─ aws:servicediscovery:PrivateDnsNamespace             cluster",
  "├─ traced-fargate:temporaryNatGateway:TemporaryNatGateway egress",
  "│ ├─ aws:iam:Role                                         egress-dead-man-switch",
  "│ ├─ aws:iam:RolePolicy                                   egress-dead-man-switch",
  "│ ├─ pulumi-nodejs:dynamic:NatGatewayLeaseSafeguard       egress-safeguard",
  "│ ├─ pulumi-nodejs:dynamic:NatGatewayLease                egress-lease",
  "│ └─ pulumi-nodejs:dynamic:NatGatewayRelease              egress-release",
  "├─ traced-fargate:service:TracedService hello",
  "│ ├─ aws:cloudwatch:LogGroup                              hello",
  "│ ├─ aws:iam:Role                                         hello-execution",
  "│ ├─ aws:iam:RolePolicy                                   hello-execution",
  "│ ├─ aws:iam:Role                                         hello-task",
  "│ ├─ aws:iam:RolePolicy                                   hello-task",
  "│ ├─ aws:ecs:TaskDefinition                               hello",
  "│ ├─ aws:servicediscovery:Service                         hello",
  "│ ├─ aws:ecs:Service                                      hello",
  "│ └─ pulumi-nodejs:dynamic:ServiceDeployment              hello",
  "├─ traced-fargate:client:LoadClient client",
  "│ ├─ aws:iam:Role                                         client-role",
  "│ ├─ aws:iam:RolePolicy                                   client-policy",
  "│ ├─ aws:iam:InstanceProfile                              client-profile",
  "│ ├─ aws:ec2:Instance                                     client-instance",
  "│ └─ pulumi-nodejs:dynamic:LoadClientReadiness            client-ready",
  "└─ traced-fargate:tracing:TraceRules tracing",
  "   ├─ aws:xray:SamplingRule tracing-hello-health",
  "   └─ aws:xray:Group tracing",
];
