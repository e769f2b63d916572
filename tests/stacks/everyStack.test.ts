import assert from "node:assert/strict";
import { DRAIN_ON_ECS_MS } from "../../app/service/settings";
import { parseConfig } from "../../config";
import { tenantsOf } from "../../config/rules";
import { runChecks } from "../../tools/checks";
import type { Evaluation } from "../../tools/evaluation/evaluation";
import { evaluateVariant } from "./evaluateVariant";
import { StackGraph } from "./stackGraph";

/** The services of each stack, and how its tasks reach the internet while they are deployed. */
const stacks = {
  dev: { services: ["hello"], hasLease: true },
  proxy: { services: ["hello"], hasLease: false },
  packed: { services: ["hello"], hasLease: false },
  chain: { services: ["frontend", "bff", "date", "time"], hasLease: true },
};

const session = [
  "ssmmessages:CreateControlChannel",
  "ssmmessages:CreateDataChannel",
  "ssmmessages:OpenControlChannel",
  "ssmmessages:OpenDataChannel",
];
const pull = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"];
const sendTraces = [
  "xray:GetSamplingRules",
  "xray:GetSamplingStatisticSummaries",
  "xray:GetSamplingTargets",
  "xray:PutTelemetryRecords",
  "xray:PutTraceSegments",
];

/** All that the roles' inline policies may allow, by what the policies' names end in. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  "-dead-man-switch": ["ec2:DeleteNatGateway", "ec2:ReleaseAddress"],
  "-execution": [
    "ecr:GetAuthorizationToken",
    ...pull,
    "ecr:BatchImportUpstreamImage",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
  ],
  "-task": [...sendTraces, "dynamodb:PutItem"],
  "client-policy": ["ssm:UpdateInstanceInformation", ...session],
};

for (const [stack, { services, hasLease }] of Object.entries(stacks)) {
  describe(`stack ${stack}`, () => {
    let evaluation: Evaluation;
    let graph: StackGraph;
    before(async () => {
      evaluation = await evaluateVariant(stack);
      graph = new StackGraph(evaluation);
    });

    it("runs to its end, and no check finds anything", async () => {
      assert.deepEqual(evaluation.errors, []);
      assert.deepEqual(await runChecks(evaluation), []);
    });

    it("lets in nobody by address", () => {
      const rules = graph.ofType("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule");
      assert.ok(rules.length >= 3);
      for (const { name, inputs } of rules) {
        const { securityGroupId: _, referencedSecurityGroupId, ipProtocol, fromPort, toPort, ...others } = inputs;
        assert.ok(referencedSecurityGroupId, name);
        assert.deepEqual(Object.keys(others).sort(), ["description", "tags"], name);
      }
      const groups = graph.ofType("aws:ec2/securityGroup:SecurityGroup");
      assert.ok(groups.every(({ inputs }) => inputs.ingress === undefined && inputs.egress === undefined));
    });

    it(`has no lasting NAT gateway, internet gateway or route, ${hasLease ? "but" : "nor"} a lease which makes them`, () => {
      for (const type of ["route:Route", "internetGateway:InternetGateway", "natGateway:NatGateway", "eip:Eip"]) {
        assert.deepEqual(graph.ofType(`aws:ec2/${type}`), []);
      }
      const tables = graph.ofType("aws:ec2/routeTable:RouteTable");
      assert.equal(tables.length, 2);
      assert.ok(tables.every(({ inputs }) => inputs.routes === undefined));
      const leases = evaluation.resources.filter(({ type }) => /:NatGateway(Lease|Release)$/.test(type));
      assert.equal(leases.length, hasLease ? 2 : 0);
      assert.equal(evaluation.outputs.natGateway === "none", !hasLease);
    });

    it("allows its roles what they are for, and nothing of another service", () => {
      for (const { name, inputs } of graph.ofType("aws:iam/rolePolicy:RolePolicy")) {
        const [, actions = []] = Object.entries(allowed).find(([ending]) => name.endsWith(ending)) ?? [];
        const text = String(inputs.policy);
        const used = JSON.parse(text).Statement.flatMap(({ Action }: { Action: string[] }) => Action);
        assert.deepEqual(
          used.filter((action: string) => !actions.includes(action)),
          [],
          name,
        );
        const others = services.filter((service) => !name.startsWith(`${service}-`));
        assert.ok(
          name.startsWith("client-") || !others.some((other) => new RegExp(`[/:]${other}\\b`).test(text)),
          name,
        );
      }
    });

    it("admits only its own account to its endpoints, but for what S3 serves to addresses which AWS has signed", () => {
      for (const { name, inputs } of graph.ofType("aws:ec2/vpcEndpoint:VpcEndpoint")) {
        for (const { Condition } of JSON.parse(String(inputs.policy)).Statement) {
          const account = { StringEquals: { "aws:PrincipalAccount": "123456789012" } };
          assert.deepEqual(Condition, name === "network-s3" ? undefined : account, name);
        }
      }
    });

    it("has its subnets in the region's first zone", () => {
      for (const { name, inputs } of graph.ofType("aws:ec2/subnet:Subnet")) {
        assert.equal(inputs.availabilityZone, "eu-central-1a", name);
      }
    });

    it("has as many endpoints beside the containers as the configuration keeps addresses for", () => {
      const { id } = graph.one("aws:ec2/subnet:Subnet", "network-containers-1");
      const { config, project } = evaluation;
      const subnets = graph.ofType("aws:ec2/vpcEndpoint:VpcEndpoint").map(({ inputs }) => inputs.subnetIds);
      assert.equal(
        subnets.filter((ids) => Array.isArray(ids) && ids.includes(id)).length,
        tenantsOf(parseConfig(config, project, stack)).interfaceEndpoints,
      );
    });

    it("can be destroyed with its images and its tasks", () => {
      for (const { name, inputs } of graph.ofType("aws:ecr/repository:Repository")) {
        assert.equal(inputs.forceDelete, true, name);
      }
      for (const { name, inputs } of graph.ofType("aws:servicediscovery/service:Service")) {
        assert.equal(inputs.forceDestroy, true, name);
      }
    });

    it("lets services drain for longer than their names lead to them, and stop before ECS kills them", () => {
      for (const service of services) {
        const { dnsConfig } = graph.one("aws:servicediscovery/service:Service", service).inputs;
        const [record] = (dnsConfig as { dnsRecords: { ttl: number }[] }).dnsRecords;
        assert.ok(Number(record?.ttl) * 1000 < DRAIN_ON_ECS_MS);
        const [{ stopTimeout } = {}] = graph.containers(service).filter(({ name }) => name === service);
        assert.ok(DRAIN_ON_ECS_MS + 10_000 < Number(stopTimeout) * 1000, `${stopTimeout}`);
      }
    });
  });
}

describe("the stack chain's table", () => {
  it("lets each backend write its own item only", async () => {
    const graph = new StackGraph(await evaluateVariant("chain"));
    for (const name of ["date", "time"]) {
      const { policy } = graph.one("aws:iam/rolePolicy:RolePolicy", `${name}-task`).inputs;
      const [, { Action, Condition }] = JSON.parse(String(policy)).Statement;
      assert.deepEqual(Action, ["dynamodb:PutItem"]);
      assert.deepEqual(Condition, { "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": name } });
    }
  });
});
