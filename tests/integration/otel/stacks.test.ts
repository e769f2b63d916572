import assert from "node:assert/strict";
import type { Evaluation } from "../../../tools/evaluation/evaluation";
import { sendRequests } from "../../../tools/localRun/checks/requests";
import { isWhole } from "../../../tools/localRun/checks/serviceChecks";
import { byTrace } from "../../../tools/traces/segments";
import { serviceMapOf } from "../../../tools/traces/serviceMap";
import { evaluateVariant } from "../../stacks/evaluateVariant";
import { startStack } from "../chain/localChain";
import { requireTool } from "../tools";
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
      try {
        const service = stack.services.find(({ expectation }) => expectation.trace !== undefined);
        assert.ok(service);
        const { answers, trace = [] } = service.expectation;
        const header = { "x-amzn-trace-id": "Sampled=1" };
        const { failures } = await sendRequests(service, answers[0], requests, new AbortController().signal, header);
        assert.deepEqual(failures, []);
        const segments = await xray.settle();
        const traces = [...byTrace(segments).values()];
        const broken = traces.filter((one) => !isWhole(one, service.containerOf, trace));
        assert.deepEqual([traces.length, broken], [requests, []]);
        assert.ok(xray.countCalls("POST /GetSamplingRules") > 0 && xray.countCalls("POST /TraceSegments") > 0);
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
      } finally {
        const stops = await stack.stop();
        await xray.close();
        assert.deepEqual(
          stops.map(({ container, code, killed }) => [container.name, code, killed]),
          stops.map(({ container }) => [container.name, 0, false]),
        );
      }
    });
  }
});
