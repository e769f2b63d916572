import assert from "node:assert/strict";
import { failing } from "../../aws/awsGate";
import { seededAccount } from "../../aws/ec2DoubleSeed";
import { open } from "../../pulumi/leaseInProcess";
import {
  existingProfile,
  grouped,
  leaseId,
  leaseInputs,
  releaseInputs,
  survey,
  withDouble,
} from "../../pulumi/leaseInputs";
import { leaseProviders } from "../../pulumi/leaseProviders";

describe("a release that exists", () => {
  const state = { ...releaseInputs(1), version: 1, status: "released" } as const;
  const provider = leaseProviders.release;

  it("reports whether anything of the lease is there", async () => {
    await withDouble(async (double) => {
      assert.deepEqual(await provider.read?.("id", state), { id: "id", props: state });
      await open();
      assert.deepEqual(await provider.read?.("id", state), { id: "id", props: { ...state, status: "open" } });
      await provider.create?.(releaseInputs(1));
      double.takeCalls();
      assert.deepEqual(await provider.read?.("id", { ...state, status: "open" }), { id: "id", props: state });
      assert.deepEqual(grouped(double), survey);
    });
  });

  it("only notes what changes nothing in AWS", async () => {
    await withDouble(async (double) => {
      const news = { ...releaseInputs(1), proof: { taskDefinition: "hello:2" }, profile: existingProfile };
      assert.deepEqual(await provider.update?.("id", state, news), {
        outs: { ...news, version: 1, status: "released" },
      });
      await provider.delete?.("id", state);
      assert.deepEqual(double.takeCalls(), ["DescribeInternetGateways"]);
    });
  });

  it("looks with the profile and the waits of the program, when those of the state are out of date", async () => {
    await withDouble(async (double) => {
      const waits = { ...leaseInputs().waits, settleSeconds: Number.NaN };
      const old = { ...state, profile: "renamed", waits };
      const news = { ...releaseInputs(1), profile: existingProfile };
      assert.equal((await provider.diff?.("id", old, news))?.changes, true);
      assert.equal((await provider.diff?.("id", { ...news, version: 1, status: "released" }, news))?.changes, false);
      assert.deepEqual(await provider.update?.("id", old, news), { outs: { ...news, version: 1, status: "released" } });
      assert.deepEqual(double.takeCalls(), ["DescribeInternetGateways", "DescribeInternetGateways"]);
    });
  });

  const leftBy: [what: string, call: string][] = [
    ["began", "CreateRoute"],
    ["had an address", "CreateNatGateway"],
    ["had a NAT gateway", "AuthorizeSecurityGroupEgress"],
    ["was done", "none"],
  ];
  for (const [what, call] of leftBy) {
    it(`finds and closes what a re-opening left which was killed when it ${what} and is not asked for any more`, async () => {
      await withDouble(async (double) => {
        double.faults = failing(call, { kind: "error", code: "UnauthorizedOperation" });
        await open().catch(() => undefined);
        assert.notDeepEqual(double.inventory(), seededAccount());
        assert.equal((await provider.diff?.("id", state, releaseInputs(1)))?.changes, true);
        await provider.update?.("id", state, releaseInputs(1));
        assert.deepEqual(double.inventory(), seededAccount());
        assert.equal((await provider.diff?.("id", state, releaseInputs(1)))?.changes, false);
      });
    });
  }

  it("closes again when the lease has opened again", async () => {
    await withDouble(async (double) => {
      await open();
      const { outs } = (await provider.update?.("id", state, releaseInputs(2))) ?? {};
      assert.deepEqual(outs, { ...releaseInputs(2), version: 1, status: "released" });
      assert.deepEqual(double.inventory(), seededAccount());
    });
  });
});

describe("a lease that exists", () => {
  const state = {
    ...leaseInputs(),
    version: 1,
    generation: 4,
    natGatewayId: "nat-1",
    publicIp: "203.0.113.1",
  };

  it("is read without asking AWS, released or not", async () => {
    assert.deepEqual(await leaseProviders.lease.read?.(leaseId, state), { id: leaseId, props: state });
  });

  it("opens on an update that has it fetch something, and only notes others", async () => {
    await withDouble(async (double) => {
      const noted = leaseInputs({ waits: { ...leaseInputs().waits, deletedSeconds: 3 } });
      assert.deepEqual(await leaseProviders.lease.update?.(leaseId, state, noted), { outs: { ...state, ...noted } });
      assert.deepEqual(double.takeCalls(), ["DescribeRouteTables"]);

      const changed = leaseInputs({ reopenWhen: { collectorImage: "daemon:3.6.8" } });
      const { outs } = (await leaseProviders.lease.update?.(leaseId, state, changed)) ?? {};
      const natGatewayId = Object.keys(double.inventory().natGateways).find((id) => id.startsWith("nat-0"));
      assert.ok(outs?.publicIp !== undefined && natGatewayId !== undefined);
      assert.deepEqual(outs, { ...changed, version: 1, generation: 5, natGatewayId, publicIp: outs.publicIp });

      const unfinished = { ...state, ...changed, unfinished: true } as const;
      const again = await leaseProviders.lease.update?.(leaseId, unfinished, changed);
      assert.deepEqual(again?.outs, outs);
    });
  });

  it("looks with the profile of the program, when that of the state is out of date", async () => {
    await withDouble(async (double) => {
      const old = { ...state, profile: "renamed" };
      const news = { ...leaseInputs(), profile: existingProfile };
      assert.equal((await leaseProviders.lease.diff?.(leaseId, old, news))?.changes, true);
      assert.deepEqual(await leaseProviders.lease.update?.(leaseId, old, news), { outs: { ...state, ...news } });
      assert.deepEqual(double.takeCalls(), ["DescribeRouteTables"]);
    });
  });

  it("keeps its generation when a new opening gets stuck", async () => {
    await withDouble(async (double) => {
      double.faults = failing("AllocateAddress", { kind: "error", code: "AddressLimitExceeded" });
      const changed = leaseInputs({ reopenWhen: { collectorImage: "daemon:3.6.8" } });
      await assert.rejects(async () => leaseProviders.lease.update?.(leaseId, state, changed), {
        message:
          "failed at making the Elastic IP address: AddressLimitExceeded: refused by the test. " +
          "Release an Elastic IP address, or raise the quota L-0263D0A3 (EC2-VPC Elastic IPs).",
        properties: { ...changed, version: 1, generation: 4, unfinished: true },
      });
    });
  });
});
