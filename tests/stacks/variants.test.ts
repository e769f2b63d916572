import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runChecks } from "../../tools/checks";
import { asList } from "../../tools/checks/check";
import { policyStatements } from "../../tools/checks/policies";
import type { RecordedResource } from "../../tools/evaluation/evaluation";
import { listStacks } from "../../tools/evaluation/stackSettings";
import { ComponentEvaluation } from "../pulumi/evaluateComponent";
import { evaluateVariant, unusual } from "./evaluateVariant";

const root = join(__dirname, "../..");

/** The stack with other settings, in which no check finds anything. */
async function soundVariant(stack: string, changes: Readonly<Record<string, string>>): Promise<ComponentEvaluation> {
  const evaluation = await evaluateVariant(stack, changes);
  assert.deepEqual(evaluation.errors, []);
  assert.deepEqual(await runChecks(evaluation), []);
  return new ComponentEvaluation(evaluation);
}

describe("the stack chain without a load client", () => {
  it("has nothing of the client's, and lets services call each other, and nobody else", async () => {
    const graph = await soundVariant("chain", { client: "none" });
    assert.ok(graph.resources.every(({ name }) => !/client|ssm/.test(name)));
    const rules = graph.ofType("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule");
    assert.deepEqual(
      rules.filter(({ inputs }) => inputs.fromPort === 8080).map(({ name }) => name),
      ["network-bff-from-frontend", "network-date-from-bff", "network-time-from-bff"],
    );
  });
});

describe("a stack with a DNS firewall", () => {
  async function allowed(stack: string, changes: Readonly<Record<string, string>> = {}): Promise<string[]> {
    const graph = await soundVariant(stack, { dnsFirewall: "block", ...changes });
    const type = "aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList";
    return graph.one(type, "dns-firewall-allowed").inputs.domains as string[];
  }

  it("looks up the proxy where there is one, and X-Ray not", async () => {
    const domains = await allowed("proxy");
    assert.deepEqual(domains.slice(-2), ["*.proxy.traced-fargate.internal.", "proxy.example.internal."]);
    assert.ok(!domains.some((name) => name.startsWith("xray.")));
  });

  it("looks up the table where there is one, and Systems Manager only for a client", async () => {
    const domains = await allowed("chain", { collectorImageSource: "mirror", egress: "none", client: "none" });
    for (const name of ["dynamodb", "123456789012.ddb"]) {
      assert.ok(domains.includes(`${name}.eu-central-1.amazonaws.com.`), name);
    }
    assert.ok(!domains.includes("ssm.eu-central-1.amazonaws.com."));
  });
});

describe("the number of tasks", () => {
  it("is in a range where it is not scaled, too, into which the end of scaling brings it back", async () => {
    const ranges: unknown[] = [];
    for (const maxTaskCount of ["1", "3"]) {
      const graph = await soundVariant("dev", { maxTaskCount });
      const { minCapacity, maxCapacity } = graph.one("aws:appautoscaling/target:Target", "hello").inputs;
      const policies = graph.ofType("aws:appautoscaling/policy:Policy").length;
      ranges.push([minCapacity, maxCapacity, policies]);
    }
    assert.deepEqual(ranges, [
      [1, 1, 0],
      [1, 3, 1],
    ]);
  });
});

describe("a stack with a long name", () => {
  it("cuts names to what AWS allows, and no shorter", async () => {
    const graph = new ComponentEvaluation(await evaluateVariant("dev", {}, "a".repeat(60)));
    const lengthOf = (type: string, property: string, name: string) =>
      String(graph.one(type, name).inputs[property]).length;
    const lengths = [
      lengthOf("aws:ecr/pullThroughCacheRule:PullThroughCacheRule", "ecrRepositoryPrefix", "collector"),
      lengthOf("aws:xray/samplingRule:SamplingRule", "ruleName", "tracing-hello-health"),
      lengthOf("aws:xray/group:Group", "groupName", "tracing"),
      lengthOf("aws:ecs/taskDefinition:TaskDefinition", "family", "hello"),
    ];
    assert.deepEqual(lengths, [30, 32, 32, 64]);
  });
});

describe("with settings which no stack has", () => {
  const resources: RecordedResource[] = [];

  for (const stack of listStacks(root)) {
    it(`the roles of ${stack} all have the boundary and the path of the settings, and go with their policies`, async () => {
      const graph = await soundVariant(stack, unusual);
      resources.push(...graph.resources);
      const roles = graph.ofType("aws:iam/role:Role");
      assert.ok(roles.length >= 3);
      for (const { name, inputs, outputs } of roles) {
        const { permissionsBoundary, path, forceDetachPolicies } = inputs;
        assert.deepEqual([permissionsBoundary, path], [unusual.permissionsBoundary, unusual.rolePath], name);
        assert.equal(forceDetachPolicies, true, name);
        assert.match(String(outputs.arn), /:role\/team\/[a-z]/);
      }
    });
  }

  it("policies on every resource are those which docs/architecture.md names, in all stacks together", () => {
    const actions = [...policyStatements(resources)]
      .filter(({ statement }) => asList(statement.Resource).includes("*"))
      .flatMap(({ statement }) => asList(statement.Action).map(String));
    const architecture = readFileSync(join(root, "docs/architecture.md"), "utf8");
    const [, exceptions = ""] = /^\| roles \|.*resources; (those of .* are on `\*`)/m.exec(architecture) ?? [];
    const documented = [...exceptions.matchAll(/`([a-z0-9]+(?::\w+)?)`/g)].map(([, name]) => name);
    const names = actions.map((action) => (action.startsWith("ecr:") ? action : action.split(":")[0]));
    assert.deepEqual([...new Set(names)].sort(), documented.sort());
  });
});
