import assert from "node:assert/strict";
import { planAlarms } from "../../components/operations/alarms";
import { type AlarmState, alarmState, type Minutes, type Sample } from "../aws/alarmDouble";
import type { ComponentEvaluation } from "../pulumi/evaluateComponent";
import { alarmType, operatedChain } from "./operated";

/** Minutes with these samples in each; `-` has none, a number one sample, and a list several. */
function minutes(...parts: [count: number, samples: "-" | number | readonly (number | Sample)[]][]): Minutes {
  return parts.flatMap(([count, samples]) => {
    const list = samples === "-" ? [] : [samples].flat();
    const minute = list.map((each) => (typeof each === "number" ? { value: each, count: 1 } : each));
    return Array<readonly Sample[]>(count).fill(minute);
  });
}

/** CPU of as many tasks. */
const tasks = (count: number) => Array<number>(count).fill(3);
const quick: Sample = { value: 5, count: 98 };
const slow = (count: number): Sample => ({ value: 1500, count });

type Case = readonly [what: string, samples: Readonly<Record<string, Minutes>>, state: AlarmState];

const cases: Readonly<Record<string, readonly Case[]>> = {
  "bff-tasks": [
    ["a task runs", { CPUUtilization: minutes([10, tasks(1)]) }, "OK"],
    [
      "none has run for as long as CloudWatch looks back",
      { CPUUtilization: minutes([10, tasks(1)], [7, "-"]) },
      "ALARM",
    ],
    ["a task is replaced within two minutes", { CPUUtilization: minutes([8, tasks(1)], [2, "-"]) }, "OK"],
    ["a deployment runs more", { CPUUtilization: minutes([5, tasks(1)], [5, tasks(2)]) }, "OK"],
  ],
  "bff-faults": [
    ["all is well", { Requests: minutes([10, 100]), Faults: minutes([10, 0]) }, "OK"],
    ["a fifth fails", { Requests: minutes([10, 100]), Faults: minutes([5, 0], [5, 20]) }, "ALARM"],
    ["exactly 5 % fail", { Requests: minutes([5, 100]), Faults: minutes([5, 5]) }, "ALARM"],
    ["fewer than 5 % fail", { Requests: minutes([5, 100]), Faults: minutes([5, 4]) }, "OK"],
    ["four of four requests fail", { Requests: minutes([5, [4, 0]]), Faults: minutes([1, 4], [4, 0]) }, "OK"],
    ["five of five fail", { Requests: minutes([5, 1]), Faults: minutes([5, 1]) }, "ALARM"],
    ["two tasks fail together", { Requests: minutes([5, [10, 10]]), Faults: minutes([5, [1, 1]]) }, "ALARM"],
    ["nobody asks", { Requests: minutes([10, 0]), Faults: minutes([10, 0]) }, "OK"],
    ["no task writes", { Requests: minutes([10, "-"]), Faults: minutes([10, "-"]) }, "OK"],
  ],
  "bff-latency": [
    ["all are quick", { Latency: minutes([25, [quick]]) }, "OK"],
    ["2 % are slow for 15 minutes", { Latency: minutes([10, [quick]], [15, [quick, slow(2)]]) }, "ALARM"],
    ["2 % are slow for 10 minutes", { Latency: minutes([15, [quick]], [10, [quick, slow(2)]]) }, "OK"],
    ["fewer than 1 % are slow", { Latency: minutes([25, [quick, quick, slow(1)]]) }, "OK"],
    ["nobody asks any more", { Latency: minutes([10, [slow(1)]], [15, "-"]) }, "OK"],
  ],
  "bff-tracing": [
    ["all is well", { TracingErrors: minutes([20, [0, 0]]) }, "OK"],
    ["the collector of one of two tasks is dead", { TracingErrors: minutes([10, 0], [10, [0, 1]]) }, "ALARM"],
    // A warning comes every 60 to 70 s, so that a minute may be without.
    ["with a minute without a warning", { TracingErrors: minutes([10, 0], [4, 1], [1, 0], [5, 1]) }, "ALARM"],
    ["it is restarted within two minutes", { TracingErrors: minutes([10, 0], [2, 1], [8, 0]) }, "OK"],
    ["the task is gone", { TracingErrors: minutes([10, 1], [14, "-"]) }, "OK"],
  ],
  natgateway: [
    ["it is gone after 20 minutes", { ActiveConnectionCount: minutes([20, 2], [180, "-"]) }, "OK"],
    ["it is gone at the deadline", { ActiveConnectionCount: minutes([123, 0], [20, "-"]) }, "OK"],
    ["it is idle, and 15 minutes older than that", { ActiveConnectionCount: minutes([135, 0]) }, "ALARM"],
    ["it has been gone for a while", { ActiveConnectionCount: minutes([300, 0], [50, "-"]) }, "OK"],
    ["there has been none for a day", { ActiveConnectionCount: minutes([300, "-"]) }, "OK"],
  ],
  "schedule-errors": [
    ["no schedule has run", { TargetErrorCount: minutes([15, "-"]) }, "OK"],
    ["a call was refused", { TargetErrorCount: minutes([12, "-"], [1, 1], [2, "-"]) }, "ALARM"],
  ],
  "schedule-dropped": [
    ["no schedule has run", { InvocationDroppedCount: minutes([15, "-"]) }, "OK"],
    ["one was given up", { InvocationDroppedCount: minutes([12, "-"], [1, 1], [2, "-"]) }, "ALARM"],
  ],
  "table-throttles": [
    ["nothing is throttled", { ThrottledRequests: minutes([20, "-"]) }, "OK"],
    ["one write in passing", { ThrottledRequests: minutes([15, "-"], [1, 1], [4, "-"]) }, "OK"],
    ["writes for 10 minutes", { ThrottledRequests: minutes([10, "-"], [10, 3]) }, "ALARM"],
  ],
};

