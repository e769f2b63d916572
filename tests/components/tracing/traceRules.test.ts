import assert from "node:assert/strict";
import { TraceRules } from "../../../components/tracing/traceRules";
import { evaluateComponent } from "../../helpers/evaluateComponent";

describe("TraceRules", () => {
  it("keeps health checks out of the traces and groups the rest", async () => {
    const rules = await evaluateComponent(() => {
      new TraceRules("tracing", { tracingNames: ["dev-bff", "dev-date"], scope: ["traced-fargate", "dev"] });
    });
    assert.deepEqual(rules.one("aws:xray/samplingRule:SamplingRule").inputs, {
      ruleName: "traced-fargate-dev-health",
      priority: 1,
      reservoirSize: 0,
      fixedRate: 0,
      httpMethod: "GET",
      urlPath: "/health",
      host: "*",
      serviceName: "*",
      serviceType: "*",
      resourceArn: "*",
      version: 1,
    });
    assert.deepEqual(rules.one("aws:xray/group:Group").inputs, {
      groupName: "traced-fargate-dev",
      filterExpression: 'service("dev-bff") OR service("dev-date")',
    });
  });
});
