import assert from "node:assert/strict";
import { runChecks } from "../../tools/checks";
import type { Evaluation } from "../../tools/evaluation/evaluation";
import { madeBefore } from "../pulumi/order";
import { evaluateVariant } from "./evaluateVariant";
import { StackGraph } from "./stackGraph";

const inRegion = (...names: string[]) => names.map((name) => `${name}.eu-central-1.amazonaws.com.`);
const layers = "prod-eu-central-1-starport-layer-bucket";
const packages = "al2023-repos-eu-central-1-de612dc2";
const images = inRegion("api.ecr", "123456789012.dkr.ecr");
const buckets = inRegion(`${layers}.s3`, `${layers}.s3.dualstack`, `${packages}.s3`, `${packages}.s3.dualstack`);
const session = inRegion("ssm", "ssmmessages");

describe("a stack with a DNS firewall", () => {
  const allowed = (evaluation: Evaluation) =>
    new StackGraph(evaluation).one(
      "aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList",
      "dns-firewall-allowed",
    ).inputs.domains;

  describe("packed", () => {
    let packed: Evaluation;
    let graph: StackGraph;
    before(async () => {
      packed = await evaluateVariant("packed", { dnsFirewall: "block" });
      graph = new StackGraph(packed);
    });

    it("runs to its end, and no check finds anything", async () => {
      assert.deepEqual(packed.errors, []);
      assert.deepEqual(await runChecks(packed), []);
    });

    it("looks up endpoints, buckets and its own services", () => {
      const own = "*.packed.traced-fargate.internal.";
      assert.deepEqual(allowed(packed), [...images, ...inRegion("logs", "xray"), ...session, ...buckets, own]);
    });

    it("allows these first, and blocks every other name", () => {
      const rules = graph.ofType("aws:route53/resolverFirewallRule:ResolverFirewallRule");
      assert.deepEqual(
        rules.map(({ name, inputs }) => [name, inputs.priority, inputs.action, inputs.blockResponse]),
        [
          ["dns-firewall-allowed", 1, "ALLOW", undefined],
          ["dns-firewall-others", 2, "BLOCK", "NODATA"],
        ],
      );
      const type = "aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList";
      for (const { name, inputs } of rules) {
        assert.equal(inputs.firewallDomainListId, graph.one(type, name).id);
      }
      assert.deepEqual(graph.one(type, "dns-firewall-others").inputs.domains, ["*."]);
    });

    it("is on before the service and the client start, when its rules are there", () => {
      const association = graph.one(
        "aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation",
        "dns-firewall",
      );
      const before = madeBefore(association, packed);
      for (const rule of graph.ofType("aws:route53/resolverFirewallRule:ResolverFirewallRule")) {
        assert.ok(before.has(rule.urn));
      }
      for (const started of [
        graph.one("aws:ecs/service:Service", "hello"),
        graph.one("aws:ec2/instance:Instance", "client-instance"),
      ]) {
        assert.ok(madeBefore(started, packed).has(association.urn), started.name);
      }
    });
  });

  it("looks up the proxy where there is one, and X-Ray not", async () => {
    const proxy = await evaluateVariant("proxy", { dnsFirewall: "block" });
    assert.deepEqual(proxy.errors, []);
    const hosts = ["*.proxy.traced-fargate.internal.", "proxy.example.internal."];
    assert.deepEqual(allowed(proxy), [...images, ...inRegion("logs"), ...session, ...buckets, ...hosts]);
  });

  it("looks up the table where there is one", async () => {
    const mirrored = { dnsFirewall: "block", collectorImageSource: "mirror", egress: "none", client: "none" };
    const chain = await evaluateVariant("chain", mirrored);
    assert.deepEqual(chain.errors, []);
    const domains = allowed(chain) as string[];
    assert.ok(inRegion("dynamodb", "123456789012.ddb").every((name) => domains.includes(name)));
    assert.ok(!domains.includes("ssm.eu-central-1.amazonaws.com."));
  });

  it("is not made unless a stack asks for it", async () => {
    const names = (await evaluateVariant("packed", {})).resources.map(({ name }) => name);
    assert.ok(!names.some((name) => name.startsWith("dns-firewall")));
  });
});
