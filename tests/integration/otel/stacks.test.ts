import assert from "node:assert/strict";
import type { Evaluation } from "../../../tools/evaluation/evaluation";
import { serviceMapOf } from "../../../tools/traces/serviceMap";
import { evaluateVariant } from "../../stacks/evaluateVariant";
import { startStack } from "../chain/localChain";
import { requireTool } from "../tools";
import { assertWholeTraces } from "../xrayDaemon/arrivals";
import { awsEnvironment, LocalXray } from "../xrayDaemon/xrayDaemon";
import { withXrayAt } from "./collectorProcess";

const requests = 100;
const taskDefinition = "aws:ecs/taskDefinition:TaskDefinition";

/** The program with X-Ray at an address of this machine for its collectors. */
function withLocalXray(evaluation: Evaluation, address: string): Evaluation {
  const changed = (definitions: string): string =>
    JSON.stringify(
      JSON.parse(definitions, (key, value) =>
        key === "" || value?.name !== "AOT_CONFIG_CONTENT"
          ? value
          : { ...value, value: withXrayAt(address, value.value) },
      ),
    );
  return {
    ...evaluation,
    resources: evaluation.resources.map((resource) => {
      if (resource.type !== taskDefinition) return resource;
      const containerDefinitions = changed(String(resource.inputs.containerDefinitions));
      return { ...resource, inputs: { ...resource.inputs, containerDefinitions } };
    }),
  };
}

describe("stacks with the OpenTelemetry collector", function () {
  this.timeout(120_000);
  let path: string;
  before(function () {
    path = requireTool(this, "otel-collector");
  });

  const cases: [name: string, changes: Record<string, string>, calls: string[]][] = [
    ["otel", {}, ["client hello"]],
    [
      "chain",
      { collector: "otel-collector" },
      ["client bff", "bff date", "bff time", "date last-access", "time last-access"],
    ],
  ];
  for (const [name, changes, calls] of cases) {
    it(`${name}: every trace of ${requests} requests arrives whole at X-Ray`, async () => {
      const xray = await LocalXray.open();
      const program = withLocalXray(await evaluateVariant(name, changes), xray.address);
      const collector = { description: "the real collector", program: [path], environment: awsEnvironment };
      const stack = await startStack(name, { collector }, program);
      const { service, segments } = await assertWholeTraces(stack, xray, requests);
      const { edges } = serviceMapOf(segments);
      const nameOf = (node: string) => node.replace(/^service /, "").replace(/^table .*/, "last-access");
      assert.deepEqual(
        edges.map(({ from, to, requests: count, faults }) => [
          `${service.containerOf(nameOf(from))} ${service.containerOf(nameOf(to))}`,
          count,
          faults,
        ]),
        calls.map((call) => [call, requests, 0]),
      );
    });
  }
});
