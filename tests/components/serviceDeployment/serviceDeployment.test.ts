import assert from "node:assert/strict";
import { serviceDeploymentProvider } from "../../../components/serviceDeployment/serviceDeployment";
import { AwsError } from "../../aws/awsProtocol";
import { ProofDouble } from "../../aws/proofDouble";

const ecs = "arn:aws:ecs:eu-central-1:111122223333";
const inputs = {
  region: "eu-central-1",
  cluster: `${ecs}:cluster/main`,
  service: `${ecs}:service/main/hello-1a2b3c`,
  taskDefinition: `${ecs}:task-definition/hello:8`,
  subnetIds: ["subnet-1"],
  securityGroupIds: ["sg-1"],
  minTaskCount: 1,
  waits: { deadlineSeconds: 30, visibleSeconds: 0.05, pollSeconds: 0.001 },
};
const deployment = { taskDefinition: inputs.taskDefinition, desiredCount: 1, runningCount: 1, failedTasks: 0 };
const completed = { ...deployment, status: "PRIMARY", rolloutState: "COMPLETED" };
const inProgress = { ...completed, rolloutState: "IN_PROGRESS", runningCount: 0 };
const previous = { ...completed, taskDefinition: `${ecs}:task-definition/hello:7` };
const failed = {
  ...deployment,
  status: "ACTIVE",
  rolloutState: "FAILED",
  rolloutStateReason: "ECS deployment circuit breaker: tasks failed to start.",
};

