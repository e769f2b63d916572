import assert from "node:assert/strict";
import type { Ec2Inventory } from "../../aws/ec2DoubleAccount";
import { openStack, type Snapshot } from "./phases";
import { proofInputs, serializeProviders } from "./stack";
import { TestAccount } from "./testAccount";
import { Worker } from "./worker";

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

  before(async () => {
    worker = await Worker.start(await serializeProviders());
    opened = await openStack(worker);
  });

  after(() => worker?.stop());

  /** Has the task find a way out again, however often it is run. */
  const reopen = (account: TestAccount, leave: (objects: Ec2Inventory) => void) => {
    account.afterCall = (name) => {
      if (name === "BatchGetImage") leave(account.ec2.account.objects);
    };
  };
  const ended = "the probe ended with exit code 1; task stopped: ";
  const failures: [what: string, arrange: (account: TestAccount) => void, said: RegExp][] = [
    [
      "ends with another exit code",
      ({ tasks }) => {
        tasks.failure = "exitCode";
      },
      new RegExp(`${ended}Essential container in task exited`),
    ],
    [
      "does not end in time",
      ({ tasks }) => {
        tasks.failure = "outOfTime";
      },
      /gave up after [\d.]+ s of waiting for the probe of hello to end \(RUNNING\)/,
    ],
    [
      "still has a default route",
      (account) =>
        reopen(account, ({ routeTables, natGateways }) => {
          const id = Object.keys(natGateways).find((each) => each.startsWith("nat-0"));
          Object.assign(routeTables["rtb-private"]?.routes ?? {}, { "0.0.0.0/0": id });
        }),
      new RegExp(`${ended}rtb-private has a default route`),
    ],
  ];
  for (const [what, arrange, said] of failures) {
    it(`gives the routes back, says why, and passes the next time, when the task ${what}`, async () => {
      const account = await TestAccount.replay(opened.log);
      const open = contents(account.inventory());
      const up = (state = opened.state, deadlineSeconds = proofInputs.deadlineSeconds) =>
        worker.run({
          command: "up",
          account,
          state,
          inputs: { ...opened.inputs, proof: { ...proofInputs, deadlineSeconds } },
        });
      arrange(account);
      const { error = "", state } = await up(opened.state, account.tasks.failure === "outOfTime" ? 3 : undefined);
      assert.match(
        error,
        new RegExp(
          `^hello cannot do without the NAT gateway: ${said.source}; its last log lines: the collector answered 502 ` +
            "\\(the routes and egress rules are back, the NAT gateway is kept\\)$",
        ),
      );
      assert.deepEqual(state.lease, opened.state.lease);
      assert.deepEqual([state.release?.outputs.status, state.release?.initErrors.length], ["open", 1]);
      assert.equal(account.tasks.running(), 0);
      assert.deepEqual(contents(account.inventory()), open);
      account.tasks.failure = undefined;
      account.afterCall = () => {};
      assert.equal((await up(state)).status, "released");
      assert.deepEqual([account.leftovers(), account.violations], [[], []]);
      await account.stop();
    });
  }
});
