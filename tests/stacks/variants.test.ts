import assert from "node:assert/strict";
import { join } from "node:path";
import { runChecks } from "../../tools/checks";
import { listStacks } from "../../tools/evaluation/stackSettings";
import { madeBefore } from "../pulumi/order";
import { evaluateVariant, unusual } from "./evaluateVariant";
import { StackGraph } from "./stackGraph";

/** The stack with other settings, in which no check finds anything. */
async function soundVariant(stack: string, changes: Readonly<Record<string, string>>): Promise<StackGraph> {
  const evaluation = await evaluateVariant(stack, changes);
  assert.deepEqual(evaluation.errors, []);
  assert.deepEqual(await runChecks(evaluation), []);
  return new StackGraph(evaluation);
}

describe("a stack without a load client", () => {
  for (const stack of ["dev", "chain"]) {
    it(`has nothing of the client's, such as of ${stack}`, async () => {
      const { evaluation } = await soundVariant(stack, { client: "none" });
      assert.deepEqual(
        evaluation.resources.filter(({ name }) => /client|ssm/.test(name)),
        [],
      );
    });
  }

  it("lets services call each other, and nobody else", async () => {
    const graph = await soundVariant("chain", { client: "none" });
    const rules = graph.ofType("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule");
    assert.deepEqual(
      rules.filter(({ inputs }) => inputs.fromPort === 8080).map(({ name }) => name),
      ["network-bff-from-frontend", "network-date-from-bff", "network-time-from-bff"],
    );
  });
});

describe("a stack with a DNS firewall", () => {
  function allowed(graph: StackGraph): string[] {
    const type = "aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList";
    return graph.one(type, "dns-firewall-allowed").inputs.domains as string[];
  }

  it("has it on before the service and the client start, when its rules are there", async () => {
    const graph = await soundVariant("packed", { dnsFirewall: "block" });
    const { evaluation } = graph;
    const type = "aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation";
    const association = graph.one(type, "dns-firewall");
    for (const rule of ["dns-firewall-allowed", "dns-firewall-others"]) {
      const { urn } = graph.one("aws:route53/resolverFirewallRule:ResolverFirewallRule", rule);
      assert.ok(madeBefore(association, evaluation).has(urn), rule);
    }
    for (const started of [
      graph.one("aws:ecs/service:Service", "hello"),
      graph.one("aws:ec2/instance:Instance", "client-instance"),
    ]) {
      assert.ok(madeBefore(started, evaluation).has(association.urn), started.name);
    }
  });

  it("looks up the proxy where there is one, and X-Ray not", async () => {
    const domains = allowed(await soundVariant("proxy", { dnsFirewall: "block" }));
    assert.deepEqual(domains.slice(-2), ["*.proxy.traced-fargate.internal.", "proxy.example.internal."]);
    assert.ok(!domains.some((name) => name.startsWith("xray.")));
  });

  it("looks up the table where there is one, and Systems Manager only for a client", async () => {
    const mirrored = { dnsFirewall: "block", collectorImageSource: "mirror", egress: "none", client: "none" };
    const domains = allowed(await soundVariant("chain", mirrored));
    for (const name of ["dynamodb", "123456789012.ddb"]) {
      assert.ok(domains.includes(`${name}.eu-central-1.amazonaws.com.`), name);
    }
    assert.ok(!domains.includes("ssm.eu-central-1.amazonaws.com."));
  });
});

describe("roles", () => {
  for (const stack of listStacks(join(__dirname, "../.."))) {
    it(`of ${stack} all have the boundary and the path of the settings`, async () => {
      const roles = (await soundVariant(stack, unusual)).ofType("aws:iam/role:Role");
      assert.ok(roles.length >= 3);
      for (const { name, inputs, outputs } of roles) {
        const { permissionsBoundary, path } = inputs;
        assert.deepEqual([permissionsBoundary, path], [unusual.permissionsBoundary, unusual.rolePath], name);
        assert.match(String(outputs.arn), /:role\/team\/[a-z]/);
      }
    });
  }
});
