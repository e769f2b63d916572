import assert from "node:assert/strict";
import { TraceRules } from "../../../components/tracing/traceRules";
import { matchingRule } from "../../../tools/localRun/checks/sampling";
import { readSamplingRules } from "../../../tools/localRun/task/evaluatedTasks";
import { type ComponentEvaluation, evaluateComponent } from "../../pulumi/evaluateComponent";

describe("TraceRules", () => {
  let rules: ComponentEvaluation;
  before(async () => {
    rules = await evaluateComponent(() => {
      new TraceRules("tracing", {
        services: ["bff", "date"].map((name) => ({ name, tracingName: `traced-fargate-dev-${name}` })),
        scope: ["traced-fargate", "dev"],
      });
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
