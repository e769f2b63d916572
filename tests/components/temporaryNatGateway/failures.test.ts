import assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import { failing } from "../../aws/awsGate";
import type { Ec2Double } from "../../aws/ec2Double";
import { seededAccount } from "../../aws/ec2DoubleSeed";
import { destroy, leavingNothing, open, release, seedWith, tags } from "../../pulumi/leaseInProcess";
import { leaseId, leaseInputs, withDouble } from "../../pulumi/leaseInputs";

describe("a NAT gateway that fails", () => {
  const creations = (double: Ec2Double) => double.takeCalls().filter((call) => call.endsWith("NatGateway"));

  const table: [code: string, isPassing: boolean, remedy: string][] = [
    ["InternalError", true, "AWS failed inside; run `pulumi up` again."],
    ["Gateway.NotAttached", true, "The internet gateway was detached meanwhile; run `pulumi up` again."],
    ["Resource.AlreadyAssociated", true, "The Elastic IP address counted as in use; run `pulumi up` again, or"],
    ["InsufficientFreeAddressesInSubnet", false, "Free an address in the public subnet, or make it larger."],
    ["Something.New", false, "Run `pulumi up` again."],
  ];
  for (const [code, isPassing, remedy] of table) {
    it(`with ${code} is ${isPassing ? "made a second time, and then " : ""}reported with what to do`, async () => {
      await leavingNothing(async (double) => {
        const failure = { code, message: "says AWS" };
        double.account.nextFailures.push(failure, ...(isPassing ? [failure] : []));
        await assert.rejects(open(), ({ message, ...saved }: Error) => {
          const said = `NAT gateway nat-1 failed with ${code}: says AWS. ${remedy}`;
          assert.ok(
            message.replace(/nat-\w+/, "nat-1").startsWith(`failed at making the NAT gateway: ${said}`),
            message,
          );
          const properties = { ...leaseInputs(), version: 1, generation: 0, unfinished: true };
          assert.deepEqual(saved, { id: leaseId, properties, reasons: [message] });
          return true;
        });
        const [create, remove] = ["CreateNatGateway", "DeleteNatGateway"];
        assert.deepEqual(creations(double), isPassing ? [create, remove, create] : [create]);
      });
    });
  }

  it("is not followed by a second one before AWS shows its address as free", async () => {
    const options = { secondsPerCall: 30, times: { disassociation: 300 } };
    await leavingNothing(async (double) => {
      double.account.nextFailures.push({ code: "InternalError", message: "for a while" });
      const { natGatewayId = "" } = await open();
      assert.deepEqual(creations(double), ["CreateNatGateway", "DeleteNatGateway", "CreateNatGateway"]);
      const { natGateways, schedules, addresses } = double.inventory();
      assert.equal(natGateways[natGatewayId]?.state, "available");
      const [address] = Object.keys(addresses).filter((id) => id.startsWith("eipalloc-0"));
      const targets = Object.values(schedules).map(({ target }) => target);
      assert.deepEqual(targets, ["nat-other", address, natGatewayId]);
    }, options);
  });

  it("holds its address for too long: that is said, and no second one is made", async () => {
    await withDouble(
      async (double) => {
        double.account.nextFailures.push({ code: "InternalError", message: "for a while" });
        const waits = { ...leaseInputs().waits, settleSeconds: 0.1 };
        await assert.rejects(open(leaseInputs({ waits })), {
          message:
            /^failed at making the NAT gateway: gave up after [\d.]+ s of waiting for address 203.0.113.\d+ to be disassociated from what uses it$/,
        });
        assert.deepEqual(creations(double), ["CreateNatGateway", "DeleteNatGateway"]);
      },
      { times: { disassociation: 1e6 } },
    );
  });

  it("because somebody deletes it meanwhile is not made again, for nobody would delete that one", async () => {
    await withDouble(
      async (double) => {
        const opening = assert.rejects(open(), {
          message:
            /^failed at making the NAT gateway: nat-\w+ was deleted by somebody else while it was waited for\. Run `pulumi up` again$/,
        });
        while (!double.calls.some(({ action }) => action === "CreateSchedule")) {
          await setTimeout(1);
        }
        await Promise.all([destroy(), opening]);
        assert.deepEqual(double.inventory(), seededAccount());
        assert.equal(creations(double).filter((call) => call === "CreateNatGateway").length, 1);
      },
      { times: { natGatewayCreation: 100_000 } },
    );
  });

  it("to leave `pending` is given up at the deadline", async () => {
    await leavingNothing(
      async () => {
        const waits = { ...leaseInputs().waits, availableSeconds: 0.05 };
        await assert.rejects(open(leaseInputs({ waits })), {
          message:
            /^failed at making the NAT gateway: gave up after [\d.]+ s of waiting for NAT gateway nat-\w+ to become available \(pending\)$/,
        });
      },
      { times: { natGatewayCreation: 100_000 } },
    );
  });
});

