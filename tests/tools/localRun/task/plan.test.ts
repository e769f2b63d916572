import assert from "node:assert/strict";
import { join } from "node:path";
import { defaultSamplingRule } from "../../../../tools/localRun/checks/sampling";
import { type EvaluatedProgram, readTables, readTasks } from "../../../../tools/localRun/task/evaluatedTasks";
import { planTasks, prepareTask, type Surroundings, startOrder } from "../../../../tools/localRun/task/plan";
import { PortAllocator, type PortMap } from "../../../../tools/localRun/task/ports";
import { evaluateVariant } from "../../../stacks/evaluateVariant";
import { exampleProgram } from "./exampleProgram";

const root = join(__dirname, "../../../..");
const context = { projectDirectory: root, samplingRules: [defaultSamplingRule] };

/** Gives every port of every task a number of its own, the first being 5001. */
class CountingPorts extends PortAllocator {
  private last = 5000;

  override async allocate(ports: readonly number[]): Promise<PortMap> {
    return new Map([...new Set(ports)].map((port) => [port, ++this.last]));
  }
}

const plan = (program: EvaluatedProgram, more: Partial<Surroundings> = {}) => {
  const prepared = readTasks(program).map((task) => prepareTask(task, program, context));
  return planTasks(prepared, { run: "this run", ...more }, new CountingPorts());
};

