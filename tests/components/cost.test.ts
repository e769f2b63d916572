import assert from "node:assert/strict";
import { monthlyCost } from "../../components/cost";

type CostArgs = Parameters<typeof monthlyCost>[0];

const task: CostArgs["task"] = { cpuArchitecture: "ARM64", taskCpu: 512, taskMemory: 1024, minTaskCount: 1 };
const dev: CostArgs = { interfaceEndpoints: 6, services: 1, task, clientInstanceType: "t4g.nano" };

describe("monthlyCost", () => {
  it("adds up what the dev stack keeps", () => {
    assert.deepEqual(monthlyCost(dev), {
      interfaceEndpoints: 43.8,
      tasks: 14.42,
      client: 3.71,
      dnsZone: 0.5,
      total: 62.43,
      natGatewayIfKept: 36.5,
      prices: "US dollars, list prices of us-east-1, 2026-04",
    });
  });

  const changes: [string, Partial<CostArgs>, Partial<ReturnType<typeof monthlyCost>>][] = [
    ["every endpoint of every zone", { interfaceEndpoints: 14 }, { interfaceEndpoints: 102.2, total: 120.83 }],
    ["every task", { task: { ...task, minTaskCount: 3 } }, { tasks: 43.25, total: 91.26 }],
    ["every service", { services: 4 }, { tasks: 57.67, total: 105.68 }],
    ["the architecture", { task: { ...task, cpuArchitecture: "X86_64" } }, { tasks: 18.02, total: 66.03 }],
    ["the task's size", { task: { ...task, taskCpu: 256, taskMemory: 512 } }, { tasks: 7.21, total: 55.22 }],
    ["Container Insights", { containerInsights: "enabled" }, { containerInsights: 11.1, total: 73.53 }],
    ["Container Insights of every service", { containerInsights: "enabled", services: 4 }, { containerInsights: 33.6 }],
    ["what is billed by use", { containerInsights: "enhanced" }, { containerInsights: undefined, total: 62.43 }],
    ["the client's absence", { clientInstanceType: undefined, interfaceEndpoints: 4 }, { client: 0, total: 44.12 }],
    [
      "alarms, metrics and dashboard",
      { operations: { alarmMetrics: 8, ownMetrics: 5, dashboards: 1 } },
      { operations: 5.3, total: 67.73 },
    ],
    ["the client's type", { clientInstanceType: "t4g.medium" }, { client: 25.17, total: 83.89 }],
  ];
  for (const [what, args, expected] of changes) {
    it(`follows ${what}`, () => {
      const cost = monthlyCost({ ...dev, ...args });
      for (const [part, dollars] of Object.entries(expected)) {
        assert.equal(cost[part as keyof typeof cost], dollars, part);
      }
    });
  }
});