describe("serviceDeploymentProvider", () => {
  let double: ProofDouble;
  let environment: NodeJS.ProcessEnv;

  beforeEach(async () => {
    double = await ProofDouble.start();
    environment = { ...process.env };
    Object.assign(process.env, double.environment);
    double.answers.ListTasks = () => ({ taskArns: [] });
  });

  afterEach(async () => {
    process.env = environment;
    await double.stop();
    assert.deepEqual(double.refused(), []);
  });

  /** ECS's events of the service, the newest first: one more than an error names. */
  const events = ["newest", ...Array.from({ length: 8 }, (_, age) => `${age + 1} older`)];

  /** Has ECS answer with these deployments, one list a look, the last forever. */
  function shows(...looks: object[][]): void {
    double.answers.DescribeServices = () => {
      const deployments = looks.length > 1 ? looks.shift() : looks[0];
      return { services: [{ deployments, events: events.map((message) => ({ message })) }] };
    };
  }

  async function failure(call: Promise<unknown> | undefined = serviceDeploymentProvider.create(inputs)) {
    try {
      await call;
    } catch (error) {
      assert.ok(error instanceof Error);
      assert.equal(error.constructor, Error, "the host loses the message of a subclass");
      assert.equal("id" in error, false, "nothing was made, so nothing may be saved");
      return error.message;
    }
    return assert.fail("the deployment counts as completed");
  }

  it("is created with one call when the deployment is completed", async () => {
    shows([completed]);
    assert.deepEqual(await serviceDeploymentProvider.create(inputs), { id: inputs.service, outs: inputs });
    assert.deepEqual(
      double.calls.map(({ operation, input }) => [operation, input]),
      [["DescribeServices", { cluster: inputs.cluster, services: [inputs.service] }]],
    );
  });

  it("waits while ECS answers with what it knew before, and while the tasks start", async () => {
    shows([], [previous], [inProgress, { ...previous, status: "ACTIVE" }], [previous], [completed]);
    await serviceDeploymentProvider.create({ ...inputs, waits: { ...inputs.waits, visibleSeconds: 30 } });
    assert.equal(double.inputs("DescribeServices").length, 5);
  });

  it("fails when ECS rolls back, with its events and why the tasks have stopped", async () => {
    shows([inProgress], [{ ...previous, rolloutState: "IN_PROGRESS" }, failed]);
    const stopped = {
      taskDefinitionArn: inputs.taskDefinition,
      stoppedReason: "Essential container in task exited",
      containers: [{ name: "hello", exitCode: 1 }, { name: "xray-daemon" }],
    };
    const tasks = [
      stopped,
      stopped,
      { ...stopped, containers: [{ name: "xray-daemon", reason: "CannotPullContainerError: i/o timeout" }] },
      { ...stopped, taskDefinitionArn: previous.taskDefinition, stoppedReason: "Scaling activity initiated by ECS" },
    ];
    double.answers.ListTasks = () => ({ taskArns: tasks.map((_, index) => `task-${index}`) });
    double.answers.DescribeTasks = () => ({ tasks });
    assert.deepEqual((await failure()).split("\n"), [
      "service hello-1a2b3c does not run what it was told to: it runs hello:7, not hello:8: ECS rolls back; " +
        "ECS deployment circuit breaker: tasks failed to start.",
      "task stopped: Essential container in task exited; container hello: exit code 1",
      "task stopped: Essential container in task exited; container xray-daemon: CannotPullContainerError: i/o timeout",
      ...events.slice(0, 8).map((message) => `event: ${message}`),
      "Correct the cause, then run `pulumi up --refresh`. If it lies outside this program, run `aws ecs update-service " +
        `--force-new-deployment --region eu-central-1 --cluster ${inputs.cluster} --service ${inputs.service}\` first.`,
    ]);
    assert.deepEqual(double.inputs("ListTasks"), [
      { cluster: inputs.cluster, serviceName: "hello-1a2b3c", desiredStatus: "STOPPED" },
    ]);
  });

  it("fails when the service is steady with the tasks it had before", async () => {
    shows([previous]);
    assert.match(
      await failure(),
      /^service hello-1a2b3c does not .* it runs hello:7, not hello:8; ECS has rolled back, or .*\n/,
    );
  });

  it("fails at the deadline with what was seen last, and why", async () => {
    shows([{ ...inProgress, failedTasks: 2 }]);
    const waits = { ...inputs.waits, deadlineSeconds: 0.2, pollSeconds: 10 };
    assert.match(
      await failure(serviceDeploymentProvider.create({ ...inputs, waits })),
      /^gave up after 0\.\d s of waiting for service hello-1a2b3c to complete its deployment \(IN_PROGRESS, 0 of 1 tasks run, 2 failed\)\nevent: /,
    );
    assert.ok(double.inputs("DescribeServices").length < 5, "it looks once, and a last time");
  });

  it("says what failed when the reasons cannot be read", async () => {
    shows([{ ...failed, status: "PRIMARY" }]);
    double.answers.ListTasks = () => {
      throw new AwsError("AccessDeniedException", "not authorized to perform: ecs:ListTasks");
    };
    const [headline, reasons] = (await failure()).split("\n");
    assert.match(headline ?? "", /its deployment has failed; ECS deployment circuit breaker: tasks failed to start\.$/);
    assert.match(reasons ?? "", /^why its tasks have stopped cannot be read: AccessDeniedException: not authorized/);
  });

  it("says what to do when AWS refuses the call", async () => {
    double.answers.DescribeServices = () => {
      throw new AwsError("ExpiredTokenException", "The security token included in the request is expired");
    };
    assert.match(
      await failure(),
      /^failed at looking at the deployment of service hello-1a2b3c: ExpiredTokenException: .*\. Sign in again/,
    );
  });

  it("ends on SIGINT", async () => {
    double.answers.DescribeServices = () => {
      process.emit("SIGINT");
      return { services: [{ deployments: [inProgress] }] };
    };
    assert.match(await failure(), /^interrupted while waiting for service hello-1a2b3c to complete its deployment/);
  });

  it("awaits what an update makes", async () => {
    shows([inProgress], [completed]);
    const olds = { ...inputs, taskDefinition: previous.taskDefinition };
    assert.deepEqual(await serviceDeploymentProvider.update(inputs.service, olds, inputs), { outs: inputs });
  });

  describe("diff", () => {
    const table: [what: string, change: object, changes: boolean, replaces: string[]][] = [
      ["nothing", {}, false, []],
      ["the task definition", { taskDefinition: previous.taskDefinition }, true, []],
      ["a subnet", { subnetIds: ["subnet-1", "subnet-2"] }, true, []],
      ["the number of tasks", { minTaskCount: 2 }, true, []],
      ["the profile", { profile: "deployer" }, true, []],
      ["the service", { service: `${ecs}:service/main/other` }, true, ["service"]],
      ["how long to wait", { waits: { ...inputs.waits, deadlineSeconds: 1 } }, false, []],
      ["the program's code", { __provider: "other code" }, false, []],
    ];
    for (const [what, change, changes, replaces] of table) {
      it(`of ${what}`, async () => {
        const news = { ...inputs, ...change };
        assert.deepEqual(await serviceDeploymentProvider.diff("id", inputs, news), { changes, replaces });
        assert.deepEqual(await serviceDeploymentProvider.diff("id", news, inputs), { changes, replaces });
      });
    }
  });
});
