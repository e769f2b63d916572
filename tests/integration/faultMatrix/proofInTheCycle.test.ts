import assert from "node:assert/strict";
import type { Ec2Inventory } from "../../aws/ec2DoubleAccount";
import { type Phase, recordPhases, type Snapshot } from "./phases";
import type { TaskFailure } from "./probeTasks";
import { proofInputs, serializeProviders } from "./stack";
import { TestAccount } from "./testAccount";
import { type CommandEnd, Worker } from "./worker";

/** The account, with egress rules as they read: one that was made again has another id. */
function contents({ rules, ...inventory }: Ec2Inventory) {
  return {
    ...inventory,
    rules: Object.values(rules)
      .map((rule) => JSON.stringify(rule))
      .sort(),
  };
}

describe("the proof, between cutting the private subnets off and deleting the NAT gateway", () => {
  let worker: Worker;
  /** The lease is open, and the release is to be created. */
  let opened: Snapshot;
  let account: TestAccount;
  let open: ReturnType<typeof contents>;
  let natGatewayId: string;

  before(async () => {
    worker = await Worker.start(await serializeProviders());
    const [closing] = (await recordPhases(worker, ["closing"])) as [Phase];
    opened = closing.start;
    natGatewayId = String(opened.state.lease?.outputs.natGatewayId);
  });

  beforeEach(async () => {
    account = await TestAccount.replay(opened.log);
    open = contents(account.inventory());
  });

  afterEach(() => account?.stop());

  after(() => worker?.stop());

  function up(state = opened.state, deadlineSeconds = proofInputs.deadlineSeconds): Promise<CommandEnd> {
    const inputs = { ...opened.inputs, proof: { ...proofInputs, deadlineSeconds } };
    return worker.run({ command: "up", account, state, inputs });
  }

  it("passes when nothing lets the private subnets out, with the NAT gateway still there", async () => {
    const end = await up();
    assert.deepEqual([end.error, end.status], [undefined, "released"]);
    const order = [
      "RevokeSecurityGroupEgress 2",
      "DeleteRoute 2",
      "RunTask 1",
      "DescribeTasks 2",
      "DeleteNatGateway 1",
    ];
    assert.deepEqual(
      end.calls.filter((call) => order.includes(call)),
      order,
    );
    assert.deepEqual(account.leftovers(), []);
  });

  const waysOut: [what: string, leave: (objects: Ec2Inventory) => void, reason: string][] = [
    [
      "a default route",
      ({ routeTables }) => {
        Object.assign(routeTables["rtb-private"]?.routes ?? {}, { "0.0.0.0/0": natGatewayId });
      },
      "rtb-private has a default route",
    ],
    [
      "a temporary egress rule",
      ({ rules }) => Object.assign(rules, { "sgr-kept": JSON.parse(open.rules.find(ofTheLease) ?? "") }),
      "sgr-kept still lets it out",
    ],
  ];
  const ofTheLease = (rule: string) => rule.includes("traced-fargate/test/egress");
  for (const [what, leave, reason] of waysOut) {
    it(`is done only when ${what}, left in spite of its deletion, is away as well`, async () => {
      let left = false;
      account.afterCall = (name) => {
        if (name === "DeleteRoute" && !left) {
          left = true;
          leave(account.ec2.account.objects);
        }
      };
      const end = await up();
      assert.deepEqual([end.error, end.status], [undefined, "released"]);
      assert.deepEqual(account.leftovers(), []);
    });

    it(`fails when ${what} comes back before the task starts`, async () => {
      account.afterCall = (name) => {
        if (name === "BatchGetImage") {
          leave(account.ec2.account.objects);
        }
      };
      const { error = "", state } = await up();
      assert.ok(error.includes(`the probe ended with exit code 1; task stopped: ${reason};`), error);
      assert.equal(state.release?.outputs.status, "open");
      assert.equal(contents(account.inventory()).natGateways[natGatewayId]?.state, "available");
    });
  }

  const failures: [failure: TaskFailure, what: string, message: RegExp][] = [
    [
      "exitCode",
      "ends with another exit code",
      /^hello cannot do without the NAT gateway: the probe ended with exit code 1; task stopped: Essential container in task exited; its last log lines: the collector answered 502 \(the routes and egress rules are back, the NAT gateway is kept\)$/,
    ],
    [
      "outOfTime",
      "does not end in time",
      /^hello cannot do without the NAT gateway: gave up after [\d.]+ s of waiting for the probe of hello to end \(RUNNING\); its last log lines: the collector answered 502 \(the routes and egress rules are back, the NAT gateway is kept\)$/,
    ],
  ];
  for (const [failure, what, message] of failures) {
    it(`gives the routes back, says why, and passes the next time, when the task ${what}`, async () => {
      account.tasks.failure = failure;
      const { error = "", state, calls } = await up(opened.state, failure === "outOfTime" ? 3 : undefined);
      assert.match(error, message);
      assert.deepEqual(state.lease, opened.state.lease);
      assert.equal(calls.includes("StopTask 1"), failure === "outOfTime");
      assert.equal(account.tasks.running(), 0);
      assert.deepEqual(contents(account.inventory()), open);
      assert.deepEqual([state.release?.outputs.status, state.release?.initErrors.length], ["open", 1]);
      account.tasks.failure = undefined;
      assert.equal((await up(state)).status, "released");
      assert.deepEqual(account.leftovers(), []);
      assert.deepEqual(account.violations, []);
    });
  }
});
