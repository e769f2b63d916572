import assert from "node:assert/strict";
import { mock } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import type * as resourceProto from "@pulumi/pulumi/proto/resource_pb";
import type { EndpointNeed } from "../../../components/network/endpoints";
import { PrivateNetwork, type PrivateNetworkArgs } from "../../../components/network/privateNetwork";
import { planSubnets } from "../../../components/network/subnets";
import { RecordingMonitor } from "../../../tools/evaluation/recordingMonitor";
import { type ComponentEvaluation, evaluateComponent } from "../../pulumi/evaluateComponent";
import {
  always,
  association,
  call,
  changeCheck,
  everybody,
  gatewayEndpoint,
  group,
  interfaceEndpoint,
  ofAccount,
  serviceGroup,
  statements,
  subnet,
  tcp,
  vpcId,
} from "./expectedNetwork";
import { describeNetwork, devArgs, devNeeds, evaluateNetwork, label, withLabels } from "./networkExample";

describe("PrivateNetwork", () => {
  describe("in one zone, as in dev", () => {
    let dev: ComponentEvaluation;
    before(async () => {
      dev = await evaluateNetwork(devArgs);
    });

    it("is just this", () => {
      const inContainers = { subnets: ["containers-1"], groups: ["container-endpoints"] };
      const inClient = { subnets: ["client"], groups: ["client-endpoints"] };
      assert.deepEqual(describeNetwork(dev), {
        ...always,
        ...changeCheck("10.0.3.0/24"),
        "Subnet network-containers-1": subnet("10.0.3.0/24", "a"),
        "RouteTableAssociation network-containers-1": association("private", "containers-1"),
        "VpcEndpoint network-ecr.api": interfaceEndpoint("ecr.api", inContainers, statements.logIn, statements.pull),
        "VpcEndpoint network-ecr.dkr": interfaceEndpoint("ecr.dkr", inContainers, statements.pull),
        "VpcEndpoint network-logs": interfaceEndpoint("logs", inContainers, statements.writeLogs),
        "VpcEndpoint network-xray": interfaceEndpoint("xray", inContainers, statements.sendTraces),
        "VpcEndpoint network-ssm": interfaceEndpoint("ssm", inClient, statements.register),
        "VpcEndpoint network-ssmmessages": interfaceEndpoint("ssmmessages", inClient, statements.openChannels),
        "VpcEndpoint network-s3": gatewayEndpoint("s3", statements.readLayers, statements.installPackages),
        ...serviceGroup("hello"),
        ...call("client", "hello", 8080),
      });
    });

    it("hands on what others attach themselves to", () => {
      const expected = {
        vpcId,
        publicSubnetId: "Subnet network-public",
        client: { subnetId: "Subnet network-client", securityGroupId: group("client") },
        containerSubnetIds: ["Subnet network-containers-1"],
        publicRouteTableId: "RouteTable network-public",
        privateRouteTableIds: ["RouteTable network-private"],
        serviceSecurityGroupIds: { hello: group("hello") },
        egressSecurityGroupIds: [group("hello")],
        s3PrefixListId: "prefix list of VpcEndpoint network-s3",
        interfaceEndpointCount: 6,
      };
      assert.deepEqual(withLabels(dev, dev.outputs), expected);
      const component = dev.one("traced-fargate:network:PrivateNetwork", "network");
      assert.deepEqual(withLabels(dev, component.outputs), expected);
    });

    it("is one component: everything is its child", () => {
      const component = dev.one("traced-fargate:network:PrivateNetwork", "network");
      const strangers = dev.resources.filter(({ urn, parent }) => urn !== component.urn && parent !== component.urn);
      assert.deepEqual(strangers.map(label), []);
    });

    it("leaves subnets where they are when a zone is missing in AWS's list for a while, and sets no other option", () => {
      const withOptions = dev.resources.filter(({ options }) => Object.keys(options).length > 0);
      assert.deepEqual(
        withOptions.map((resource) => [label(resource), resource.options]),
        ["public", "client", "containers-1"].map((name) => [
          `Subnet network-${name}`,
          { ignoreChanges: ["availabilityZone"] },
        ]),
      );
    });
  });

  describe("in three zones, with two services which call each other", () => {
    const dynamodb = (...actions: string[]): EndpointNeed => ({
      endpoint: "dynamodb",
      statements: [{ Sid: "WriteItems", Effect: "Allow", Action: actions, Resource: ["arn:aws:dynamodb:::table/t"] }],
    });
    const logs: EndpointNeed = {
      endpoint: "logs",
      statements: [{ Sid: "WriteLogs", Effect: "Allow", Action: ["logs:PutLogEvents"], Resource: ["session-logs"] }],
    };
    const args: PrivateNetworkArgs = {
      ...devArgs,
      subnets: planSubnets({ vpcCidr: "10.0.0.0/16", zones: 3 }),
      availabilityZones: 3,
      services: { bff: { port: 8080, callers: ["client"] }, date: { port: 8081, callers: ["bff"], fetches: true } },
      endpoints: {
        containers: [...devNeeds.containers, dynamodb("dynamodb:PutItem")],
        client: [...devNeeds.client, logs],
      },
    };
    let chain: ComponentEvaluation;
    before(async () => {
      chain = await evaluateNetwork(args);
    });

    it("is just this", () => {
      const subnets = ["containers-1", "containers-2", "containers-3"];
      const inContainers = { subnets, groups: ["container-endpoints"] };
      const inClient = { subnets: ["client"], groups: ["client-endpoints"] };
      const inBoth = { subnets, groups: ["container-endpoints", "client-endpoints"] };
      const toDynamodb = (service: string) => ({
        [`SecurityGroupEgressRule network-${service}-to-dynamodb`]: {
          securityGroupId: group(service),
          prefixListId: "prefix list of VpcEndpoint network-dynamodb",
          description: "HTTPS to dynamodb through its gateway endpoint",
          ...tcp(443),
        },
      });
      assert.deepEqual(describeNetwork(chain), {
        ...always,
        ...changeCheck("10.0.3.0/24", "10.0.4.0/24", "10.0.5.0/24"),
        "Subnet network-containers-1": subnet("10.0.3.0/24", "a"),
        "Subnet network-containers-2": subnet("10.0.4.0/24", "b"),
        "Subnet network-containers-3": subnet("10.0.5.0/24", "c"),
        "RouteTableAssociation network-containers-1": association("private", "containers-1"),
        "RouteTableAssociation network-containers-2": association("private", "containers-2"),
        "RouteTableAssociation network-containers-3": association("private", "containers-3"),
        "VpcEndpoint network-ecr.api": interfaceEndpoint("ecr.api", inContainers, statements.logIn, statements.pull),
        "VpcEndpoint network-ecr.dkr": interfaceEndpoint("ecr.dkr", inContainers, statements.pull),
        "VpcEndpoint network-logs": interfaceEndpoint("logs", inBoth, statements.writeLogs, {
          Sid: "WriteLogs2",
          ...everybody,
          Action: ["logs:PutLogEvents"],
          Resource: ["session-logs"],
          Condition: ofAccount,
        }),
        "VpcEndpoint network-xray": interfaceEndpoint("xray", inContainers, statements.sendTraces),
        "VpcEndpoint network-ssm": interfaceEndpoint("ssm", inClient, statements.register),
        "VpcEndpoint network-ssmmessages": interfaceEndpoint("ssmmessages", inClient, statements.openChannels),
        "VpcEndpoint network-s3": gatewayEndpoint("s3", statements.readLayers, statements.installPackages),
        "VpcEndpoint network-dynamodb": gatewayEndpoint("dynamodb", {
          Sid: "WriteItems",
          ...everybody,
          Action: ["dynamodb:PutItem"],
          Resource: ["arn:aws:dynamodb:::table/t"],
          Condition: ofAccount,
        }),
        ...serviceGroup("bff"),
        ...serviceGroup("date"),
        ...toDynamodb("bff"),
        ...toDynamodb("date"),
        ...call("client", "bff", 8080),
        ...call("bff", "date", 8081),
      });
    });

    it("hands on a subnet for each zone, and the security group of the service that fetches", () => {
      // Four endpoints in each of three zones, two of the client's in one.
      assert.equal(chain.outputs.interfaceEndpointCount, 14);
      assert.deepEqual(withLabels(chain, chain.outputs.egressSecurityGroupIds), [group("date")]);
      assert.deepEqual(withLabels(chain, chain.outputs.containerSubnetIds), [
        "Subnet network-containers-1",
        "Subnet network-containers-2",
        "Subnet network-containers-3",
      ]);
      assert.deepEqual(withLabels(chain, chain.outputs.serviceSecurityGroupIds), {
        bff: group("bff"),
        date: group("date"),
      });
    });

    it("gives the security group of a service by its name, and knows no other service", async () => {
      const evaluation = await evaluateComponent(() => {
        const network = new PrivateNetwork("network", args);
        assert.throws(() => network.serviceSecurityGroupId("time"), {
          message: 'the network knows no service "time", only bff, date',
        });
        return { date: network.serviceSecurityGroupId("date") };
      });
      assert.deepEqual(withLabels(evaluation, evaluation.outputs), { date: group("date") });
    });

    it("has no way out, no address range in any rule and no wildcard in any policy's actions", async () => {
      for (const evaluation of [chain, await evaluateNetwork(devArgs)]) {
        assert.deepEqual([...new Set(evaluation.resources.map(({ type }) => type))].sort(), [
          "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
          "aws:ec2/routeTable:RouteTable",
          "aws:ec2/routeTableAssociation:RouteTableAssociation",
          "aws:ec2/securityGroup:SecurityGroup",
          "aws:ec2/subnet:Subnet",
          "aws:ec2/vpc:Vpc",
          "aws:ec2/vpcEndpoint:VpcEndpoint",
          "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
          "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
          "pulumi-nodejs:dynamic/network:NetworkChangeCheck",
          "traced-fargate:network:PrivateNetwork",
        ]);
        const network = describeNetwork(evaluation);
        assert.doesNotMatch(JSON.stringify(network), /0\.0\.0\.0\/0|::\/0|cidrIpv[46]|"routes"|igw-|nat-/);
        const actions = JSON.stringify(network).matchAll(/"Action":(\[[^\]]*\])/g);
        const names = [...actions].flatMap(([, list]) => JSON.parse(list ?? "[]"));
        assert.ok(names.length > 0 && names.every((name) => /^[a-z0-9]+:[A-Za-z]+$/.test(name)), names.join());
      }
    });
  });

  it("makes the subnet of a second zone elsewhere than the first was made, when another zone is chosen today", async () => {
    const network = await evaluateComponent(() => {
      // What the engine does for `ignoreChanges`: the zone stays the one in the state.
      pulumi.runtime.registerStackTransformation(({ name, props, opts }) =>
        name === "network-containers-1" ? { props: { ...props, availabilityZone: "eu-central-1b" }, opts } : undefined,
      );
      const subnets = planSubnets({ vpcCidr: "10.0.0.0/16", zones: 3 });
      new PrivateNetwork("network", { ...devArgs, availabilityZones: 3, subnets });
    });
    assert.deepEqual(
      network.ofType("aws:ec2/subnet:Subnet").map(({ name, inputs }) => [name, inputs.availabilityZone]),
      [
        ["network-public", "eu-central-1a"],
        ["network-client", "eu-central-1a"],
        ["network-containers-1", "eu-central-1b"],
        ["network-containers-2", "eu-central-1a"],
        ["network-containers-3", "eu-central-1c"],
      ],
    );
  });

  it("checks a change before it touches VPC and subnets", async () => {
    const network = await evaluateNetwork(devArgs);
    const check = "network-change-check";
    assert.deepEqual(network.one("pulumi-nodejs:dynamic/network:NetworkChangeCheck", check).dependencies, []);
    assert.deepEqual(network.dependencyNames(network.one("aws:ec2/vpc:Vpc", "network")), [check]);
    for (const subnet of network.ofType("aws:ec2/subnet:Subnet")) {
      assert.ok(network.dependencyNames(subnet).includes("network"));
    }
  });

  it("asks AWS for the zones that are no Local Zones, in whatever state", async () => {
    const asked: unknown[] = [];
    const invoke = mock.method(RecordingMonitor.prototype, "invoke");
    try {
      await evaluateNetwork(devArgs);
    } finally {
      for (const { arguments: args } of invoke.mock.calls) {
        const request: resourceProto.ResourceInvokeRequest = args[0];
        asked.push([request.getTok(), request.getArgs()?.toJavaScript()]);
      }
      invoke.mock.restore();
    }
    assert.deepEqual(asked, [
      [
        "aws:index/getAvailabilityZones:getAvailabilityZones",
        {
          filters: [
            { name: "zone-type", values: ["availability-zone"] },
            { name: "opt-in-status", values: ["opt-in-not-required"] },
          ],
        },
      ],
    ]);
  });

  describe("refuses", () => {
    const table: [what: string, args: Partial<PrivateNetworkArgs>, problems: string[]][] = [
      [
        "subnets, services and endpoints that do not fit together, all at once",
        {
          availabilityZones: 2,
          subnets: { public: "10.0.1.0/24", client: "10.0.1.0/24", containers: ["10.0.3.0/24", "10.1.4.0/24"] },
          services: { hello: { port: 8080, callers: ["nobody"] } },
          endpoints: {
            containers: devNeeds.containers.filter(({ endpoint }) => endpoint !== "s3"),
            client: devNeeds.client,
          },
        },
        [
          "clientSubnetCidr: 10.0.1.0/24 overlaps the public subnet 10.0.1.0/24; write addresses of its own",
          "containerSubnetCidrs: 10.1.4.0/24 is not within the VPC's 10.0.0.0/16; write a part of it",
          'service "hello": its caller "nobody" is neither a service nor "client"',
          "endpoints: the containers do not ask for `s3`, from which the layers of their images come",
        ],
      ],
      [
        "a plan made for another number of zones",
        { availabilityZones: 3 },
        ["containerSubnetCidrs: 1 given for 3 availability zones; write one for each zone"],
      ],
    ];
    for (const [what, args, problems] of table) {
      it(what, async () => {
        await assert.rejects(evaluateNetwork({ ...devArgs, ...args }), {
          message: ['PrivateNetwork "network" cannot be built:', ...problems].join("; ").replace(":; ", ": "),
        });
      });
    }
  });
});
