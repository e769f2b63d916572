import assert from "node:assert/strict";
import { AwsError } from "../../aws/awsProtocol";
import { ProofHarness, repository, taskArn } from "./proofHarness";

type CallAnswer = NonNullable<ProofHarness["double"]["answers"][string]>;

const noLog = () => ({ events: [] });
const stream = "hello/hello/0123456789abcdef";

describe("connectivityProof", () => {
  const harness = new ProofHarness();

  it("runs the service's own task with the probe in place of the app, once the images are complete", async () => {
    await harness.prove();
    const calls = harness.double.calls.map(({ operation }) => operation).join();
    assert.match(calls, /^BatchGetImage,BatchGetImage,BatchCheckLayerAvailability,RunTask(,DescribeTasks){3}$/);
    const [named, single] = harness.double.inputs("BatchGetImage");
    assert.deepEqual(named?.imageIds, [{ imageTag: "3.6.7" }]);
    assert.deepEqual(single?.imageIds, [{ imageDigest: "sha256:arm" }]);
    assert.deepEqual(harness.double.inputs("BatchCheckLayerAvailability"), [
      { repositoryName: repository, layerDigests: ["sha256:config", "sha256:one", "sha256:two"] },
    ]);
    const [{ clientToken, ...task } = {}] = harness.double.inputs("RunTask");
    assert.match(String(clientToken), /^[0-9a-f-]{36}$/);
    assert.deepEqual(task, {
      cluster: "arn:cluster",
      taskDefinition: "arn:task-definition:7",
      launchType: "FARGATE",
      platformVersion: "1.4.0",
      count: 1,
      startedBy: "traced-fargate-proof",
      propagateTags: "TASK_DEFINITION",
      networkConfiguration: {
        awsvpcConfiguration: {
          subnets: ["subnet-1", "subnet-2"],
          securityGroups: ["sg-1"],
          assignPublicIp: "DISABLED",
        },
      },
      overrides: { containerOverrides: [{ name: "hello", command: ["node", "probe.cjs"] }] },
    });
    assert.deepEqual(harness.double.inputs("DescribeTasks")[0], { cluster: "arn:cluster", tasks: [taskArn] });
  });

  it("gives an image up that stays incomplete, and pauses from one look to the next", async () => {
    harness.double.answers.BatchCheckLayerAvailability = () => ({
      layers: [{ layerDigest: "sha256:one", layerAvailability: "UNAVAILABLE" }],
    });
    assert.match(
      await harness.failure({ deadlineSeconds: 0.2, pollSeconds: 10 }),
      /gave up after 0\.\d s of waiting for \S+:3\.6\.7 to be complete in the private registry \(still missing: .*\)/,
    );
    assert.ok(harness.double.inputs("BatchCheckLayerAvailability").length < 5, "it looks once, and a last time");
  });

  const reason = "Essential container in task exited";
  const notPulled = "CannotPullContainerError: i/o timeout";
  const failed = "hello cannot do without the NAT gateway: the probe";
  const stopping = (name: string, exitCode: number) => ({
    lastStatus: "DEPROVISIONING",
    containers: [{ name, exitCode }],
  });
  const stopped = (exitCode: number | undefined, more: object = {}) => ({
    ...{ lastStatus: "STOPPED", containers: [{ name: "hello", exitCode }] },
    ...more,
  });
  const endings: [what: string, looks: (object | undefined)[], log: CallAnswer, said: string | undefined][] = [
    [
      "waits until the task is visible, and passes before ECS calls it stopped",
      [undefined, {}, stopping("hello", 0)],
      noLog,
      undefined,
    ],
    [
      "passes whatever becomes of the sidecar",
      [
        stopped(0, {
          containers: [
            { name: "x", exitCode: 137 },
            { name: "hello", exitCode: 0 },
          ],
        }),
      ],
      noLog,
      undefined,
    ],
    [
      "fails with all that ECS says and the probe printed, when it ends with another exit code",
      [stopping("hello", 1), stopped(1, { stoppedReason: reason })],
      () => ({ events: [{ message: "asking the collector\n" }, { message: "X-Ray answered 403" }] }),
      `${failed} ended with exit code 1; task stopped: ${reason}; its last log lines: asking the collector | X-Ray answered 403`,
    ],
    ["says when the log is empty", [stopped(2)], noLog, `${failed} ended with exit code 2; its log ${stream} is empty`],
    [
      "does not pass with another container",
      [{ lastStatus: "RUNNING", containers: [{ name: "hello" }] }, stopping("x", 0), stopped(undefined)],
      noLog,
      `${failed} never ran; its log ${stream} is empty`,
    ],
    [
      "fails with ECS's reasons when an image cannot be pulled, and says that there is no log",
      [stopped(undefined, { stoppedReason: notPulled, containers: [{ name: "x", reason: notPulled }] })],
      () => {
        throw new AwsError("ResourceNotFoundException", "The specified log stream does not exist.");
      },
      `${failed} never ran; task stopped: ${notPulled}; container x: ${notPulled}; its log ${stream} cannot be read: ` +
        "ResourceNotFoundException: The specified log stream does not exist.",
    ],
  ];
  for (const [what, looks, log, said] of endings) {
    it(what, async () => {
      const tasks = [...looks];
      harness.double.answers.DescribeTasks = () => {
        assert.ok(tasks.length > 0, "asked again");
        const task = tasks.shift();
        return task === undefined ? { tasks: [], failures: [{ reason: "MISSING" }] } : { tasks: [task] };
      };
      harness.double.answers.GetLogEvents = log;
      assert.equal(await harness.prove().catch(({ message }) => message), said);
      assert.deepEqual(tasks, []);
      const logGroupName = "/traced-fargate/dev/hello";
      const asked = [{ logGroupName, logStreamName: stream, startFromHead: false, limit: 10 }];
      assert.deepEqual(harness.double.inputs("GetLogEvents"), said === undefined ? [] : asked);
    });
  }

  it("fails at once when ECS does not start the task", async () => {
    harness.double.answers.RunTask = () => ({ tasks: [], failures: [{ reason: "MISSING" }] });
    assert.match(
      await harness.failure(),
      /^hello's probe was not started: MISSING; see .*api_failures_messages\.html$/,
    );
  });

  it("tries again while Fargate has no capacity, and repeats a token only when an answer got lost", async () => {
    // ECS's own words: https://repost.aws/knowledge-center/ecs-fargate-runtask-capacity
    const reason = "Capacity is unavailable at this time. Please try again later or in a different availability zone";
    const none = () => ({ tasks: [], failures: [{ reason }] });
    const lost = () => {
      throw new AwsError("ServerException", "internal", 500);
    };
    // The SDK sends a call three times before the proof hears that it failed.
    const answers = [none, none, lost, lost, lost, lost, () => ({ tasks: [{ taskArn }] })];
    harness.double.answers.RunTask = () => (answers.shift() ?? assert.fail("called again"))();
    await harness.prove();
    const tokens = harness.double.inputs("RunTask").map(({ clientToken }) => clientToken);
    const names = [...new Set(tokens)];
    assert.deepEqual(
      tokens.map((token) => names.indexOf(token)),
      [0, 1, 2, 2, 2, 2, 2],
    );
  });

  it("stops a task that does not end in time, and fails", async () => {
    harness.double.answers.DescribeTasks = () => {
      harness.clock.pass(600);
      return { tasks: [{ taskArn, lastStatus: "RUNNING" }] };
    };
    harness.double.answers.StopTask = () => ({});
    harness.double.answers.GetLogEvents = () => ({ events: [{ message: "still asking" }] });
    assert.match(
      await harness.failure({ deadlineSeconds: 600 }),
      /^hello cannot do without the NAT gateway: gave up after 600(\.\d)? s of waiting for the probe of hello to end \(RUNNING\); its last log lines: still asking$/,
    );
    assert.deepEqual(harness.double.inputs("StopTask"), [
      { cluster: "arn:cluster", task: taskArn, reason: "The proof has ended" },
    ]);
  });

  it("passes on what AWS refuses, and leaves no task running", async () => {
    harness.double.answers.DescribeTasks = () => {
      throw new AwsError("AccessDeniedException", "not authorized to perform: ecs:DescribeTasks");
    };
    harness.double.answers.StopTask = () => {
      throw new AwsError("AccessDeniedException", "not authorized to perform: ecs:StopTask");
    };
    assert.equal(
      await harness.failure(),
      "failed at proving that hello does without the NAT gateway: AccessDeniedException: not authorized to perform: " +
        "ecs:DescribeTasks. Allow the action to whoever runs `pulumi up`.",
    );
    assert.equal(harness.double.inputs("StopTask").length, 1);
  });

  for (const operation of ["BatchGetImage", "BatchCheckLayerAvailability", "RunTask"]) {
    it(`says what to do about what AWS refuses: ${operation}`, async () => {
      harness.double.answers[operation] = () => {
        throw new AwsError("ExpiredTokenException");
      };
      assert.match(
        await harness.failure(),
        /^failed at proving that hello does without the NAT gateway: ExpiredTokenException: .*\. Sign in again .*it goes on\.$/,
      );
    });
  }
});
