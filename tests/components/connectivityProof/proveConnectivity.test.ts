import assert from "node:assert/strict";
import type { ConnectivityProofInputs } from "../../../components/connectivityProof/probeTask";
import { proveConnectivity } from "../../../components/connectivityProof/proveConnectivity";
import { watchInterruption } from "../../../components/dynamicProvider/interruption";
import { AwsAnswerError, ProofDouble } from "../../helpers/proofDouble";

const taskArn = "arn:aws:ecs:eu-central-1:123456789012:task/cluster/0123456789abcdef";
const repository = "traced-fargate-dev/xray/aws-xray-daemon";
const inputs: ConnectivityProofInputs = {
  tasks: [
    {
      service: "hello",
      cluster: "arn:cluster",
      taskDefinition: "arn:task-definition:7",
      platformVersion: "1.4.0",
      subnetIds: ["subnet-1", "subnet-2"],
      securityGroupIds: ["sg-1"],
      container: "hello",
      command: ["node", "probe.cjs"],
      logGroup: "/traced-fargate/dev/hello",
      cachedImages: [{ repository, tag: "3.6.7", cpuArchitecture: "ARM64" }],
    },
  ],
  deadlineSeconds: 1,
  pollSeconds: 0.01,
};

/** An image index with two images, of which each has a config and two layers. */
const index = JSON.stringify({
  manifests: [
    { digest: "sha256:amd", platform: { architecture: "amd64", os: "linux" } },
    { digest: "sha256:arm", platform: { architecture: "arm64", os: "linux" } },
  ],
});
const image = JSON.stringify({
  config: { digest: "sha256:config" },
  layers: [{ digest: "sha256:one" }, { digest: "sha256:two" }],
});
const imageId = (input: Readonly<Record<string, unknown>>) =>
  (input.imageIds as { imageTag?: string; imageDigest?: string }[])[0] ?? {};

