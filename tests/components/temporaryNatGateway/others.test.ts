import assert from "node:assert/strict";
import type { Ec2Inventory } from "../../aws/ec2DoubleAccount";
import { destroy, open, seedWith } from "../../pulumi/leaseInProcess";
import { withDouble } from "../../pulumi/leaseInputs";

describe("opening a lease where something of others is", () => {
  const foreign: [title: string, left: (account: Ec2Inventory) => void, message: RegExp][] = [
    [
      "a live default route",
      ({ routeTables }) => Object.assign(routeTables["rtb-private"]?.routes ?? {}, { "0.0.0.0/0": "tgw-office" }),
      /^failed at making the private default routes: rtb-private already has a default route, to tgw-office \(active\), which is not of this lease and stays as it is: delete it/,
    ],
    [
      "a default route, whose internet gateway is detached for a moment,",
      ({ routeTables }) => Object.assign(routeTables["rtb-private"]?.routes ?? {}, { "0.0.0.0/0": "igw-unattached" }),
      /^failed at making the private default routes: rtb-private already has a default route, to igw-unattached \(blackhole\), which is not of this lease and stays as it is: delete it/,
    ],
    [
      "an internet gateway of the VPC",
      ({ internetGateways }) => {
        internetGateways["igw-theirs"] = { vpcId: "vpc-main", tags: {} };
      },
      /^failed at making the internet gateway: vpc-main has igw-theirs, which is not of this lease. A VPC can have one internet gateway only: detach the other, or give the lease a VPC without$/,
    ],
    [
      "the internet gateway of another lease in the VPC",
      ({ internetGateways }) => {
        internetGateways["igw-second"] = { vpcId: "vpc-main", tags: { "traced-fargate:lease": "a/b/second/vpc-main" } };
      },
      /^failed at making the internet gateway: vpc-main has igw-second of the lease a\/b\/second\/vpc-main. A VPC can have one internet gateway, and so one lease only: release or destroy the other, or have it open for both$/,
    ],
  ];
  for (const [title, theirs, message] of foreign) {
    it(`refuses ${title} that belongs to somebody else, and leaves it alone`, async () => {
      await withDouble(
        async (double) => {
          await assert.rejects(open(), { message });
          await destroy();
          assert.deepEqual(double.inventory(), seedWith(theirs));
        },
        { seed: seedWith(theirs) },
      );
    });
  }

  it("refuses a default route which somebody else makes at the same time", async () => {
    await withDouble(async (double) => {
      const { routes = {} } = double.account.objects.routeTables["rtb-private"] ?? {};
      double.faults = ({ action }) => {
        if (action === "CreateNatGateway") {
          routes["0.0.0.0/0"] = "tgw-office";
        }
        return undefined;
      };
      const { message } = await open().then(
        () => new Error("it opened"),
        (error: Error) => error,
      );
      assert.match(
        message,
        /rtb-private already has a default route, to tgw-office \(active\), which is not of this lease/,
      );
      await destroy();
      assert.equal(routes["0.0.0.0/0"], "tgw-office");
    });
  });

  it("leaves a rule of others which allows the same", async () => {
    const seed = seedWith(({ rules }) => {
      const rule = { protocol: "tcp", fromPort: 443, toPort: 443, cidr: "0.0.0.0/0", tags: {} };
      rules["sgr-theirs"] = { groupId: "sg-client", ...rule };
    });
    await withDouble(
      async (double) => {
        await open();
        assert.equal(Object.keys(double.inventory().rules).length - Object.keys(seed.rules).length, 1);
        await destroy();
        assert.deepEqual(double.inventory(), seed);
      },
      { seed },
    );
  });
});
