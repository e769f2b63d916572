import assert from "node:assert/strict";
import pino from "pino";
import { ServiceMetrics } from "../../app/service/metrics";
import { readMetrics } from "../../app/service/settings";
import { ownMetricCount } from "../../components/operations/metrics";
import { asRecord } from "../../tools/checks/check";
import type { ComponentEvaluation } from "../pulumi/evaluateComponent";
import { alarmMetrics, dashboardMetrics, operatedChain, type ReadMetric } from "./operated";

/** Metrics as AWS publishes them: of each namespace the names, and the dimensions with which they are sent together. */
const published: Readonly<Record<string, { readonly names: string; readonly dimensions: string }>> = {
  // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/available-metrics.html
  "AWS/ECS": { names: "CPUUtilization MemoryUtilization", dimensions: "ClusterName ServiceName" },
  // https://docs.aws.amazon.com/vpc/latest/userguide/metrics-dimensions-nat-gateway.html
  "AWS/NATGateway": {
    names: "ActiveConnectionCount BytesInFromDestination BytesInFromSource BytesOutToDestination BytesOutToSource",
    dimensions: "NatGatewayId",
  },
  // https://docs.aws.amazon.com/scheduler/latest/UserGuide/monitoring-cloudwatch.html
  "AWS/Scheduler": {
    names:
      "InvocationAttemptCount TargetErrorCount TargetErrorThrottledCount InvocationThrottleCount " +
      "InvocationDroppedCount InvocationsSentToDeadLetterCount",
    dimensions: "ScheduleGroup",
  },
  // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
  "AWS/DynamoDB": { names: "ThrottledRequests SystemErrors", dimensions: "Operation TableName" },
};

interface Embedded {
  readonly _aws: {
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string }[];
    }[];
  };
}

/** What CloudWatch makes of what a service writes with this environment. */
function written(environment: NodeJS.ProcessEnv): Pick<ReadMetric, "namespace" | "name" | "dimensions">[] {
  const lines: (Embedded & Record<string, string>)[] = [];
  const settings = readMetrics(environment, "unnamed");
  assert.ok(settings);
  const metrics = new ServiceMetrics(settings, pino({}, { write: (line) => lines.push(JSON.parse(line)) }));
  metrics.countRequest({ status: 200, ms: 1, sampled: true });
  metrics.write();
  return lines.flatMap((line) =>
    line._aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) =>
      Dimensions.flatMap((keys) =>
        Metrics.map(({ Name }) => ({
          namespace: Namespace,
          name: Name,
          dimensions: Object.fromEntries(keys.map((key) => [key, line[key] ?? ""])),
        })),
      ),
    ),
  );
}

/** The environment of a service's container. */
function environmentOf(graph: ComponentEvaluation, service: string): Record<string, string> {
  const { containerDefinitions } = graph.one("aws:ecs/taskDefinition:TaskDefinition", service).inputs;
  const containers = JSON.parse(String(containerDefinitions)) as {
    name: string;
    environment: { name: string; value: string }[];
  }[];
  const { environment = [] } = containers.find(({ name }) => name === service) ?? {};
  return Object.fromEntries(environment.map(({ name, value }) => [name, value]));
}

describe("what alarms and dashboard read", () => {
  let graph: ComponentEvaluation;
  let read: ReadMetric[];
  const services = ["frontend", "bff", "date", "time"];

  before(async () => {
    graph = await operatedChain();
    assert.deepEqual(graph.evaluation.errors, []);
    read = [...alarmMetrics(graph), ...dashboardMetrics(graph)];
    assert.equal(alarmMetrics(graph).length, 23);
    assert.equal(dashboardMetrics(graph).length, 34);
  });

  it("are metrics which AWS publishes, with all their dimensions, but for those of the services", () => {
    for (const { by, namespace, name, dimensions } of read.filter((each) => each.namespace !== "traced-fargate")) {
      const known = published[namespace];
      assert.ok(known?.names.split(" ").includes(name), `${by}: ${namespace} ${name}`);
      assert.equal(Object.keys(dimensions).sort().join(" "), known?.dimensions, by);
    }
  });

  it("are of resources of the stack", () => {
    const outputs = (type: string, property: string) =>
      graph.ofType(type).map((each) => String(each.outputs[property]));
    const values: Readonly<Record<string, readonly string[]>> = {
      ClusterName: outputs("aws:ecs/cluster:Cluster", "name"),
      ServiceName: outputs("aws:ecs/service:Service", "name"),
      NatGatewayId: outputs("pulumi-nodejs:dynamic/temporaryNatGateway:NatGatewayLease", "natGatewayId"),
      TableName: outputs("aws:dynamodb/table:Table", "name"),
      // The only call of the services which use the table: see components/table.
      Operation: ["PutItem"],
      // The schedules name no group, so they are in this one (components/temporaryNatGateway/steps/deadManSwitch.ts).
      ScheduleGroup: ["default"],
      Service: graph.ofType("aws:ecs/taskDefinition:TaskDefinition").map(({ inputs }) => String(inputs.family)),
    };
    for (const { by, dimensions } of read) {
      for (const [key, value] of Object.entries(dimensions)) assert.ok(values[key]?.includes(value), `${by}: ${value}`);
    }
  });

  for (const service of services) {
    it(`are what ${service} writes with the environment of its task, no more and no less than is billed`, () => {
      const environment = environmentOf(graph, service);
      const own = written(environment);
      const traced = environment.TRACING !== "none";
      assert.equal(own.length, ownMetricCount({ traced }));
      const ofService = read.filter(({ dimensions }) => dimensions.Service === `traced-fargate-chain-${service}`);
      const names = [...new Set(ofService.map(({ name }) => name))].sort();
      assert.deepEqual(names, own.map(({ name }) => name).sort());
      for (const { by, namespace, name, dimensions } of ofService) {
        assert.ok(
          own.some((metric) => JSON.stringify(metric) === JSON.stringify({ namespace, name, dimensions })),
          `${by}: ${name}`,
        );
      }
    });
  }

  it("are counted in the cost", () => {
    const { operations } = asRecord(graph.outputs.monthlyCost);
    assert.equal(operations, Math.round((23 * 0.1 + (3 * 5 + 3) * 0.3 + 3) * 100) / 100);
  });
});
