import assert from "node:assert/strict";
import { readinessProvider } from "../../../../components/client/readiness/readiness";
import { readinessCommands } from "../../../../components/client/readiness/readinessCommand";
import { type DoubleInvocation, SsmDouble } from "../../../aws/ssmDouble";
import { Clock } from "../../../processes/clock";

const id = "i-0123456789abcdef0";
const inputs: Parameters<typeof readinessProvider.create>[0] = {
  region: "eu-central-1",
  instanceId: id,
  deadlineSeconds: 600,
  pollIntervalSeconds: 0.002,
};
const banner = "This is ApacheBench, Version 2.3 <$Revision: 1923142 $>\n";
const success: DoubleInvocation = { Status: "Success", ResponseCode: 0, StandardOutputContent: banner };
const outputs = { ...inputs, agentVersion: "3.3.3050.0", abVersion: "2.3" };

const describeCall = "DescribeInstanceInformation";
const sendCall = "SendCommand";
const invocationCall = "GetCommandInvocation";

/** What a call of the provider that has to fail says. */
async function failure(call: Promise<unknown> | undefined): Promise<string> {
  try {
    await call;
  } catch (error) {
    assert.ok(error instanceof Error);
    assert.equal(error.constructor, Error, "the host loses the message of a subclass");
    assert.equal("id" in error, false, "nothing was made, so nothing may be saved");
    return error.message;
  }
  throw new Error("the call succeeded");
}

