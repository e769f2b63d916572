import assert from "node:assert/strict";
import { mock } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import type * as resourceProto from "@pulumi/pulumi/proto/resource_pb";
import type { PolicyStatement } from "../../../components/iam";
import type { EndpointNeed } from "../../../components/network/endpoints";
import { PrivateNetwork } from "../../../components/network/privateNetwork";
import { RecordingMonitor } from "../../../tools/evaluation/recordingMonitor";
import { type ComponentEvaluation, evaluateComponent } from "../../pulumi/evaluateComponent";
import { planned } from "./planned";

type PrivateNetworkArgs = ConstructorParameters<typeof PrivateNetwork>[1];

const Condition = { StringEquals: { "aws:SourceVpc": "vpc-1" }, Bool: { "aws:SecureTransport": "true" } };
const need = (user: string, endpoint: EndpointNeed["endpoint"]): EndpointNeed => ({
  endpoint,
  statements: [{ Sid: `UseBy${user}`, Effect: "Allow", Action: ["some:Action"], Resource: ["*"], Condition }],
});

/** Containers and client have endpoints of their own and share some, of which an interface, which no stack has. */
const args: PrivateNetworkArgs = {
  region: "eu-central-1",
  accountId: "111111111111",
  vpcCidr: "10.0.0.0/16",
  subnets: planned({ vpcCidr: "10.0.0.0/16", zones: 3 }),
  services: { bff: { port: 8080, callers: ["client"] }, date: { port: 8081, callers: ["bff"], fetches: true } },
  endpoints: {
    containers: (["ecr.api", "logs", "s3"] as const).map((endpoint) => need("Containers", endpoint)),
    client: (["ssm", "logs", "s3"] as const).map((endpoint) => need("Client", endpoint)),
  },
};

const evaluate = (changes: Partial<PrivateNetworkArgs> = {}): Promise<ComponentEvaluation> =>
  evaluateComponent(() => {
    const network = new PrivateNetwork("network", { ...args, ...changes });
    assert.throws(() => network.serviceSecurityGroupId("time"), {
      message: 'the network knows no service "time", only bff, date',
    });
  });

/** The value with every id replaced by the name of its resource. */
function named(evaluation: ComponentEvaluation, value: unknown): unknown {
  const names = new Map<unknown, string>();
  for (const { id, name, type, outputs } of evaluation.resources.filter(({ custom }) => custom)) {
    names.set(id, `${type.split(":").at(-1)} ${name}`);
    if (type.endsWith(":VpcEndpoint")) names.set(outputs.prefixListId, `prefix list of ${name}`);
  }
  return JSON.parse(JSON.stringify(value), (_key, item) => names.get(item) ?? item);
}

describe("PrivateNetwork in three zones", () => {
  let network: ComponentEvaluation;
  before(async () => {
    network = await evaluate();
  });
  const containers = [1, 2, 3].map((zone) => `Subnet network-containers-${zone}`);

  it("has the containers' endpoints in every zone, the client's in its own, under the groups of those who use them", () => {
    const endpoints = network
      .ofType("aws:ec2/vpcEndpoint:VpcEndpoint")
      .map(({ name, inputs }) => [name, inputs.subnetIds ?? inputs.routeTableIds, inputs.securityGroupIds ?? []]);
    const group = (user: string) => `SecurityGroup network-${user}-endpoints`;
    assert.deepEqual(named(network, endpoints), [
      ["network-ecr.api", containers, [group("container")]],
      ["network-logs", containers, [group("container"), group("client")]],
      ["network-ssm", ["Subnet network-client"], [group("client")]],
      ["network-s3", ["RouteTable network-private"], []],
    ]);
  });

  it("keeps a statement's own conditions beside that on the account, which S3's has not", () => {
    const conditionsOf = (name: string) => {
      const { policy } = network.one("aws:ec2/vpcEndpoint:VpcEndpoint", name).inputs;
      return JSON.parse(String(policy)).Statement.map((statement: PolicyStatement) => statement.Condition);
    };
    const ofAccount = { ...Condition.StringEquals, "aws:PrincipalAccount": "111111111111" };
    assert.deepEqual(conditionsOf("network-ssm"), [{ ...Condition, StringEquals: ofAccount }]);
    assert.deepEqual(conditionsOf("network-s3"), [Condition, Condition]);
  });

  it("hands on what others attach themselves to", () => {
    const component = network.one("traced-fargate:network:PrivateNetwork", "network");
    const group = (service: string) => `SecurityGroup network-${service}`;
    assert.deepEqual(named(network, component.outputs), {
      vpcId: "Vpc network",
      publicSubnetId: "Subnet network-public",
      client: { subnetId: "Subnet network-client", securityGroupId: group("client") },
      containerSubnetIds: containers,
      publicRouteTableId: "RouteTable network-public",
      privateRouteTableIds: ["RouteTable network-private"],
      serviceSecurityGroupIds: { bff: group("bff"), date: group("date") },
      egressSecurityGroupIds: [group("date")],
      s3PrefixListId: "prefix list of network-s3",
      // Two endpoints in each of three zones, one of the client's in one.
      interfaceEndpointCount: 7,
    });
  });
});

describe("PrivateNetwork", () => {
  it("makes the subnet of a second zone elsewhere than the first was made, when another zone is chosen today", async () => {
    const network = await evaluateComponent(() => {
      // What the engine does for `ignoreChanges`: the zone stays the one in the state.
      pulumi.runtime.registerStackTransformation(({ name, props, opts }) =>
        name === "network-containers-1" ? { props: { ...props, availabilityZone: "eu-central-1b" }, opts } : undefined,
      );
      new PrivateNetwork("network", args);
    });
    const zones = network
      .ofType("aws:ec2/subnet:Subnet")
      .map(({ inputs }) => String(inputs.availabilityZone).slice(-1));
    assert.deepEqual(zones, ["a", "a", "b", "a", "c"]);
  });

  it("asks AWS for the zones that are no Local Zones, in whatever state", async () => {
    const invoke = mock.method(RecordingMonitor.prototype, "invoke");
    try {
      await evaluate();
      const requests = invoke.mock.calls.map((call): resourceProto.ResourceInvokeRequest => call.arguments[0]);
      const filters = [
        { name: "zone-type", values: ["availability-zone"] },
        { name: "opt-in-status", values: ["opt-in-not-required"] },
      ];
      assert.deepEqual(
        requests.map((request) => [request.getTok(), request.getArgs()?.toJavaScript()]),
        [["aws:index/getAvailabilityZones:getAvailabilityZones", { filters }]],
      );
    } finally {
      invoke.mock.restore();
    }
  });

  it("refuses subnets, services and endpoints that do not fit together, all at once", async () => {
    const wrong = evaluate({
      subnets: { public: "10.0.1.0/24", client: "10.0.1.0/24", containers: ["10.0.3.0/24", "10.1.4.0/24"] },
      services: { hello: { port: 8080, callers: ["nobody"] } },
      endpoints: { containers: [need("Containers", "logs")], client: [need("Client", "s3")] },
    });
    await assert.rejects(wrong, {
      message: [
        'PrivateNetwork "network" cannot be built: ' +
          "clientSubnetCidr: 10.0.1.0/24 overlaps the public subnet 10.0.1.0/24; write addresses of its own",
        "containerSubnetCidrs: 10.1.4.0/24 is not within the VPC's 10.0.0.0/16; write a part of it",
        'service "hello": its caller "nobody" is neither a service nor "client"',
        "endpoints: the containers do not ask for `s3`, from which the layers of their images come",
      ].join("; "),
    });
  });
});