describe("a quota that is used up", () => {
  const table: [action: string, code: string, doing: string][] = [
    ["CreateInternetGateway", "InternetGatewayLimitExceeded", "internet gateway"],
    ["AllocateAddress", "AddressLimitExceeded", "Elastic IP address"],
    ["CreateNatGateway", "NatGatewayLimitExceeded", "NAT gateway"],
    ["CreateRoute", "RouteLimitExceeded", "public default route"],
    ["AuthorizeSecurityGroupEgress", "RulesPerSecurityGroupLimitExceeded", "temporary egress rules"],
  ];
  for (const [action, code, doing] of table) {
    it(`is named with its remedy: ${code}, and what was made before is deleted on destroy`, async () => {
      await leavingNothing(async (double) => {
        double.faults = failing(action, { kind: "error", code });
        await assert.rejects(open(), {
          message: new RegExp(
            `^failed at making the ${doing}: ${code}: refused by the test\\. .*[Rr]aise the quota L-`,
          ),
          properties: { ...leaseInputs(), version: 1, generation: 0, unfinished: true },
        });
      });
    });
  }
});

describe("more of a lease than there should be", () => {
  const gateway = (number: number, state: "available" | "pending") => ({
    vpcId: "vpc-main",
    subnetId: "subnet-public",
    allocationId: `eipalloc-left${number}`,
    state,
    tags,
  });

  const seed = seedWith((account) => {
    for (const number of [1, 2, 3]) {
      account.addresses[`eipalloc-left${number}`] = { publicIp: `203.0.113.20${number}`, tags };
    }
    account.natGateways["nat-left1"] = gateway(1, "pending");
    account.natGateways["nat-left2"] = gateway(2, "available");
    account.internetGateways["igw-left1"] = { tags };
    account.internetGateways["igw-left2"] = { vpcId: "vpc-main", tags };
  });

  it("is deleted by a release", async () => {
    await withDouble(
      async (double) => {
        await release();
        assert.deepEqual(double.inventory(), seededAccount());
      },
      { seed },
    );
  });

  it("is deleted by an opening: one NAT gateway, its address and one internet gateway stay", async () => {
    await leavingNothing(
      async (double) => {
        const { natGatewayId, publicIp } = await open();
        assert.deepEqual([natGatewayId, publicIp], ["nat-left2", "203.0.113.202"]);
        const { addresses, natGateways, internetGateways } = double.inventory();
        const ours = (objects: object) => Object.keys(objects).filter((id) => /-(left|0)/.test(id));
        assert.deepEqual(
          [ours(addresses), ours(natGateways), ours(internetGateways)],
          [["eipalloc-left2"], ["nat-left2"], ["igw-left2"]],
        );
      },
      { seed },
    );
  });

  it("and whose deletion takes too long does not have the rest deleted", async () => {
    await withDouble(
      async (double) => {
        const { natGatewayId = "" } = await open();
        double.account.add("natGateways", "nat-left", gateway(1, "available"));
        const waits = { ...leaseInputs().waits, deletedSeconds: 0.05 };
        // The older one is kept, whose switch is set.
        await assert.rejects(open(leaseInputs({ waits })), {
          message:
            /^failed at making the NAT gateway: gave up after [\d.]+ s of waiting for NAT gateway nat-left to be deleted \(deleting\)$/,
        });
        assert.equal(double.inventory().natGateways[natGatewayId]?.state, "available");
      },
      { times: { natGatewayDeletion: 1e5 } },
    );
  });
});
