import assert from "node:assert/strict";
import type { Ec2Inventory } from "../../aws/ec2DoubleAccount";
import { destroy, open, release, seedWith } from "../../pulumi/leaseInProcess";
import { withDouble } from "../../pulumi/leaseInputs";

describe("opening a lease where another owner has something", () => {
  const routed = (target: string) => (account: Ec2Inventory) => {
    Object.assign(account.routeTables["rtb-private"]?.routes ?? {}, { "0.0.0.0/0": target });
  };
  const attached = (id: string, tags: Record<string, string>) => (account: Ec2Inventory) => {
    account.internetGateways[id] = { vpcId: "vpc-main", tags };
  };
  const making = "failed at making the";
  const hasRoute = `${making} private default routes: rtb-private already has a default route, to`;
  const stays = "which is not of this lease and stays as it is: delete it, or give the lease another route table";
  const oneOnly = "A VPC can have one internet gateway";
  const foreign: [title: string, left: (account: Ec2Inventory) => void, message: string][] = [
    ["a live default route", routed("tgw-office"), `${hasRoute} tgw-office (active), ${stays}`],
    [
      "a default route, whose internet gateway is detached for a moment,",
      routed("igw-unattached"),
      `${hasRoute} igw-unattached (blackhole), ${stays}`,
    ],
    [
      "an internet gateway of the VPC",
      attached("igw-theirs", {}),
      `${making} internet gateway: vpc-main has igw-theirs, which is not of this lease. ${oneOnly} only: detach the ` +
        "other, or give the lease a VPC without",
    ],
    [
      "the internet gateway of another lease in the VPC",
      attached("igw-second", { "traced-fargate:lease": "a/b/second/vpc-main" }),
      `${making} internet gateway: vpc-main has igw-second of the lease a/b/second/vpc-main. ${oneOnly}, and so one ` +
        "lease only: release or destroy the other, or have it open for both",
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
      await assert.rejects(open(), { message: `${hasRoute} tgw-office (active), ${stays}` });
      await destroy();
      assert.equal(routes["0.0.0.0/0"], "tgw-office");
    });
  });

  it("leaves a dead route in a route table which it was not given", async () => {
    const seed = seedWith(({ routeTables }) => {
      Object.assign(routeTables["rtb-other"]?.routes ?? {}, { "0.0.0.0/0": "nat-vanished" });
    });
    await withDouble(
      async (double) => {
        await open();
        assert.equal((await release())?.outs?.status, "released");
        assert.deepEqual(double.inventory(), seed);
      },
      { seed },
    );
  });

  it("leaves another owner's rule which allows the same", async () => {
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
