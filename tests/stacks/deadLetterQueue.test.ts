import assert from "node:assert/strict";
import { runChecks } from "../../tools/checks";
import type { Evaluation } from "../../tools/evaluation/evaluation";
import { evaluateVariant } from "./evaluateVariant";
import { StackGraph } from "./stackGraph";

const deadLetterQueueArn = "arn:aws:sqs:eu-central-1:123456789012:dead-man-switch";
const dynamic = "pulumi-nodejs:dynamic/temporaryNatGateway";

describe("a stack with a dead-letter queue", () => {
  let plain: Evaluation;
  let dev: Evaluation;
  before(async () => {
    plain = await evaluateVariant("dev");
    dev = await evaluateVariant("dev", { deadLetterQueueArn });
  });

  it("runs to its end, and no check finds anything", async () => {
    assert.deepEqual(dev.errors, []);
    assert.deepEqual(await runChecks(dev), []);
  });

  it("makes no queue of its own", () => {
    assert.deepEqual(new StackGraph(dev).counts(), new StackGraph(plain).counts());
  });

  it("lets the dead man's switch send messages to this queue, and changes no other role", () => {
    const { "egress-dead-man-switch": own = [], ...others } = new StackGraph(plain).roles();
    assert.deepEqual(new StackGraph(dev).roles(), {
      ...others,
      "egress-dead-man-switch": [...own, `sqs:SendMessage on ${deadLetterQueueArn}`],
    });
  });

  for (const [kind, name] of [
    ["NatGatewayLeaseSafeguard", "egress-safeguard"],
    ["NatGatewayLease", "egress-lease"],
  ] as const) {
    it(`names it to the ${kind}, and changes nothing else of it`, () => {
      const inputsOf = (of: Evaluation) => new StackGraph(of).one(`${dynamic}:${kind}`, name).inputs;
      const { deadManSwitch, ...others } = inputsOf(plain);
      assert.ok(typeof deadManSwitch === "object" && deadManSwitch !== null && !("deadLetterArn" in deadManSwitch));
      const { __provider, ...inputs } = inputsOf(dev);
      const { __provider: _, ...expected } = others;
      const named = { ...deadManSwitch, deadLetterArn: deadLetterQueueArn };
      assert.deepEqual(inputs, { ...expected, deadManSwitch: named });
    });
  }
});
