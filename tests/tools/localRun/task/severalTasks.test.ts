import assert from "node:assert/strict";
import { join } from "node:path";
import type { Evaluation } from "../../../../tools/evaluation/evaluation";
import { readTables, readTasks } from "../../../../tools/localRun/task/evaluatedTasks";
import { planTasks } from "../../../../tools/localRun/task/plan";
import { PortAllocator, type PortMap } from "../../../../tools/localRun/task/ports";
import { evaluateVariant } from "../../../stacks/evaluateVariant";

const root = join(__dirname, "../../../..");

/** Gives every port of every task a number of its own, the first being 5001. */
class CountingPorts extends PortAllocator {
  private last = 5000;

  override async allocate(ports: readonly number[]): Promise<PortMap> {
    return new Map([...new Set(ports)].map((port) => [port, ++this.last]));
  }
}

describe("several tasks on one machine", () => {
  let evaluation: Evaluation;
  before(async () => {
    evaluation = await evaluateVariant("chain");
  });

  it("are known by the names of their services", () => {
    assert.deepEqual(
      readTasks(evaluation).map(({ family, hostNames }) => [family, hostNames]),
      ["frontend", "bff", "date", "time"].map((name) => [
        `traced-fargate-chain-${name}`,
        [`${name}.chain.traced-fargate.internal`],
      ]),
    );
  });

  it("have the tables of the program", () => {
    const table = evaluation.resources.find(({ type }) => type === "aws:dynamodb/table:Table");
    assert.deepEqual(readTables(evaluation), [{ name: table?.outputs.name, key: { name: "SubAppId", type: "S" } }]);
  });

  it("find themselves, each other and the table, each in its own way", async () => {
    const tables = readTables(evaluation).map(({ name }) => name);
    const awsEnvironment = (environment: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
      tables.includes(environment.TABLE_NAME ?? "") ? { AWS_ENDPOINT_URL_DYNAMODB: "http://127.0.0.1:9" } : {};
    const context = { projectDirectory: root, samplingRules: [], awsEnvironment };
    const tasks = await planTasks(readTasks(evaluation), evaluation, context, new CountingPorts());
    const places = tasks.flatMap(({ containers }) =>
      containers.map(({ name, environment }) => {
        const found = Object.entries(environment).filter(([key]) => /URL|PORT|ADDRESS/.test(key));
        return [name, Object.fromEntries(found)];
      }),
    );
    const dynamodb = { AWS_ENDPOINT_URL_DYNAMODB: "http://127.0.0.1:9" };
    assert.deepEqual(places, [
      ["frontend", { BFF_URL: "http://127.0.0.1:5002", PORT: "5001" }],
      ["xray-daemon", {}],
      [
        "bff",
        {
          AWS_XRAY_DAEMON_ADDRESS: "127.0.0.1:5003",
          DATE_URL: "http://127.0.0.1:5004",
          PORT: "5002",
          TIME_URL: "http://127.0.0.1:5006",
        },
      ],
      ["xray-daemon", {}],
      ["date", { ...dynamodb, AWS_XRAY_DAEMON_ADDRESS: "127.0.0.1:5005", PORT: "5004" }],
      ["xray-daemon", {}],
      ["time", { ...dynamodb, AWS_XRAY_DAEMON_ADDRESS: "127.0.0.1:5007", PORT: "5006" }],
    ]);
  });
});
