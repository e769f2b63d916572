import assert from "node:assert/strict";
import { join } from "node:path";
import { DRAIN_ON_ECS_MS } from "../../app/service/settings";
import { parseConfig } from "../../config";
import { tenantsOf } from "../../config/rules";
import { listStacks } from "../../tools/evaluation/stackSettings";
import { ComponentEvaluation } from "../pulumi/evaluateComponent";
import { evaluateVariant } from "./evaluateVariant";

for (const stack of listStacks(join(__dirname, "../.."))) {
  describe(`stack ${stack}`, () => {
    it("has as many endpoints beside the containers as the configuration keeps addresses for", async () => {
      const graph = new ComponentEvaluation(await evaluateVariant(stack));
      const { id } = graph.one("aws:ec2/subnet:Subnet", "network-containers-1");
      const { config, project } = graph.evaluation;
      const subnets = graph.ofType("aws:ec2/vpcEndpoint:VpcEndpoint").map(({ inputs }) => inputs.subnetIds);
      assert.equal(
        subnets.filter((ids) => Array.isArray(ids) && ids.includes(id)).length,
        tenantsOf(parseConfig(config, project, stack)).interfaceEndpoints,
      );
    });

    it("lets services drain for longer than their names lead to them, and stop before ECS kills them", async () => {
      const graph = new ComponentEvaluation(await evaluateVariant(stack));
      const found = graph.ofType("aws:servicediscovery/service:Service");
      assert.ok(found.length > 0);
      for (const { name: service, inputs } of found) {
        const [record] = Object(inputs.dnsConfig).dnsRecords;
        assert.ok(record.ttl * 1000 < DRAIN_ON_ECS_MS);
        const { containerDefinitions } = graph.one("aws:ecs/taskDefinition:TaskDefinition", service).inputs;
        const containers: { name: string; stopTimeout: number }[] = JSON.parse(String(containerDefinitions));
        const { stopTimeout = 0 } = containers.find(({ name }) => name === service) ?? {};
        assert.ok(DRAIN_ON_ECS_MS + 10_000 < stopTimeout * 1000, `${stopTimeout}`);
      }
    });
  });
}
