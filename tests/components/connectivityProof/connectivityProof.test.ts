import assert from "node:assert/strict";
import { AwsError } from "../../aws/awsProtocol";
import { ProofHarness, repository, taskArn } from "./proofHarness";

describe("connectivityProof", () => {
  const harness = new ProofHarness();
  /** A task which ends as told, at once. */
  const stops = (task: object) => {
    harness.double.answers.DescribeTasks = () => ({ tasks: [{ taskArn, lastStatus: "STOPPED", ...task }] });
  };

  it("runs the service's own task with the probe in place of the app, once the images are complete", async () => {
    await harness.prove();
    assert.deepEqual(
      harness.double.calls.map(({ operation }) => operation),
      [
        "BatchGetImage",
        "BatchGetImage",
        "BatchCheckLayerAvailability",
        "RunTask",
        "DescribeTasks",
        "DescribeTasks",
        "DescribeTasks",
      ],
    );
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

  it("fails with what the probe printed when it ends with another exit code", async () => {
    stops({ stoppedReason: "Essential container in task exited", containers: [{ name: "hello", exitCode: 1 }] });
    harness.double.answers.GetLogEvents = () => ({
      events: [{ message: "asking the collector\n" }, { message: "X-Ray answered 403: AccessDenied" }],
    });
    assert.equal(
      await harness.failure(),
      "hello cannot do without the NAT gateway: the probe ended with exit code 1; task stopped: Essential container " +
        "in task exited; its last log lines: asking the collector | X-Ray answered 403: AccessDenied",
    );
    assert.deepEqual(harness.double.inputs("GetLogEvents"), [
      {
        logGroupName: "/traced-fargate/dev/hello",
        logStreamName: "hello/hello/0123456789abcdef",
        startFromHead: false,
        limit: 10,
      },
    ]);
  });

  it("fails with ECS's reasons when an image cannot be pulled, and says that there is no log", async () => {
    stops({
      stoppedReason: "CannotPullContainerError: i/o timeout",
      containers: [{ name: "xray-daemon", reason: "CannotPullContainerError: i/o timeout" }, { name: "hello" }],
    });
    harness.double.answers.GetLogEvents = () => {
      throw new AwsError("ResourceNotFoundException", "The specified log stream does not exist.");
    };
    assert.equal(
      await harness.failure(),
      "hello cannot do without the NAT gateway: the probe never ran; task stopped: CannotPullContainerError: i/o " +
        "timeout; container xray-daemon: CannotPullContainerError: i/o timeout; its log hello/hello/0123456789abcdef " +
        "cannot be read: ResourceNotFoundException: The specified log stream does not exist.",
    );
  });

  it("says when the log is empty", async () => {
    stops({ containers: [{ name: "hello", exitCode: 2 }] });
    harness.double.answers.GetLogEvents = () => ({ events: [] });
    assert.match(await harness.failure(), /exit code 2; its log hello\/hello\/0123456789abcdef is empty$/);
  });

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

  it("goes on when the task is not visible yet", async () => {
    const answers = [{ tasks: [], failures: [{ reason: "MISSING" }] }, undefined];
    const describe = harness.double.answers.DescribeTasks;
    harness.double.answers.DescribeTasks = (input) => answers.shift() ?? describe?.(input) ?? {};
    await harness.prove();
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

  const refused: [operation: string, code: string, remedy: RegExp][] = [
    ["RunTask", "ExpiredTokenException", /\. Sign in again .*it goes on\.$/],
    ["RunTask", "ClusterNotFoundException", /run `pulumi refresh`, then `pulumi up`\.$/],
    ["DescribeTasks", "UnrecognizedClientException", /\. Sign in again/],
    ["BatchGetImage", "AccessDeniedException", /\. Allow the action to whoever runs `pulumi up`\.$/],
    ["BatchGetImage", "UnableToGetUpstreamImageException", /\. See that the public registry has the image/],
    ["BatchCheckLayerAvailability", "RepositoryNotFoundException", /run `pulumi refresh`, then `pulumi up`\.$/],
  ];
  for (const [operation, code, remedy] of refused) {
    it(`says what to do about ${code} of ${operation}`, async () => {
      harness.double.answers.StopTask = () => ({});
      harness.double.answers[operation] = () => {
        throw new AwsError(code);
      };
      const message = await harness.failure();
      assert.ok(message.startsWith(`failed at proving that hello does without the NAT gateway: ${code}: `), message);
      assert.match(message, remedy);
    });
  }

  it("ends on SIGINT and stops the task", async () => {
    harness.double.answers.DescribeTasks = () => {
      process.emit("SIGINT");
      return { tasks: [{ taskArn, lastStatus: "RUNNING" }] };
    };
    harness.double.answers.StopTask = () => ({});
    assert.match(await harness.failure(), /^interrupted while waiting for the probe of hello to end/);
    assert.equal(harness.double.inputs("StopTask").length, 1);
  });
});
