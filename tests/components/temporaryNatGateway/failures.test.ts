import assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import { failing } from "../../aws/awsGate";
import type { Ec2Double } from "../../aws/ec2Double";
import { seededAccount } from "../../aws/ec2DoubleSeed";
import { destroy, open, seedWith, tags } from "../../pulumi/leaseInProcess";
import { leaseId, leaseInputs, withDouble } from "../../pulumi/leaseInputs";

describe("a NAT gateway that fails", () => {
  const creations = (double: Ec2Double) => double.takeCalls().filter((call) => call.endsWith("NatGateway"));

  for (const code of ["InternalError", "Gateway.NotAttached", "Resource.AlreadyAssociated"]) {
    it(`with ${code} is made a second time`, async () => {
      await withDouble(async (double) => {
        double.account.nextFailures.push({ code, message: "for a while" });
        const { natGatewayId = "" } = await open();
        assert.deepEqual(creations(double), ["CreateNatGateway", "DeleteNatGateway", "CreateNatGateway"]);
        assert.equal(double.inventory().natGateways[natGatewayId]?.state, "available");
        const switches = Object.values(double.inventory().schedules).map(({ target }) => target);
        const [address] = Object.keys(double.inventory().addresses).filter((id) => id.startsWith("eipalloc-0"));
        assert.deepEqual(switches, ["nat-other", address, natGatewayId]);
        await destroy();
        assert.deepEqual(double.inventory(), seededAccount());
      });
    });
  }

  const table: [code: string, times: number, remedy: string][] = [
    ["InternalError", 2, "AWS failed inside; run `pulumi up` again"],
    ["Gateway.NotAttached", 2, "The internet gateway was detached meanwhile; run `pulumi up` again"],
    ["InsufficientFreeAddressesInSubnet", 1, "Free an address in the public subnet, or make it larger"],
    ["InvalidAllocationID.NotFound", 1, "The Elastic IP address was released meanwhile; run `pulumi up` again"],
    ["InvalidSubnetID.NotFound", 1, "The public subnet is gone; run `pulumi refresh`, then `pulumi up`"],
    [
      "Resource.AlreadyAssociated",
      2,
      "The Elastic IP address counted as in use; run `pulumi up` again, or disassociate it if something else uses it",
    ],
    ["Something.New", 1, "Run `pulumi up` again"],
  ];
  for (const [code, times, remedy] of table) {
    it(`${times === 1 ? "" : "twice "}with ${code} is reported with what to do`, async () => {
      await withDouble(async (double) => {
        for (let failed = 0; failed < times; failed += 1) {
          double.account.nextFailures.push({ code, message: "says AWS" });
        }
        const error = await open().then(
          () => assert.fail("it opened"),
          (thrown: Error & { id?: string; properties?: object }) => thrown,
        );
        assert.equal(
          error.message.replace(/nat-\w+/, "nat-1"),
          `failed at making the NAT gateway: NAT gateway nat-1 failed with ${code}: says AWS. ${remedy}.`,
        );
        assert.equal(error.id, leaseId);
        assert.deepEqual(error.properties, { ...leaseInputs(), version: 1, generation: 0, unfinished: true });
        assert.equal(creations(double).filter((call) => call === "CreateNatGateway").length, times);
        await destroy();
        assert.deepEqual(double.inventory(), seededAccount());
      });
    });
  }

  it("is not followed by a second one before AWS shows its address as free", async () => {
    const options = { secondsPerCall: 30, times: { disassociation: 300 } };
    await withDouble(async (double) => {
      double.account.nextFailures.push({ code: "InternalError", message: "for a while" });
      const { natGatewayId = "" } = await open();
      assert.deepEqual(creations(double), ["CreateNatGateway", "DeleteNatGateway", "CreateNatGateway"]);
      assert.equal(double.inventory().natGateways[natGatewayId]?.state, "available");
      await destroy();
      assert.deepEqual(double.inventory(), seededAccount());
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
    await withDouble(
      async (double) => {
        const waits = { ...leaseInputs().waits, availableSeconds: 0.05 };
        await assert.rejects(open(leaseInputs({ waits })), {
          message:
            /^failed at making the NAT gateway: gave up after [\d.]+ s of waiting for NAT gateway nat-\w+ to become available \(pending\)$/,
        });
        await destroy();
        assert.deepEqual(double.inventory(), seededAccount());
      },
      { times: { natGatewayCreation: 100_000 } },
    );
  });
});

describe("a quota that is used up", () => {
  const table: [action: string, code: string, doing: string, remedy: string][] = [
    [
      "CreateInternetGateway",
      "InternetGatewayLimitExceeded",
      "internet gateway",
      "Delete an internet gateway, or raise the quota L-A4707A72 (internet gateways).",
    ],
    [
      "AllocateAddress",
      "AddressLimitExceeded",
      "Elastic IP address",
      "Release an Elastic IP address, or raise the quota L-0263D0A3 (EC2-VPC Elastic IPs).",
    ],
    [
      "CreateNatGateway",
      "NatGatewayLimitExceeded",
      "NAT gateway",
      "Delete a NAT gateway of the zone, or raise the quota L-FE5A380F (NAT gateways per zone).",
    ],
    [
      "CreateRoute",
      "RouteLimitExceeded",
      "public default route",
      "Raise the quota L-93826ACB (routes per route table).",
    ],
    [
      "AuthorizeSecurityGroupEgress",
      "RulesPerSecurityGroupLimitExceeded",
      "temporary egress rules",
      "Raise the quota L-0EA8095F (rules per security group).",
    ],
  ];
  it("is named with its remedy, and what was made before is taken away on destroy", async () => {
    await withDouble(async (double) => {
      for (const [action, code, doing, remedy] of table) {
        double.faults = failing(action, { kind: "error", code });
        await assert.rejects(open(), {
          message: `failed at making the ${doing}: ${code}: refused by the test. ${remedy}`,
          properties: { ...leaseInputs(), version: 1, generation: 0, unfinished: true },
        });
        await destroy();
        assert.deepEqual(double.inventory(), seededAccount(), action);
      }
    });
  });
});

describe("more of a lease than there should be", () => {
  const gateway = (number: number, state: "available" | "pending") => ({
    vpcId: "vpc-main",
    subnetId: "subnet-public",
    allocationId: `eipalloc-left${number}`,
    state,
    tags,
  });

  it("is taken away by an opening: one NAT gateway, its address and one internet gateway stay", async () => {
    const seed = seedWith((account) => {
      for (const number of [1, 2, 3]) {
        account.addresses[`eipalloc-left${number}`] = { publicIp: `203.0.113.20${number}`, tags };
      }
      account.natGateways["nat-left1"] = gateway(1, "pending");
      account.natGateways["nat-left2"] = gateway(2, "available");
      account.internetGateways["igw-left1"] = { tags };
      account.internetGateways["igw-left2"] = { vpcId: "vpc-main", tags };
    });
    await withDouble(
      async (double) => {
        const { natGatewayId, publicIp } = await open();
        assert.deepEqual([natGatewayId, publicIp], ["nat-left2", "203.0.113.202"]);
        const { addresses, natGateways, internetGateways } = double.inventory();
        const ours = (objects: object) => Object.keys(objects).filter((id) => /-(left|0)/.test(id));
        assert.deepEqual(
          [ours(addresses), ours(natGateways), ours(internetGateways)],
          [["eipalloc-left2"], ["nat-left2"], ["igw-left2"]],
        );
        await destroy();
        assert.deepEqual(double.inventory(), seededAccount());
      },
      { seed },
    );
  });
});
