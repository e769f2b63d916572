import assert from "node:assert/strict";
import type { EC2 } from "@aws-sdk/client-ec2";
import { connectEc2 } from "../../components/dynamicProvider/awsClient";
import { withDouble } from "../pulumi/leaseInputs";
import { answers, type Ec2World } from "./ec2Answers";
import type { Ec2Double, Ec2DoubleOptions } from "./ec2Double";
import { seededAccount } from "./ec2DoubleSeed";
import { refusals } from "./ec2Refusals";

/** The objects of the seeded account. */
const world: Ec2World = {
  vpcId: "vpc-main",
  subnetId: "subnet-public",
  routeTableId: "rtb-public",
  groupId: "sg-client",
  spareGatewayId: "igw-unattached",
  spareAllocationId: "eipalloc-spare",
  other: {
    vpcId: "vpc-other",
    subnetId: "subnet-other",
    routeTableId: "rtb-other",
    groupId: "sg-other",
    ruleId: "sgr-other",
    internetGatewayId: "igw-other",
    natGatewayId: "nat-other",
    allocationId: "eipalloc-other",
  },
};

/** Calls the double through the SDK, as the providers do. */
function withEc2(
  work: (ec2: EC2, double: Ec2Double) => Promise<void>,
  options: Partial<Ec2DoubleOptions> = {},
): Promise<void> {
  return withDouble(async (double) => {
    const ec2 = await connectEc2({ region: "eu-central-1" });
    await work(ec2, double).finally(() => ec2.destroy());
  }, options);
}

describe("double of EC2", () => {
  it("refuses what AWS refuses, and changes nothing", async () => {
    await withEc2(async (ec2, double) => {
      for (const { call, aws } of refusals) {
        await assert.rejects(call(ec2, world), { name: aws }, call.toString());
        assert.equal(double.calls.at(-1)?.outcome, aws);
      }
      assert.deepEqual(double.inventory(), seededAccount());
    });
  });

  it("answers what AWS answers", async () => {
    for (const { call, aws } of answers) {
      await withEc2(
        async (ec2) => {
          assert.deepEqual(await call(ec2, world).catch(({ name }) => name), aws, call.toString());
        },
        { secondsPerCall: 0 },
      );
    }
  });

  it("refuses calls and parameters which it does not know", async () => {
    await withEc2(async (ec2) => {
      await assert.rejects(ec2.describeVpcs({}), /the double does not know DescribeVpcs/);
      await assert.rejects(
        ec2.describeAddresses({ PublicIps: ["198.51.100.1"] }),
        /DescribeAddresses with PublicIp\.1/,
      );
    });
  });

  it("takes a NAT gateway through its states", async () => {
    const times = { natGatewayCreation: 600, natGatewayDeletion: 2000, natGatewayAfterlife: 5000 };
    await withEc2(
      async (ec2, double) => {
        const natGateway = async (id = "nat-other") =>
          (await ec2.describeNatGateways({ NatGatewayIds: [id] })).NatGateways?.[0];
        await ec2.deleteNatGateway({ NatGatewayId: "nat-other" });
        double.pass(2000);
        assert.equal((await natGateway())?.State, "deleted");
        const Filters = [{ Name: "vpc-id", Values: ["vpc-other"] }];
        const [table] = (await ec2.describeRouteTables({ Filters })).RouteTables ?? [];
        assert.equal(table?.Routes?.find(({ NatGatewayId }) => NatGatewayId === "nat-other")?.State, "blackhole");
        double.pass(5000);
        await assert.rejects(natGateway(), { name: "NatGatewayNotFound" });

        const input = { SubnetId: "subnet-public", AllocationId: "eipalloc-spare" };
        const { NatGatewayId } = (await ec2.createNatGateway(input)).NatGateway ?? {};
        double.pass(600);
        const { State, FailureCode } = (await natGateway(NatGatewayId)) ?? {};
        assert.deepEqual([State, FailureCode], ["failed", "Gateway.NotAttached"]);
      },
      { times },
    );
  });

  it("fails a NAT gateway whose address is in use", async () => {
    await withEc2(async (ec2, double) => {
      const made = await ec2.createNatGateway({ SubnetId: "subnet-other", AllocationId: "eipalloc-other" });
      const { NatGatewayId: id = "" } = made.NatGateway ?? {};
      double.pass(100);
      const { state, failureCode } = double.inventory().natGateways[id] ?? {};
      assert.deepEqual([state, failureCode], ["failed", "Resource.AlreadyAssociated"]);
    });
  });

  it("says what was, by as much as its answers are late", async () => {
    const options = { secondsPerCall: 1, times: { lateness: 2 } };
    await withEc2(async (ec2) => {
      const addresses = async () => (await ec2.describeAddresses({})).Addresses?.length;
      const seen = [await addresses()];
      await ec2.allocateAddress({ Domain: "vpc" });
      assert.deepEqual([...seen, await addresses(), await addresses(), await addresses()], [2, 2, 2, 3]);
    }, options);
  });

  it("shows what was made only when it is visible", async () => {
    await withEc2(
      async (ec2, double) => {
        const { AllocationId } = await ec2.allocateAddress({ Domain: "vpc" });
        const shown = async () => (await ec2.describeAddresses({})).Addresses?.map((address) => address.AllocationId);
        assert.deepEqual(await shown(), ["eipalloc-other", "eipalloc-spare"]);
        double.pass(5000);
        assert.deepEqual(await shown(), ["eipalloc-other", "eipalloc-spare", AllocationId]);
      },
      { times: { visibility: 5000 } },
    );
  });
});
