import assert from "node:assert/strict";
import { leaseProvider } from "../../../components/temporaryNatGateway/lease";
import { failing } from "../../aws/awsGate";
import type { Ec2Double } from "../../aws/ec2Double";
import { seededAccount } from "../../aws/ec2DoubleSeed";
import { type LeaseState, leavingNothing, open } from "../../pulumi/leaseInProcess";
import { leaseId, leaseInputs, survey, tagKey } from "../../pulumi/leaseInputs";

const provider = leaseProvider(tagKey);

/** What a preview says to inputs that have not changed, and the calls it makes for that. */
async function preview(double: Ec2Double, state: LeaseState) {
  double.takeCalls();
  const difference = await provider.diff?.(leaseId, state, leaseInputs());
  return [difference?.changes, double.takeCalls()];
}

async function update(state: LeaseState): Promise<LeaseState> {
  const { outs } = (await provider.update?.(leaseId, state, leaseInputs())) ?? {};
  assert.ok(outs !== undefined);
  return outs;
}

/** What is there besides the account's seed: the kinds of objects. */
function left(double: Ec2Double): string[] {
  const [before, now] = [seededAccount(), double.inventory()];
  const kinds = ["internetGateways", "addresses", "natGateways", "rules", "schedules"] as const;
  return kinds.flatMap((kind) => Object.keys(now[kind]).flatMap((id) => (id in before[kind] ? [] : [kind])));
}

/** Puts the clock past the deadline, past the deletion which then begins, and past the release of the address. */
function passDeadline(double: Ec2Double): void {
  double.pass(14_400 * 60);
  double.pass(100);
  double.pass(30 * 60);
}

function endNatGateway(double: Ec2Double, id: string): void {
  const gateway = double.account.objects.natGateways[id];
  assert.ok(gateway !== undefined);
  double.account.endNatGateway(id, gateway);
}

const looks = ["DescribeRouteTables", "DescribeNatGateways"];

describe("a NAT gateway that was deleted behind our back", () => {
  it("by its dead man's switch is noticed by the next `up`, which opens again; dead routes are replaced", async () => {
    await leavingNothing(async (double) => {
      const state = await open();
      assert.equal(left(double).length, 7);
      passDeadline(double);
      assert.deepEqual(left(double), ["internetGateways", "rules", "rules"]);
      assert.deepEqual(await preview(double, state), [true, looks]);
      const { generation, natGatewayId } = await update(state);
      assert.equal(generation, 2);
      assert.notEqual(natGatewayId, state.natGatewayId);
      assert.deepEqual(
        double.takeCalls().filter((call) => !survey.includes(call)),
        ["AllocateAddress", "CreateSchedule", "CreateNatGateway", "CreateSchedule", "ReplaceRoute", "ReplaceRoute"],
      );
      passDeadline(double);
    });
  });

  it("by a person is noticed while it is still being deleted", async () => {
    await leavingNothing(async (double) => {
      const state = await open();
      assert.deepEqual(await preview(double, state), [false, looks]);
      endNatGateway(double, state.natGatewayId ?? "");
      assert.deepEqual(await preview(double, state), [true, looks]);
      assert.equal((await update(state)).generation, 2);
    });
  });

  it("is not answered again for the same token, when the first opening was killed and it shows no more", async () => {
    await leavingNothing(async (double) => {
      double.faults = failing("AuthorizeSecurityGroupEgress", { kind: "error", code: "UnauthorizedOperation" });
      await assert.rejects(open());
      const [id = ""] = Object.keys(double.inventory().natGateways).filter((each) => each.startsWith("nat-0"));
      endNatGateway(double, id);
      double.pass(100);
      double.pass(2 * 3600);
      assert.deepEqual(left(double), ["internetGateways", "addresses", "schedules", "schedules"]);
      double.takeCalls();
      // A NAT gateway which never shows is given up after this time.
      const waits = { ...leaseInputs().waits, settleSeconds: 0.3 };
      const { natGatewayId = "" } = await open(leaseInputs({ waits }));
      assert.equal(double.takeCalls().filter((call) => call === "CreateNatGateway").length, 2);
      assert.equal(double.inventory().natGateways[natGatewayId]?.state, "available");
    });
  });
});