describe("readinessProvider", () => {
  let ssm: SsmDouble;
  let environment: NodeJS.ProcessEnv;

  beforeEach(async () => {
    ssm = await SsmDouble.start();
    environment = { ...process.env };
    const credentials = { AWS_ACCESS_KEY_ID: "AKIATEST", AWS_SECRET_ACCESS_KEY: "test" };
    Object.assign(process.env, ssm.environment, credentials);
    process.env.AWS_CONFIG_FILE = "/dev/null";
    process.env.AWS_SHARED_CREDENTIALS_FILE = "/dev/null";
  });

  afterEach(async () => {
    process.env = environment;
    await ssm.stop();
    assert.deepEqual(ssm.refused(), []);
  });

  it("is created once the agent is online, cloud-init is through and ab is there", async () => {
    ssm.instances.set(id, {
      pings: [undefined, "Inactive", "ConnectionLost", "Online"],
      commands: [[{ Status: "Pending" }, { Status: "InProgress" }, success]],
    });
    assert.deepEqual(await readinessProvider.create(inputs), { id, outs: outputs });
    assert.deepEqual(ssm.operations(), [
      ...[describeCall, describeCall, describeCall, describeCall],
      sendCall,
      // The first of them finds no invocation yet.
      ...[invocationCall, invocationCall, invocationCall, invocationCall],
    ]);
  });

  it("asks in the region, for this instance, with a bounded command", async () => {
    ssm.instances.set(id, { pings: ["Online"], commands: [[success]] });
    await readinessProvider.create({ ...inputs, region: "ap-northeast-1" });
    assert.deepEqual([...new Set(ssm.calls.map(({ region }) => region))], ["ap-northeast-1"]);
    const [describeInput, sendInput] = ssm.calls.map(({ input }) => input);
    assert.deepEqual(describeInput, { Filters: [{ Key: "InstanceIds", Values: [id] }] });
    assert.deepEqual(sendInput, {
      DocumentName: "AWS-RunShellScript",
      InstanceIds: [id],
      Comment: "Is the load client ready?",
      TimeoutSeconds: 60,
      Parameters: {
        commands: readinessCommands(),
        executionTimeout: ["600"],
      },
    });
  });

  it("keeps asking through errors that only say `not yet` or `too often`", async () => {
    ssm.instances.set(id, { pings: ["Online"], commands: [[success]] });
    ssm.fail(describeCall, "InvalidInstanceId");
    ssm.fail(sendCall, "InvalidInstanceId", "InvalidInstanceId");
    ssm.fail(invocationCall, "ThrottlingException");
    assert.deepEqual(await readinessProvider.create(inputs), { id, outs: outputs });
  });

  it("sends the command again when it never reached the instance", async () => {
    const lost: DoubleInvocation = { Status: "TimedOut", StatusDetails: "DeliveryTimedOut" };
    ssm.instances.set(id, { pings: ["Online"], commands: [[lost], [success]] });
    assert.deepEqual(await readinessProvider.create(inputs), { id, outs: outputs });
    assert.deepEqual(ssm.operations(), [
      describeCall,
      ...[sendCall, invocationCall, invocationCall],
      ...[sendCall, invocationCall, invocationCall],
    ]);
  });

  const agent =
    "The agent needs the endpoints `ssm` and `ssmmessages`, port 443 open to them, and its instance role. See what the " +
    `instance did with \`aws ec2 get-console-output --latest --instance-id ${id} --region eu-central-1\`, then run`;
  const tooLate: [what: string, pings: (string | undefined)[], seen: string, remedy: string][] = [
    ["the agent never comes online", [undefined], "come online (not registered)", agent],
    ["the agent has lost its connection", ["ConnectionLost"], "come online (ping status ConnectionLost)", agent],
    ["no command is taken", ["Online", "ConnectionLost"], "(instance not ready for commands)", "User data runs once"],
  ];
  for (const [what, pings, seen, remedy] of tooLate) {
    it(`fails at the deadline when ${what}, and says what to look at`, async () => {
      ssm.instances.set(id, { pings });
      const message = await failure(readinessProvider.create({ ...inputs, deadlineSeconds: 0.05 }));
      assert.match(message, /^load client i-0123456789abcdef0 is not ready: gave up after [\d.]+ s of waiting for /);
      assert.ok(message.includes(`${seen}\n${remedy}`), message);
    });
  }

  it("fails at the deadline when cloud-init does not end", async () => {
    ssm.instances.set(id, { pings: ["Online"], commands: [[{ Status: "InProgress" }]] });
    const clock = new Clock();
    // The first answer about a command is that there is none yet.
    ssm.heard = () => ssm.operations().filter((called) => called === invocationCall).length === 2 && clock.pass(600);
    const message = await failure(readinessProvider.create(inputs)).finally(() => clock.restore());
    assert.match(message, /gave up after [\d.]+ s of waiting for cloud-init and Apache Bench \(command InProgress\)\n/);
  });

  it("fails at once with the command's output when the user data failed", async () => {
    const output =
      "cloud-init ended with exit code 1. The end of /var/log/cloud-init-output.log:\nNo match: httpd-tools";
    const failed: DoubleInvocation = { Status: "Failed", ResponseCode: 1, StandardErrorContent: `${output}\n` };
    ssm.instances.set(id, { pings: ["Online"], commands: [[failed]] });
    assert.equal(
      await failure(readinessProvider.create(inputs)),
      "load client i-0123456789abcdef0 is not ready: its user data did not do its work (command Failed, exit code " +
        `1). ${output}\nUser data runs once, at the first boot. Look around with ` +
        "`aws ssm start-session --target i-0123456789abcdef0 --region eu-central-1`, correct the cause, then give " +
        "the client a new instance with `pulumi up --replace URN` (`pulumi stack --show-urns` lists the URN of the instance).",
    );
    assert.deepEqual(ssm.operations(), [describeCall, sendCall, invocationCall, invocationCall]);
  });

  for (const operation of [describeCall, sendCall, invocationCall]) {
    it(`fails at once when ${operation} is refused, and says what to do`, async () => {
      ssm.instances.set(id, { pings: ["Online"], commands: [[success]] });
      ssm.fail(operation, "AccessDeniedException");
      assert.equal(
        await failure(readinessProvider.create(inputs)),
        "load client i-0123456789abcdef0 is not ready: failed at asking Systems Manager: AccessDeniedException: made " +
          "to fail. Allow the action to whoever runs `pulumi up`.",
      );
      assert.equal(ssm.operations().filter((called) => called === operation).length, 1);
    });
  }

  it("ends on SIGINT", async () => {
    const waiting = failure(readinessProvider.create({ ...inputs, pollIntervalSeconds: 600 }));
    // Whether the answer has arrived by then or not: the signal is obeyed after the look in hand.
    while (ssm.calls.length === 0) await new Promise(setImmediate);
    process.emit("SIGINT");
    assert.equal(
      await waiting,
      "load client i-0123456789abcdef0 is not ready: interrupted while waiting for its SSM Agent to come " +
        "online (not registered)\nRun `pulumi up` again, which goes on waiting.",
    );
    assert.equal(process.listenerCount("SIGINT"), 0);
  });

  for (const value of [1, 0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    it(`${value === 1 ? "accepts" : "refuses"} durations of ${value}`, async () => {
      const news = { ...inputs, deadlineSeconds: value, pollIntervalSeconds: value };
      const reason = `must be a number of seconds greater than 0, not ${value}`;
      const refused = ["deadlineSeconds", "pollIntervalSeconds"].map((property) => ({ property, reason }));
      assert.deepEqual(await readinessProvider.check(inputs, news), {
        inputs: news,
        failures: value === 1 ? [] : refused,
      });
    });
  }

  const diffs: [what: string, change: object, changes: boolean, replaces: string[]][] = [
    ["nothing", {}, false, []],
    ["the instance", { instanceId: "i-2" }, true, ["instanceId"]],
    ["the deadline", { deadlineSeconds: 6 }, true, []],
    ["the poll interval", { pollIntervalSeconds: 1 }, true, []],
    ["the program's code", { __provider: "other code" }, false, []],
  ];
  for (const [what, change, changes, replaces] of diffs) {
    it(`${changes ? "is changed" : "stays the same"} with ${what}`, async () => {
      assert.deepEqual(await readinessProvider.diff(id, outputs, { ...inputs, ...change }), { changes, replaces });
    });
  }

  it("keeps what was seen when only the way of asking changes", async () => {
    const { profile, ...rest } = { ...inputs, profile: undefined, deadlineSeconds: 60 };
    const updated = await readinessProvider.update(id, { ...outputs, profile: "old" }, { ...rest, profile });
    assert.deepEqual(updated, { outs: { ...outputs, deadlineSeconds: 60 } });
    assert.equal(Object.hasOwn(updated.outs, "profile"), false);
    assert.deepEqual(ssm.calls, []);
  });
});
