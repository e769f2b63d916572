import assert from "node:assert/strict";
import type { EC2 } from "@aws-sdk/client-ec2";
import type { LeaseInputs } from "../../../components/temporaryNatGateway/lease";
import { leaseIdOf } from "../../../components/temporaryNatGateway/settings";
import { DynamicProviderHost, ManagedResource } from "../../pulumi/dynamicProviderHost";
import { tagKey } from "../../pulumi/leaseInputs";
import { type ProviderTexts, providerTexts } from "../../pulumi/leaseProviders";
import { added, awsEnvironment, connect, inventory, makeNetwork, region, type TestNetwork } from "../account";
import { MotoServer } from "../motoServer";
import { requireTool } from "../tools";

/** What an open lease adds to the account. */
const openLease = [
  "attachment of igw to vpc",
  "eipalloc",
  "igw",
  "nat available in subnet",
  "rtb 0.0.0.0/0 to igw active",
  "rtb 0.0.0.0/0 to nat active",
  "rtb 0.0.0.0/0 to nat active",
  "sg egress tcp 443-443 0.0.0.0/0",
  "sg egress tcp 443-443 0.0.0.0/0",
];

describe("lease and release in Pulumi's dynamic-provider host, on moto", () => {
  let moto: MotoServer;
  let ec2: EC2;
  let host: DynamicProviderHost;
  let network: TestNetwork;
  let empty: string[];
  let texts: ProviderTexts;
  let lease: ManagedResource;
  let release: ManagedResource;

  before(async function () {
    moto = await MotoServer.start(requireTool(this, "moto"));
    ec2 = connect(moto.url);
    texts = await providerTexts();
  });

  after(async () => {
    ec2?.destroy();
    await moto?.stop();
  });

  beforeEach(async () => {
    await moto.reset();
    network = await makeNetwork(ec2);
    empty = await inventory(ec2);
    host = await DynamicProviderHost.start({ env: awsEnvironment(moto.url) });
    lease = new ManagedResource(host, texts.lease);
    release = new ManagedResource(host, texts.release);
  });

  afterEach(() => host?.stop());

  async function now(): Promise<string[]> {
    return added(empty, await inventory(ec2));
  }

  function leaseInputs(collectorImage = "daemon:3.6.7"): Record<string, unknown> & LeaseInputs {
    return {
      leaseName: "traced-fargate/test/egress",
      region,
      network,
      waits: { availableSeconds: 10, deletedSeconds: 10, settleSeconds: 5, pollSeconds: 0.1, retrySeconds: 0.05 },
      tags: { Project: "traced-fargate", Stack: "test" },
      reopenWhen: { collectorImage },
    };
  }

  function releaseInputs(): Record<string, unknown> {
    const { leaseName, reopenWhen, ...settings } = leaseInputs();
    return { ...settings, leaseId: lease.state?.id, generation: lease.state?.outputs.generation, proof: {} };
  }

  it("opens, releases, reads, finds nothing to do, opens again, releases, and leaves the account as it was", async () => {
    assert.equal(await lease.up(leaseInputs()), "create");
    assert.deepEqual(await now(), openLease);
    assert.equal(lease.state?.id, leaseIdOf(leaseInputs()));
    assert.equal(await release.up(releaseInputs()), "create");
    assert.equal(release.state?.outputs.status, "released");
    assert.deepEqual(await inventory(ec2), empty);

    assert.deepEqual([await lease.refresh(), await release.refresh()], [false, false]);
    assert.deepEqual([await lease.up(leaseInputs()), await release.up(releaseInputs())], ["same", "same"]);
    assert.deepEqual(await inventory(ec2), empty);

    assert.equal(await lease.up(leaseInputs("daemon:3.6.8")), "update");
    assert.deepEqual(await now(), openLease);
    assert.equal(lease.state?.outputs.generation, 2);
    assert.equal(await release.up(releaseInputs()), "update");
    assert.equal(release.state?.outputs.status, "released");
    assert.deepEqual(await inventory(ec2), empty);

    await release.destroy();
    await lease.destroy();
    assert.deepEqual(await inventory(ec2), empty);
    assert.equal(host.stderr, "");
  });

  it("tags what it makes, deletes an open lease, and keeps its hands off one of the same name in another VPC", async () => {
    const first = lease;
    await first.up(leaseInputs());
    const tagged = await ec2.describeTags({ Filters: [{ Name: "value", Values: [leaseIdOf(leaseInputs())] }] });
    const owned = (tagged.Tags ?? []).filter(({ Key }) => Key === tagKey);
    assert.deepEqual(owned.map(({ ResourceId }) => ResourceId?.split("-")[0]).sort(), [
      "eipalloc",
      "igw",
      "nat",
      "sgr",
      "sgr",
    ]);

    network = await makeNetwork(ec2);
    const beside = await inventory(ec2);
    lease = new ManagedResource(host, texts.lease);
    await lease.up(leaseInputs());
    assert.deepEqual(added(beside, await inventory(ec2)), openLease);
    await lease.destroy();
    assert.deepEqual(await inventory(ec2), beside);
    await first.destroy();
    assert.deepEqual(added(beside, await inventory(ec2)), []);
    assert.deepEqual(added(await inventory(ec2), beside), openLease);
  });
});
