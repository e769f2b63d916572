import assert from "node:assert/strict";
import type { Ec2Double } from "../../aws/ec2Double";
import type { Ec2Inventory } from "../../aws/ec2DoubleAccount";
import { seededAccount } from "../../aws/ec2DoubleSeed";
import { destroy, leavingNothing, open, seedWith } from "../../pulumi/leaseInProcess";
import { grouped, leaseId, lookAtReach, opening, survey, withDouble } from "../../pulumi/leaseInputs";

const tags = { Name: leaseId, Project: "traced-fargate", Stack: "test", "traced-fargate:lease": leaseId };

/** What is ours, by kind, with the ids of the account's counter. */
function opened(double: Ec2Double) {
  const { internetGateways, addresses, natGateways, routeTables, rules } = double.inventory();
  const ours = <T extends { tags: object }>(objects: Record<string, T>) =>
    Object.values(objects).filter(
      (object) => "traced-fargate:lease" in object.tags && Object.values(object.tags).includes(leaseId),
    );
  return {
    internetGateways: ours(internetGateways),
    addresses: ours(addresses),
    natGateways: ours(natGateways),
    rules: ours(rules),
    routes: Object.entries(routeTables).map(([id, { routes }]) => `${id} -> ${routes["0.0.0.0/0"] ?? "nowhere"}`),
  };
}

describe("opening a lease", () => {
  it("makes everything, tagged, with the calls that takes and no more", async () => {
    await leavingNothing(async (double) => {
      const state = await open();
      assert.deepEqual(grouped(double), opening);
      const { addresses, natGateways, rules, routes, internetGateways } = opened(double);
      assert.deepEqual(internetGateways, [{ vpcId: "vpc-main", tags }]);
      assert.deepEqual(
        addresses.map((address) => ({ ...address, publicIp: state.publicIp })),
        [{ publicIp: state.publicIp, tags }],
      );
      assert.deepEqual(
        natGateways.map(({ allocationId, ...gateway }) => gateway),
        [{ vpcId: "vpc-main", subnetId: "subnet-public", state: "available", tags }],
      );
      const description = "Temporary: HTTPS while the NAT gateway is there";
      const rule = { protocol: "tcp", fromPort: 443, toPort: 443, cidr: "0.0.0.0/0", description, tags };
      assert.deepEqual(rules, [
        { groupId: "sg-client", ...rule },
        { groupId: "sg-containers", ...rule },
      ]);
      assert.deepEqual(routes, [
        `rtb-public -> ${Object.keys(double.inventory().internetGateways).find((id) => id.startsWith("igw-0"))}`,
        `rtb-private -> ${state.natGatewayId}`,
        `rtb-second -> ${state.natGatewayId}`,
        "rtb-other -> nat-other",
      ]);
    });
  });

  it("makes nothing when everything is there, and has the dead man's switch wait anew", async () => {
    await withDouble(async (double) => {
      const first = await open();
      double.takeCalls();
      assert.deepEqual(await open(), first);
      assert.deepEqual(grouped(double), [...survey, "UpdateSchedule", "UpdateSchedule", ...lookAtReach]);
    });
  });

  const leftovers: [title: string, left: (account: Ec2Inventory) => void, calls: string[]][] = [
    [
      "an internet gateway that was never attached",
      ({ internetGateways }) => {
        internetGateways["igw-left"] = { tags };
      },
      opening.filter((call) => call !== "CreateInternetGateway"),
    ],
    [
      "an address",
      ({ addresses }) => {
        addresses["eipalloc-left"] = { publicIp: "203.0.113.200", tags };
      },
      opening.filter((call) => call !== "AllocateAddress"),
    ],
    [
      "a rule",
      ({ rules }) => {
        const rule = { protocol: "tcp", fromPort: 443, toPort: 443, cidr: "0.0.0.0/0", tags };
        rules["sgr-left"] = { groupId: "sg-client", ...rule };
      },
      opening.toSpliced(opening.indexOf("AuthorizeSecurityGroupEgress"), 1),
    ],
    [
      "dead routes",
      ({ routeTables }) => {
        for (const id of ["rtb-private", "rtb-second"]) {
          Object.assign(routeTables[id]?.routes ?? {}, { "0.0.0.0/0": "nat-vanished" });
        }
        Object.assign(routeTables["rtb-public"]?.routes ?? {}, { "0.0.0.0/0": "igw-vanished" });
      },
      opening.map((call) => (call === "CreateRoute" ? "ReplaceRoute" : call)),
    ],
    [
      "a failed NAT gateway which holds the address",
      (account) => {
        const gateway = { vpcId: "vpc-main", subnetId: "subnet-public", allocationId: "eipalloc-left", tags };
        account.addresses["eipalloc-left"] = { publicIp: "203.0.113.200", tags };
        account.natGateways["nat-left"] = { ...gateway, state: "failed", failureCode: "InternalError" };
      },
      opening
        .filter((call) => call !== "AllocateAddress")
        .flatMap((call) =>
          call === "CreateNatGateway"
            ? ["DeleteNatGateway", "DescribeNatGateways", "DescribeAddresses", "CreateNatGateway"]
            : [call],
        ),
    ],
  ];
  for (const [title, left, calls] of leftovers) {
    it(`goes on from ${title}`, async () => {
      await leavingNothing(
        async (double) => {
          await open();
          assert.deepEqual(grouped(double), calls);
          assert.equal(opened(double).natGateways.length, 1);
        },
        { seed: seedWith(left) },
      );
    });
  }

  it("waits for what was made a moment ago to become visible everywhere", async () => {
    await leavingNothing(
      async (double) => {
        await open();
        assert.ok(double.calls.some(({ outcome }) => outcome === "InvalidInternetGatewayID.NotFound"));
        assert.ok(double.calls.some(({ outcome }) => outcome === "InvalidAllocationID.NotFound"));
        assert.ok(double.calls.some(({ outcome }) => outcome === "NatGatewayNotFound"));
      },
      { times: { visibility: 1000 } },
    );
  });

  it("says what it was doing when AWS refuses the look at its end", async () => {
    await leavingNothing(async (double) => {
      double.faults = ({ action, index }) =>
        action === "DescribeRouteTables" && index >= survey.length
          ? { kind: "error", code: "UnauthorizedOperation" }
          : undefined;
      await assert.rejects(open(), {
        message:
          /^failed at looking for what there is of the lease: UnauthorizedOperation: refused by the test\. Allow/,
      });
      await assert.rejects(destroy(), {
        message: /^failed at looking for what there is of the lease: Unauth[^.]*\. [^.]*\.$/,
      });
    });
  });

  it("makes no route before its internet gateway is available", async () => {
    await leavingNothing(
      async (double) => {
        await open();
        const calls = double.takeCalls();
        const [attached, routed] = [calls.indexOf("AttachInternetGateway"), calls.indexOf("CreateRoute")];
        const waited = calls.slice(attached + 1, routed);
        assert.deepEqual([...new Set(waited)], ["DescribeInternetGateways"]);
        assert.ok(waited.length > 1, `${waited.length} looks`);
      },
      { times: { attachment: 500 } },
    );
  });

  it("fails before anything is made when AWS cannot be asked", async () => {
    await withDouble(async (double) => {
      double.faults = () => ({ kind: "error", code: "AuthFailure" });
      await assert.rejects(open(), (error: Error & { id?: string }) => {
        assert.equal(error.id, undefined);
        return true;
      });
      assert.deepEqual(double.inventory(), seededAccount());
    });
  });
});
