import assert from "node:assert/strict";
import { seededAccount } from "../../aws/ec2DoubleSeed";
import { serializeProviders } from "./stack";
import { type CarriedOut, differences, TestAccount } from "./testAccount";
import { Worker } from "./worker";

/** Calls by what they are for. */
interface Count {
  /** What is looked at before anything is changed. */
  readonly looks: number;
  /** Calls that make or take away something. */
  readonly changes: number;
  /** Calls of the proof: looks at the image, the task, and waiting for its end. */
  readonly proof: number;
  /** Looks at what was changed, to wait for it. */
  readonly polls: number;
}

const isRead = ({ name }: CarriedOut) => /^(Describe|Get|Batch)/.test(name);
const isProof = ({ call }: CarriedOut) => call.headers["x-amz-target"] !== undefined;

function count(log: readonly CarriedOut[]): Count {
  const firstChange = log.findIndex((each) => !isRead(each));
  const others = log.slice(firstChange).filter((each) => !isProof(each));
  return {
    looks: firstChange,
    changes: others.filter((each) => !isRead(each)).length,
    proof: log.filter(isProof).length,
    polls: others.filter(isRead).length,
  };
}

describe("calls to AWS when nothing goes wrong", () => {
  let opening: CarriedOut[];
  let closing: CarriedOut[];
  /** What the open lease has more than the account before. */
  let made: string[];

  before(async () => {
    const worker = await Worker.start(await serializeProviders());
    const account = await TestAccount.start();
    let open = 0;
    const turn = (name: string) => {
      if (name === "release") {
        open = account.log.length;
        made = differences(seededAccount(), account.inventory());
      }
    };
    try {
      await worker.run({ command: "up", account, state: {}, inputs: { collectorImage: "daemon:3.6.7" }, turn });
    } finally {
      await worker.stop();
      await account.stop();
    }
    opening = account.log.slice(0, open);
    closing = account.log.slice(open);
    const show = (name: string, counted: Count) =>
      console.log(
        `      ${name}: ${counted.looks} looks, ${counted.changes} changes, ` +
          `${counted.proof} calls of the proof, ${counted.polls} polls`,
      );
    show("opening", count(opening));
    show("closing", count(closing));
  });

  it("are one for each thing made, and one for each taken away", () => {
    // An attached internet gateway is two things: made and attached each take a call.
    assert.deepEqual(made.map((line) => line.replace(/ \S*-0\w+/, "")).sort(), [
      "left: addresses",
      "left: internetGateways",
      "left: natGateways",
      "left: routeTables rtb-private routes 0.0.0.0/0",
      "left: routeTables rtb-public routes 0.0.0.0/0",
      "left: routeTables rtb-second routes 0.0.0.0/0",
      "left: rules",
      "left: rules",
      ...made.filter((line) => line.startsWith("left: schedules")).sort(),
    ]);
    assert.deepEqual([count(opening).changes, count(closing).changes], [made.length + 1, made.length + 1]);
  });

  it("are one look at each kind of thing before that", () => {
    for (const log of [opening, closing]) {
      const looks = log.slice(0, count(log).looks).map(({ name }) => name);
      assert.deepEqual(looks.sort(), [
        "DescribeAddresses",
        "DescribeInternetGateways",
        "DescribeNatGateways",
        "DescribeRouteTables",
        "DescribeSecurityGroupRules",
        "GetSchedule",
        "GetSchedule",
      ]);
    }
  });

  it("ask nothing twice but what is waited for", () => {
    const changesAndLooks = [...opening, ...closing].filter((each) => !isRead(each));
    const asked = changesAndLooks.map(({ call }) => `${call.method} ${call.path} ${call.body}`);
    assert.deepEqual(asked, [...new Set(asked)]);
    const polled = (log: readonly CarriedOut[]) => [
      ...new Set(
        log
          .slice(count(log).looks)
          .filter(isRead)
          .map(({ name }) => name),
      ),
    ];
    assert.deepEqual(polled(opening), [
      "DescribeInternetGateways",
      "DescribeNatGateways",
      "DescribeRouteTables",
      "DescribeSecurityGroupRules",
    ]);
    assert.deepEqual(polled(closing), [
      "DescribeRouteTables",
      "DescribeSecurityGroupRules",
      "BatchGetImage",
      "BatchCheckLayerAvailability",
      "DescribeTasks",
      "DescribeNatGateways",
      "DescribeInternetGateways",
      "DescribeAddresses",
      "GetSchedule",
    ]);
  });
});
