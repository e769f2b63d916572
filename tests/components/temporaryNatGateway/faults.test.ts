import assert from "node:assert/strict";
import { type Fault, failing } from "../../aws/awsGate";
import type { Ec2Double } from "../../aws/ec2Double";
import { seededAccount } from "../../aws/ec2DoubleSeed";
import { open, release } from "../../pulumi/leaseInProcess";
import { closing, leaseId, opening, survey, tagKey, withDouble } from "../../pulumi/leaseInputs";

/** Asserts that the lease has one of each thing, and a schedule for each that costs money. */
function assertOnce(double: Ec2Double): void {
  const { internetGateways, addresses, natGateways, rules, schedules } = double.inventory();
  const made = [internetGateways, addresses, natGateways, rules].map((objects) =>
    Object.entries(objects).flatMap(([id, { tags }]) => (tags[tagKey] === leaseId ? [id] : [])),
  );
  const counts = made.map((ids) => ids.length);
  assert.deepEqual(counts, [1, 1, 1, 2]);
  const targets = Object.values(schedules).map(({ target }) => target);
  assert.deepEqual(targets.sort(), ["nat-other", ...(made[1] ?? []), ...(made[2] ?? [])].sort());
}

async function withFault(double: Ec2Double, action: string, fault: Fault, work: () => Promise<unknown>): Promise<void> {
  double.takeCalls();
  double.faults = failing(action, fault);
  await work();
  assert.notEqual(double.calls.find((call) => call.action === action)?.outcome, "ok");
  double.faults = () => undefined;
}

// The fault matrix has every call fail in every way; here, each kind of call fails in one, so that a mistake shows
// quickly.
describe("a call that gets lost or is throttled", () => {
  const kinds = ["lostResponse", "lostRequest", "throttle"] as const;
  const makes = [...new Set(opening.filter((call) => !survey.includes(call)))];
  for (const [index, action] of makes.entries()) {
    const kind = kinds[index % kinds.length] ?? "throttle";
    it(`is ridden through in opening: ${kind} of ${action}`, async () => {
      await withDouble(async (double) => {
        await withFault(double, action, { kind }, () => open());
        assertOnce(double);
        await release();
        assert.deepEqual(double.inventory(), seededAccount());
      });
    });
  }

  for (const [index, action] of [...new Set(closing)].entries()) {
    const kind = kinds[index % kinds.length] ?? "throttle";
    it(`is ridden through in closing: ${kind} of ${action}`, async () => {
      await withDouble(async (double) => {
        await open();
        await withFault(double, action, { kind }, () => release());
        assert.deepEqual(double.inventory(), seededAccount());
      });
    });
  }
});