describe("proveConnectivity", () => {
  let double: ProofDouble;
  let environment: NodeJS.ProcessEnv;
  beforeEach(async () => {
    double = await ProofDouble.start();
    environment = { ...process.env };
    Object.assign(process.env, double.environment);
    const states = ["PROVISIONING", "RUNNING", "STOPPED"];
    double.answers = {
      BatchGetImage: (input) => ({
        images: [{ imageManifest: imageId(input).imageTag === undefined ? image : index }],
      }),
      BatchCheckLayerAvailability: (input) => ({
        layers: (input.layerDigests as string[]).map((layerDigest) => ({
          layerDigest,
          layerAvailability: "AVAILABLE",
        })),
      }),
      RunTask: () => ({ tasks: [{ taskArn }], failures: [] }),
      DescribeTasks: () => {
        const lastStatus = states.length > 1 ? states.shift() : states[0];
        const containers = lastStatus === "STOPPED" ? [{ name: "hello", exitCode: 0 }] : [];
        return { tasks: [{ taskArn, lastStatus, containers }] };
      },
    };
  });
  afterEach(async () => {
    process.env = environment;
    await double.stop();
    assert.deepEqual(double.refused(), []);
  });

  const prove = async (changes: Partial<ConnectivityProofInputs> = {}) => {
    const interruption = watchInterruption();
    try {
      await proveConnectivity({ ...inputs, ...changes }, { region: "eu-central-1", interruption });
    } finally {
      interruption.stop();
    }
  };
  const failure = async (changes?: Partial<ConnectivityProofInputs>): Promise<string> => {
    try {
      await prove(changes);
    } catch (error) {
      return (error as Error).message;
    }
    return assert.fail("the proof passed");
  };
  /** A task which ends as told, at once. */
  const stops = (task: object) => {
    double.answers.DescribeTasks = () => ({ tasks: [{ taskArn, lastStatus: "STOPPED", ...task }] });
  };

  it("runs the service's own task with the probe in place of the app, once the images are complete", async () => {
    await prove();
    assert.deepEqual(
      double.calls.map(({ operation }) => operation),
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
    const [named, single] = double.inputs("BatchGetImage");
    assert.deepEqual(named?.imageIds, [{ imageTag: "3.6.7" }]);
    assert.deepEqual(single?.imageIds, [{ imageDigest: "sha256:arm" }]);
    assert.deepEqual(double.inputs("BatchCheckLayerAvailability"), [
      { repositoryName: repository, layerDigests: ["sha256:config", "sha256:one", "sha256:two"] },
    ]);
    const [{ clientToken, ...task } = {}] = double.inputs("RunTask");
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
    assert.deepEqual(double.inputs("DescribeTasks")[0], { cluster: "arn:cluster", tasks: [taskArn] });
  });

  it("waits until every layer has arrived", async () => {
    const counts = [1, 2, 3];
    double.answers.BatchCheckLayerAvailability = (input) => ({
      layers: (input.layerDigests as string[]).map((layerDigest, position) => ({
        layerDigest,
        layerAvailability: position < (counts[0] ?? 0) ? "AVAILABLE" : "UNAVAILABLE",
      })),
      failures: counts.length > 1 ? [counts.shift()].slice(1) : [],
    });
    await prove();
    assert.equal(double.inputs("BatchCheckLayerAvailability").length, 3);
  });

  const missing: [what: string, arrange: () => void, expected: RegExp][] = [
    [
      "the tag",
      () => {
        double.answers.BatchGetImage = () => ({ images: [], failures: [{ failureCode: "ImageNotFound" }] });
      },
      /aws-xray-daemon:3\.6\.7 to be complete in the private registry \(still missing: the tag 3\.6\.7\)$/,
    ],
    [
      "the tag, told by an error",
      () => {
        double.answers.BatchGetImage = () => {
          throw new AwsAnswerError("ImageNotFoundException");
        };
      },
      /still missing: the tag 3\.6\.7\)$/,
    ],
    [
      "the image for the task's architecture",
      () => {
        double.answers.BatchGetImage = (input) =>
          imageId(input).imageTag === undefined ? { images: [] } : { images: [{ imageManifest: index }] };
      },
      /still missing: the image for ARM64\)$/,
    ],
    [
      "a layer",
      () => {
        double.answers.BatchCheckLayerAvailability = () => ({
          layers: [{ layerDigest: "sha256:one", layerAvailability: "AVAILABLE" }],
        });
      },
      /still missing: 2 of 3 layers\)$/,
    ],
  ];
  for (const [what, arrange, expected] of missing) {
    it(`gives up when the private registry lacks ${what}, and runs no task`, async () => {
      arrange();
      assert.match(await failure({ deadlineSeconds: 0.1 }), expected);
      assert.deepEqual(double.inputs("RunTask"), []);
    });
  }

  it("says at once that a tag is not made for the task's architecture", async () => {
    double.answers.BatchGetImage = () => ({
      images: [{ imageManifest: JSON.stringify({ manifests: [] }) }],
    });
    assert.equal(
      await failure(),
      "traced-fargate-dev/xray/aws-xray-daemon:3.6.7 has no image for ARM64; choose another tag or architecture",
    );
  });

  it("fails with what the probe printed when it ends with another exit code", async () => {
    stops({ stoppedReason: "Essential container in task exited", containers: [{ name: "hello", exitCode: 1 }] });
    double.answers.GetLogEvents = () => ({
      events: [{ message: "asking the collector\n" }, { message: "X-Ray answered 403: AccessDenied" }],
    });
    assert.equal(
      await failure(),
      "hello cannot do without the NAT gateway: the probe ended with exit code 1; task stopped: Essential container in " +
        "task exited; its last log lines: asking the collector | X-Ray answered 403: AccessDenied",
    );
    assert.deepEqual(double.inputs("GetLogEvents"), [
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
    double.answers.GetLogEvents = () => {
      throw new AwsAnswerError("ResourceNotFoundException", "The specified log stream does not exist.");
    };
    assert.equal(
      await failure(),
      "hello cannot do without the NAT gateway: the probe never ran; task stopped: CannotPullContainerError: i/o timeout; " +
        "container xray-daemon: CannotPullContainerError: i/o timeout; its log hello/hello/0123456789abcdef cannot be " +
        "read: ResourceNotFoundException: The specified log stream does not exist.",
    );
  });

  it("says when the log is empty", async () => {
    stops({ containers: [{ name: "hello", exitCode: 2 }] });
    double.answers.GetLogEvents = () => ({ events: [] });
    assert.match(await failure(), /exit code 2; its log hello\/hello\/0123456789abcdef is empty$/);
  });

  it("fails at once when ECS does not start the task", async () => {
    double.answers.RunTask = () => ({ tasks: [], failures: [{ reason: "MISSING" }] });
    assert.equal(await failure(), "hello's probe was not started: MISSING");
  });

  it("tries again, with the same token, while Fargate has no capacity or the answer got lost", async () => {
    const reason = "Capacity is unavailable at this time. Please try again later";
    const answers = [
      () => ({ tasks: [], failures: [{ reason }] }),
      () => {
        throw new AwsAnswerError("ServerException", "internal", 500);
      },
      () => ({ tasks: [{ taskArn }] }),
    ];
    double.answers.RunTask = () => (answers.shift() ?? assert.fail("called again"))();
    await prove();
    const tokens = double.inputs("RunTask").map(({ clientToken }) => clientToken);
    assert.equal(tokens.length >= 3, true);
    assert.equal(new Set(tokens).size, 1);
  });

  it("stops a task that does not end in time, and fails", async () => {
    double.answers.DescribeTasks = () => ({ tasks: [{ taskArn, lastStatus: "RUNNING" }] });
    double.answers.StopTask = () => ({});
    double.answers.GetLogEvents = () => ({ events: [{ message: "still asking" }] });
    assert.match(
      await failure({ deadlineSeconds: 0.2 }),
      /^hello cannot do without the NAT gateway: gave up after 0\.\d s of waiting for the probe of hello to end \(RUNNING\); its last log lines: still asking$/,
    );
    assert.deepEqual(double.inputs("StopTask"), [
      { cluster: "arn:cluster", task: taskArn, reason: "The proof has ended" },
    ]);
  });

  it("goes on when the task is not visible yet", async () => {
    const answers = [{ tasks: [], failures: [{ reason: "MISSING" }] }, undefined];
    const describe = double.answers.DescribeTasks;
    double.answers.DescribeTasks = (input) => answers.shift() ?? describe?.(input) ?? {};
    await prove();
  });

  it("passes on what AWS refuses, and leaves no task running", async () => {
    double.answers.DescribeTasks = () => {
      throw new AwsAnswerError("AccessDeniedException", "not authorized to perform: ecs:DescribeTasks");
    };
    double.answers.StopTask = () => {
      throw new AwsAnswerError("AccessDeniedException", "not authorized to perform: ecs:StopTask");
    };
    assert.equal(
      await failure(),
      "failed at proving that hello does without the NAT gateway: AccessDeniedException: not authorized to perform: " +
        "ecs:DescribeTasks",
    );
    assert.equal(double.inputs("StopTask").length, 1);
  });

  it("ends on SIGINT and stops the task", async () => {
    double.answers.DescribeTasks = () => {
      process.emit("SIGINT");
      return { tasks: [{ taskArn, lastStatus: "RUNNING" }] };
    };
    double.answers.StopTask = () => ({});
    assert.match(await failure(), /^interrupted while waiting for the probe of hello to end/);
    assert.equal(double.inputs("StopTask").length, 1);
  });
});