describe("the alarms of a stack", () => {
  let graph: ComponentEvaluation;
  before(async () => {
    graph = await operatedChain();
  });

  for (const [alarm, all] of Object.entries(cases)) {
    for (const [what, samples, state] of all) {
      it(`${alarm}: ${what}: ${state}`, () => {
        assert.equal(alarmState(graph.one(alarmType, `operations-${alarm}`).inputs, samples), state);
      });
    }
  }

  it("are all tried above, and the same for each service", () => {
    const kinds = graph.ofType(alarmType).map(({ name }) => name.replace("operations-", ""));
    const tried = new Set(kinds.map((name) => name.replace(/^(frontend|date|time)-/, "bff-")));
    assert.deepEqual([...tried].sort(), Object.keys(cases).sort());
    const traced = kinds.filter((name) => name.endsWith("-tracing"));
    assert.deepEqual(traced, ["bff-tracing", "date-tracing", "time-tracing"]);
  });

  it("look back no longer than CloudWatch lets them", () => {
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
    for (const deadlineMinutes of [0, 60, 120, 1440]) {
      const watched = { project: "p", stack: "s", services: [], natGateway: { id: "nat-1", deadlineMinutes } };
      for (const { name, periods, periodSeconds } of planAlarms(watched)) {
        assert.ok(periods * periodSeconds <= 86_400, `${name} with ${deadlineMinutes}`);
      }
    }
  });

  it("watch the NAT gateway where no schedule deletes it, too", () => {
    const natGateway = { id: "nat-1", deadlineMinutes: 0 };
    const planned = planAlarms({ project: "p", stack: "s", services: [], natGateway });
    assert.deepEqual(
      planned.map(({ name, periods }) => [...name, periods]),
      [["natgateway", 27]],
    );
    assert.deepEqual(planAlarms({ project: "p", stack: "s", services: [] }), []);
  });
});