describe("the plan of a local run", () => {
  const common = {
    LOCAL_RUN: "this run",
    NODE_OPTIONS: `--require "${join(root, "tools/localRun/task/preload.js")}"`,
    PATH: process.env.PATH,
  };

  it("holds every container in its order, with what its definition and its image say, at this machine's ports", async () => {
    const app = {
      workingDirectory: join(root, "app/hello/dist"),
      environment: {
        NODE_ENV: "production",
        AWS_REGION: "eu-central-1",
        AWS_XRAY_DAEMON_ADDRESS: "127.0.0.1:5002",
        AWS_XRAY_TRACING_NAME: "traced-fargate-dev-hello",
        PORT: "5001",
        TRACING: "xray",
        ...common,
      },
    };
    const daemon = {
      name: "xray-daemon",
      description: "stand-in for the X-Ray daemon",
      essential: false,
      command: [
        ...["node", "-r", join(root, "tools/register.js"), join(root, "tools/localRun/standIns/daemon/main.ts")],
        ...["-t", "127.0.0.1:5002", "-b", "127.0.0.1:5002", "-o", "-l", "info"],
      ],
      workingDirectory: root,
      environment: { SAMPLING_RULES: JSON.stringify(context.samplingRules), AWS_REGION: "eu-central-1", ...common },
      dependsOn: [],
      healthCheck: undefined,
      stopTimeoutMs: 30_000,
      tcpPorts: [],
      workspaces: [],
      reportsEvents: true,
    };
    const hello = {
      name: "hello",
      description: "app/hello, target service",
      essential: true,
      command: ["node", "service.cjs"],
      ...app,
      dependsOn: [{ containerName: "xray-daemon", condition: "START" }],
      healthCheck: {
        command: [
          ...["node", "-e"],
          "fetch('http://127.0.0.1:5001/health').then(r=>process.exit(r.ok?0:1),()=>process.exit(1))",
        ],
        ...app,
        intervalMs: 10_000,
        timeoutMs: 5000,
        retries: 3,
        startPeriodMs: 30_000,
      },
      stopTimeoutMs: 30_000,
      tcpPorts: [8080],
      workspaces: ["app/hello"],
      reportsEvents: false,
    };
    const ports = new Map([
      [8080, 5001],
      [2000, 5002],
    ]);
    assert.deepEqual(await plan(await exampleProgram()), [
      {
        family: "traced-fargate-dev-hello",
        service: "hello",
        logGroup: "/traced-fargate/dev/hello",
        containers: [daemon, hello],
        ports,
      },
    ]);
  });

  it("lets a definition override what its image runs, as Docker does", async () => {
    const healthCheck = { command: ["CMD-SHELL", "exit 0"], interval: 5, timeout: 2, retries: 1, startPeriod: 0 };
    const program = await exampleProgram((...containers) =>
      containers.map((container) => ({ ...container, entryPoint: ["/bin/echo"], healthCheck })),
    );
    const [{ containers } = assert.fail()] = await plan(program);
    assert.deepEqual(
      containers.map(({ command, healthCheck: check }) => [command, check?.command]),
      [
        [
          ["/bin/echo", "-o", "-l", "info"],
          ["/bin/sh", "-c", "exit 0"],
        ],
        [["/bin/echo"], ["/bin/sh", "-c", "exit 0"]],
      ],
    );
  });

  it("needs a task", async () => {
    assert.throws(() => readTasks({ resources: [] }), {
      message: "The program defines no ECS task, so there is nothing to run.",
    });
    const empty = await exampleProgram(() => []);
    assert.throws(() => readTasks(empty), { message: "The task definition hello holds no containers." });
  });

  it("has several tasks find themselves, each other and the table, each in its own way", async () => {
    const evaluation = await evaluateVariant("chain");
    const table = evaluation.resources.find(({ type }) => type === "aws:dynamodb/table:Table");
    const tables = readTables(evaluation);
    assert.deepEqual(tables, [{ name: table?.outputs.name, key: { name: "SubAppId", type: "S" } }]);
    const dynamodb = { AWS_ENDPOINT_URL_DYNAMODB: "http://127.0.0.1:9" };
    const awsEnvironment: Surroundings["awsEnvironment"] = ({ TABLE_NAME }) =>
      tables.some(({ name }) => name === TABLE_NAME) ? dynamodb : {};
    const places = (await plan(evaluation, { awsEnvironment })).flatMap(({ containers }) =>
      containers.map(({ name, environment }) => [
        name,
        Object.fromEntries(Object.entries(environment).filter(([key]) => /URL|PORT|ADDRESS/.test(key))),
      ]),
    );
    const calls = { DATE_URL: "http://127.0.0.1:5004", TIME_URL: "http://127.0.0.1:5006" };
    assert.deepEqual(places, [
      ["frontend", { BFF_URL: "http://127.0.0.1:5002", PORT: "5001" }],
      ["xray-daemon", {}],
      ["bff", { AWS_XRAY_DAEMON_ADDRESS: "127.0.0.1:5003", PORT: "5002", ...calls }],
      ["xray-daemon", {}],
      ["date", { ...dynamodb, AWS_XRAY_DAEMON_ADDRESS: "127.0.0.1:5005", PORT: "5004" }],
      ["xray-daemon", {}],
      ["time", { ...dynamodb, AWS_XRAY_DAEMON_ADDRESS: "127.0.0.1:5007", PORT: "5006" }],
    ]);
  });
});

describe("the order of containers", () => {
  const container = (name: string, ...dependencies: string[]) => ({
    name,
    dependsOn: dependencies.map((containerName) => ({ containerName, condition: "START" as const })),
  });
  const orderOf = (...containers: ReturnType<typeof container>[]) => startOrder(containers).map(({ name }) => name);

  it("puts each after those it depends on, and leaves the rest as it is", () => {
    assert.deepEqual(orderOf(container("b"), container("a")), ["b", "a"]);
    const diamond = [container("d", "b", "c"), container("c", "a"), container("b", "a"), container("a")];
    assert.deepEqual(orderOf(...diamond), ["a", "b", "c", "d"]);
  });

  it("knows no circles and no strangers", () => {
    assert.throws(() => orderOf(container("a", "b"), container("b", "a")), {
      message: "Containers wait for each other in a circle: a -> b -> a.",
    });
    assert.throws(() => orderOf(container("a", "b")), {
      message: "The container a depends on b, which the task does not have.",
    });
  });
});
