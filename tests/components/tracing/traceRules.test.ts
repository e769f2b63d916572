import assert from "node:assert/strict";
import { TraceRules } from "../../../components/tracing/traceRules";
import { matchingRule } from "../../../tools/localRun/checks/samplingRules";
import { readSamplingRules } from "../../../tools/localRun/task/evaluatedTasks";
import { type ComponentEvaluation, evaluateComponent } from "../../pulumi/evaluateComponent";

describe("TraceRules", () => {
  let rules: ComponentEvaluation;
  before(async () => {
    rules = await evaluateComponent(() => {
      new TraceRules("tracing", {
        tracingNames: { bff: "traced-fargate-dev-bff", date: "traced-fargate-dev-date" },
        scope: ["traced-fargate", "dev"],
      });
    });
  });

  it("keeps each service's health checks out of the traces", () => {
    const rule = (service: string) => ({
      ruleName: `traced-fargate-dev-${service}-health`,
      priority: 1,
      reservoirSize: 0,
      fixedRate: 0,
      httpMethod: "GET",
      urlPath: "/health",
      host: "*",
      serviceName: `traced-fargate-dev-${service}`,
      serviceType: "*",
      resourceArn: "*",
      version: 1,
    });
    assert.deepEqual(
      rules.ofType("aws:xray/samplingRule:SamplingRule").map(({ inputs }) => inputs),
      [rule("bff"), rule("date")],
    );
  });

  it("groups their traces", () => {
    assert.deepEqual(rules.one("aws:xray/group:Group").inputs, {
      groupName: "traced-fargate-dev",
      filterExpression: 'service("traced-fargate-dev-bff") OR service("traced-fargate-dev-date")',
    });
  });

  const askers: [serviceName: string, rule: string][] = [
    ["traced-fargate-dev-bff", "traced-fargate-dev-bff-health"],
    ["traced-fargate-dev-date", "traced-fargate-dev-date-health"],
    ["traced-fargate-dev-2-bff", "Default"],
    ["traced-fargate-dev-bff-2", "Default"],
    ["somebody-elses", "Default"],
  ];
  for (const [serviceName, rule] of askers) {
    it(`lets the rule ${rule} decide about health checks of ${serviceName}`, () => {
      const request = { serviceName, host: "10.0.3.4", httpMethod: "GET", urlPath: "/health" };
      assert.equal(matchingRule(readSamplingRules(rules.evaluation), request).RuleName, rule);
    });
  }
});
