import assert from "node:assert/strict";
import { failing } from "../../aws/awsGate";
import type { Ec2Double } from "../../aws/ec2Double";
import type { Ec2Inventory } from "../../aws/ec2DoubleAccount";
import { seededAccount } from "../../aws/ec2DoubleSeed";
import { leavingNothing, open, tags as ours, release } from "../../pulumi/leaseInProcess";
import { closing, grouped, leaseId, leaseInputs, releaseInputs, withDouble } from "../../pulumi/leaseInputs";
import { leaseProviders } from "../../pulumi/leaseProviders";

/** The properties of an error which Pulumi saves. */
interface Saved extends Error {
  id?: string;
  properties?: { status?: string };
  reasons?: string[];
}

function defaultRoutes({ routeTables }: Ec2Inventory): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(routeTables).map(([id, { routes }]) => [id, routes["0.0.0.0/0"]]));
}

function groupsWithTemporaryRule(double: Ec2Double): string[] {
  return Object.values(double.inventory().rules)
    .filter(({ tags }) => tags["traced-fargate:lease"] === leaseId)
    .map(({ groupId }) => groupId)
    .sort();
}

describe("releasing a lease", () => {
  it("takes everything away in this order, with the calls that takes and no more", async () => {
    await withDouble(async (double) => {
      await open();
      double.takeCalls();
      assert.deepEqual(await release(), {
        id: `${leaseId}/release`,
        outs: { ...releaseInputs(1), version: 1, status: "released" },
      });
      assert.deepEqual(grouped(double), closing);
      assert.deepEqual(double.inventory(), seededAccount());
    });
  });

  it("revokes the rule of a group which the program has stopped to name meanwhile", async () => {
    await withDouble(async (double) => {
      const { network } = leaseInputs();
      await open();
      assert.deepEqual(groupsWithTemporaryRule(double), ["sg-client", "sg-containers"]);
      const inputs = releaseInputs(1, { network: { ...network, egressSecurityGroupIds: ["sg-containers"] } });
      await leaseProviders.release.create?.(inputs);
      assert.deepEqual(double.inventory(), seededAccount());
    });
  });

  it("proves while the private subnets are cut off and the NAT gateway is still there", async () => {
    await withDouble(async (double) => {
      const { natGatewayId = "" } = await open();
      const seen: unknown[] = [];
      await release(
        async (inputs, { region, signal }) => {
          const { "rtb-private": first, "rtb-second": second } = defaultRoutes(double.inventory());
          const state = double.inventory().natGateways[natGatewayId]?.state;
          seen.push(inputs, region, signal.aborted, first, second, groupsWithTemporaryRule(double), state);
        },
        { taskDefinition: "hello:1" },
      );
      const proof = { taskDefinition: "hello:1" };
      assert.deepEqual(seen, [proof, "eu-central-1", false, undefined, undefined, [], "available"]);
      assert.deepEqual(double.inventory(), seededAccount());
    });
  });

  // 0.6 s, say, when a call takes 0.05 s: a clock that runs by calls, so that no test depends on a machine's speed.
  for (const calls of [1, 3, 12, 40]) {
    it(`cuts off and takes away everything right behind an opening when AWS's answers are ${calls} calls late`, async () => {
      await leavingNothing(
        async (double) => {
          await open();
          const seen: unknown[] = [];
          const prove = async () => {
            const { "rtb-private": first, "rtb-second": second } = defaultRoutes(double.inventory());
            seen.push(first, second, groupsWithTemporaryRule(double));
          };
          assert.equal((await release(prove))?.outs?.status, "released");
          assert.deepEqual(seen, [undefined, undefined, []]);
          assert.deepEqual(double.inventory(), seededAccount());
          await open();
        },
        { secondsPerCall: 10, times: { lateness: calls * 10 } },
      );
    });
  }

  it("does not prove before a rule has gone that shows late", async () => {
    await withDouble(
      async (double) => {
        await open();
        const rule = {
          groupId: "sg-client",
          protocol: "tcp",
          fromPort: 443,
          toPort: 443,
          cidr: "0.0.0.0/0",
          tags: ours,
        };
        double.account.add("rules", "sgr-late", rule);
        const seen: string[][] = [];
        await release(async () => void seen.push(groupsWithTemporaryRule(double)));
        assert.deepEqual(seen, [[]]);
      },
      { secondsPerCall: 10, times: { lateness: 200 } },
    );
  });

  it("says that it is open when AWS never shows that all is gone", async () => {
    await withDouble(async (double) => {
      await open();
      const waits = { ...releaseInputs(1).waits, settleSeconds: 0.1 };
      double.faults = ({ action }) => {
        if (action === "DeleteInternetGateway") {
          const ids = Object.keys(double.account.objects.internetGateways).filter((id) => id.startsWith("igw-0"));
          setImmediate(() => double.account.add("internetGateways", ids[0] ?? "igw-0", { tags: ours }));
        }
        return undefined;
      };
      await assert.rejects(
        async () => leaseProviders.release.create?.({ ...releaseInputs(1), waits }),
        (error: Saved) => {
          assert.match(
            error.message,
            /^gave up after [\d.]+ s of waiting for AWS to show nothing of the lease any more$/,
          );
          assert.equal(error.properties?.status, "open");
          return true;
        },
      );
      double.faults = () => undefined;
      await release();
      assert.deepEqual(double.inventory(), seededAccount());
    });
  });

  it("puts routes and rules back when the proof fails, and says why", async () => {
    await withDouble(async (double) => {
      const { natGatewayId } = await open();
      const before = double.inventory();
      const prove = async () => {
        throw new Error("the task stopped with CannotPullContainerError");
      };
      const message =
        "the task stopped with CannotPullContainerError (the routes and egress rules are back, the NAT gateway is kept)";
      await assert.rejects(release(prove), {
        message,
        id: `${leaseId}/release`,
        properties: { ...releaseInputs(1), version: 1, status: "open" },
        reasons: [message],
      });
      assert.deepEqual(defaultRoutes(double.inventory()), {
        ...defaultRoutes(before),
        "rtb-private": natGatewayId,
        "rtb-second": natGatewayId,
      });
      assert.deepEqual(groupsWithTemporaryRule(double), ["sg-client", "sg-containers"]);
      assert.equal(double.inventory().natGateways[natGatewayId ?? ""]?.state, "available");

      await leaseProviders.release.update?.(
        `${leaseId}/release`,
        { ...releaseInputs(1), version: 1, status: "open" },
        releaseInputs(1),
      );
      assert.deepEqual(double.inventory(), seededAccount());
    });
  });

  it("says when routes and rules could not be put back", async () => {
    await leavingNothing(async (double) => {
      const { natGatewayId = "" } = await open();
      const prove = async () => {
        double.faults = failing("CreateRoute", { kind: "error", code: "UnauthorizedOperation" });
        throw new Error("not reachable");
      };
      await assert.rejects(release(prove), {
        message:
          "not reachable (and the routes and egress rules could not be put back: failed at making the private default routes: " +
          "UnauthorizedOperation: refused by the test. Allow the action to whoever runs `pulumi up`.)",
      });
      assert.equal(double.inventory().natGateways[natGatewayId]?.state, "available");
    });
  });

  it("proves and has nothing to put back when the NAT gateway is gone", async () => {
    await withDouble(async (double) => {
      const prove = async () => {
        throw new Error("not reachable");
      };
      await assert.rejects(release(prove), {
        message:
          "not reachable (and the routes and egress rules could not be put back: failed at making the private default routes: " +
          "there is no NAT gateway they could lead to; `pulumi up --replace` with the URN of the lease makes a new one)",
      });
      assert.deepEqual(double.inventory(), seededAccount());
    });
  });

  const passing: [action: string, code: string][] = [
    ["DeleteRoute", "InvalidRouteTableID.NotFound"],
    ["RevokeSecurityGroupEgress", "InvalidGroup.NotFound"],
    // For a resource of which something is still being done:
    // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
    ["DeleteNatGateway", "IncorrectState"],
    // Right after its NAT gateway is gone: https://github.com/eformat/sno-for-100/issues/9
    ["ReleaseAddress", "AuthFailure"],
  ];
  for (const [action, code] of passing) {
    it(`goes on when AWS answers ${code} to ${action}`, async () => {
      await withDouble(async (double) => {
        await open();
        double.faults = failing(action, { kind: "error", code });
        assert.equal((await release())?.outs?.status, "released");
      });
    });
  }

  it("keeps nothing back when it fails after the proof, and finishes next time", async () => {
    await withDouble(async (double) => {
      await open();
      double.faults = failing("ReleaseAddress", { kind: "error", code: "UnauthorizedOperation" });
      await assert.rejects(release(), (error: Saved) => {
        assert.equal(
          error.message,
          "failed at taking away the Elastic IP address: UnauthorizedOperation: refused by the test. " +
            "Allow the action to whoever runs `pulumi up`.",
        );
        assert.equal(error.properties?.status, "open");
        return true;
      });
      assert.deepEqual(Object.keys(double.inventory().natGateways), ["nat-other", "nat-private"]);
      assert.equal(defaultRoutes(double.inventory())["rtb-private"], undefined);
      await release();
      assert.deepEqual(double.inventory(), seededAccount());
    });
  });
});
