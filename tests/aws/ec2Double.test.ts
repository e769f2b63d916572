import assert from "node:assert/strict";
import { withClients } from "../../components/dynamicProvider/awsClient";
import { withDouble } from "../pulumi/leaseInputs";
import { answers, refusals, type World } from "./awsAnswers";
import type { Ec2Double, Ec2DoubleOptions } from "./ec2Double";
import { seededAccount } from "./ec2DoubleSeed";

const other = {
  vpcId: "vpc-other",
  subnetId: "subnet-other",
  routeTableId: "rtb-other",
  groupId: "sg-other",
  ruleId: "sgr-other",
  internetGatewayId: "igw-other",
  natGatewayId: "nat-other",
  allocationId: "eipalloc-other",
};

/** Has the double called through the SDK, as the providers do. */
function withWorld(
  work: (world: World, double: Ec2Double) => Promise<void>,
  options: Partial<Ec2DoubleOptions> = {},
): Promise<void> {
  const world = {
    vpcId: "vpc-main",
    subnetId: "subnet-public",
    routeTableId: "rtb-public",
    groupId: "sg-client",
    internetGatewayId: "igw-unattached",
    allocationId: "eipalloc-spare",
    other,
  };
  return withDouble(
    (double) =>
      withClients({ region: "eu-central-1" }, ["ec2", "scheduler"], (clients) =>
        work({ ...clients, ...world }, double),
      ),
    options,
  );
}

describe("double of EC2 and EventBridge Scheduler", () => {
  it("refuses what AWS refuses, and changes nothing", async () => {
    await withWorld(async (world, double) => {
      for (const [call, aws] of refusals(world)) {
        await assert.rejects(call(), { name: aws }, call.toString());
        assert.equal(double.calls.at(-1)?.outcome, aws);
      }
      assert.deepEqual(double.inventory(), seededAccount());
    });
  });

  it("answers what AWS answers", async () => {
    let row = 0;
    for (let done = false; !done; row++) {
      await withWorld(
        async (world) => {
          const [call, aws] = answers(world)[row] ?? [];
          if (call !== undefined) assert.deepEqual(await call().catch(({ name }) => name), aws, call.toString());
          done = call === undefined;
        },
        { secondsPerCall: 0 },
      );
    }
  });

  it("fails a NAT gateway in a network without an internet gateway, or whose address is in use", async () => {
    await withWorld(async ({ ec2 }, double) => {
      const failureOf = async (SubnetId: string, AllocationId: string) => {
        const { NatGateway } = await ec2.createNatGateway({ SubnetId, AllocationId });
        double.pass(100);
        const { state, failureCode } = double.inventory().natGateways[NatGateway?.NatGatewayId ?? ""] ?? {};
        return [state, failureCode];
      };
      assert.deepEqual(await failureOf("subnet-public", "eipalloc-spare"), ["failed", "Gateway.NotAttached"]);
      assert.deepEqual(await failureOf("subnet-other", "eipalloc-other"), ["failed", "Resource.AlreadyAssociated"]);
    });
  });

  it("says what was, by as much as its answers are late", async () => {
    const options = { secondsPerCall: 1, times: { lateness: 2 } };
    await withWorld(async ({ ec2 }) => {
      const addresses = async () => (await ec2.describeAddresses({})).Addresses?.length;
      const seen = [await addresses()];
      await ec2.allocateAddress({ Domain: "vpc" });
      assert.deepEqual([...seen, await addresses(), await addresses(), await addresses()], [2, 2, 2, 3]);
    }, options);
  });
});
