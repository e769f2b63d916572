import assert from "node:assert/strict";
import { join } from "node:path";
import { defaultSamplingRule } from "../../../../tools/localRun/checks/sampling";
import { type EvaluatedProgram, readTasks } from "../../../../tools/localRun/task/evaluatedTasks";
import { planTasks, startOrder } from "../../../../tools/localRun/task/plan";
import { PortAllocator, type PortMap } from "../../../../tools/localRun/task/ports";
import { exampleContainers, exampleProgram } from "./exampleProgram";

const root = join(__dirname, "../../../..");
const context = { projectDirectory: root, samplingRules: [defaultSamplingRule] };

/** Gives the ports a test expects, so that it does not depend on what is free. */
class FixedPorts extends PortAllocator {
  constructor(private readonly map: PortMap) {
    super();
  }

  override async allocate(): Promise<PortMap> {
    return this.map;
  }
}

async function plan(program: EvaluatedProgram, ports: PortMap) {
  const [task] = await planTasks(readTasks(program), program, context, new FixedPorts(ports));
  assert.ok(task);
  return task;
}

describe("the plan of a local run", () => {
  const PATH = process.env.PATH;

  it("holds every container in its order, with what its definition and its image say", async () => {
    const app = {
      workingDirectory: join(root, "app/hello/dist"),
      environment: {
        NODE_ENV: "production",
        AWS_REGION: "eu-central-1",
        AWS_XRAY_DAEMON_ADDRESS: "127.0.0.1:2000",
        AWS_XRAY_TRACING_NAME: "traced-fargate-dev-hello",
        PORT: "8080",
        TRACING: "xray",
        PATH,
      },
    };
    const ports = new Map([
      [8080, 8080],
      [2000, 2000],
    ]);
    assert.deepEqual(await plan(exampleProgram(), ports), {
      family: "traced-fargate-dev-hello",
      ports,
      containers: [
        {
          name: "xray-daemon",
          description: "stand-in for the X-Ray daemon",
          essential: false,
          command: [
            "node",
            "-r",
            join(root, "tools/register.js"),
            join(root, "tools/localRun/standIns/daemon/main.ts"),
            ...["-t", "127.0.0.1:2000", "-b", "127.0.0.1:2000"],
            ...["-o", "-l", "info"],
          ],
          workingDirectory: root,
          environment: {
            SAMPLING_RULES: JSON.stringify(context.samplingRules),
            AWS_REGION: "eu-central-1",
            PATH,
          },
          dependsOn: [],
          healthCheck: undefined,
          stopTimeoutMs: 30_000,
          tcpPorts: [],
          workspaces: [],
          reportsEvents: true,
        },
        {
          name: "hello",
          description: "app/hello, target service",
          essential: true,
          command: ["node", "service.cjs"],
          ...app,
          dependsOn: [{ containerName: "xray-daemon", condition: "START" }],
          healthCheck: {
            command: [
              "node",
              "-e",
              "fetch('http://127.0.0.1:8080/health').then(r=>process.exit(r.ok?0:1),()=>process.exit(1))",
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
        },
      ],
    });
  });

  it("points everything at the ports this machine has free", async () => {
    const ports = new Map([
      [8080, 9001],
      [2000, 9002],
    ]);
    const { containers } = await plan(exampleProgram(), ports);
    const [daemon, app] = containers;
    assert.deepEqual(
      {
        daemon: daemon?.command.slice(4, 8),
        environment: [app?.environment.PORT, app?.environment.AWS_XRAY_DAEMON_ADDRESS],
        health: app?.healthCheck?.command.at(-1),
      },
      {
        daemon: ["-t", "127.0.0.1:9002", "-b", "127.0.0.1:9002"],
        environment: ["9001", "127.0.0.1:9002"],
        health: "fetch('http://127.0.0.1:9001/health').then(r=>process.exit(r.ok?0:1),()=>process.exit(1))",
      },
    );
  });

  it("lets a definition override what its image runs, as Docker does", async () => {
    const [app, daemon] = exampleContainers();
    const { containers } = await plan(
      exampleProgram([
        {
          ...app,
          entryPoint: ["/bin/echo"],
          healthCheck: { command: ["CMD-SHELL", "exit 0"], interval: 5, timeout: 2, retries: 1, startPeriod: 0 },
        },
        daemon,
      ]),
      new Map(),
    );
    assert.deepEqual(containers[1]?.command, ["/bin/echo"]);
    assert.deepEqual(containers[1]?.healthCheck?.command, ["/bin/sh", "-c", "exit 0"]);
  });

  it("needs a task", () => {
    assert.throws(() => readTasks({ resources: [] }), {
      message: "The program defines no ECS task, so there is nothing to run.",
    });
    assert.throws(() => readTasks(exampleProgram([])), { message: "The task definition hello holds no containers." });
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
    assert.deepEqual(orderOf(container("app", "daemon"), container("daemon")), ["daemon", "app"]);
    assert.deepEqual(orderOf(container("d", "b", "c"), container("c", "a"), container("b", "a"), container("a")), [
      "a",
      "b",
      "c",
      "d",
    ]);
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
