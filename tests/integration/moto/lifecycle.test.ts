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

  before(async function () {
    moto = await MotoServer.start(requireTool(this, "moto"));
    ec2 = connect(moto.url);
    texts = await providerTexts();
    network = await makeNetwork(ec2);
    empty = await inventory(ec2);
    host = await DynamicProviderHost.start({ env: awsEnvironment(moto.url) });
  });

  after(async () => {
    await host?.stop();
    ec2?.destroy();
    await moto?.stop();
  });

  function leaseInputs(): Record<string, unknown> & LeaseInputs {
    return {
      leaseName: "traced-fargate/test/egress",
      region,
      network,
      waits: { availableSeconds: 10, deletedSeconds: 10, settleSeconds: 5, pollSeconds: 0.1, retrySeconds: 0.05 },
      tags: { Project: "traced-fargate", Stack: "test" },
      reopenWhen: {},
    };
  }

  it("opens with what it takes, tagged, in each of two VPCs, and takes that away again by release and deletion", async () => {
    const lease = new ManagedResource(host, texts.lease);
    assert.equal(await lease.up(leaseInputs()), "create");
    assert.deepEqual(added(empty, await inventory(ec2)), openLease);
    const leaseId = leaseIdOf(leaseInputs());
    assert.equal(lease.state?.id, leaseId);
    const tagged = await ec2.describeTags({ Filters: [{ Name: "value", Values: [leaseId] }] });
    const owned = (tagged.Tags ?? []).filter(({ Key }) => Key === tagKey);
    assert.deepEqual(owned.map(({ ResourceId }) => ResourceId?.split("-")[0]).sort(), [
      "eipalloc",
      "igw",
      "nat",
      "sgr",
      "sgr",
    ]);

    const { leaseName, reopenWhen, ...settings } = leaseInputs();
    network = await makeNetwork(ec2);
    const beside = await inventory(ec2);
    const other = new ManagedResource(host, texts.lease);
    await other.up(leaseInputs());
    assert.deepEqual(added(beside, await inventory(ec2)), openLease);
    await other.destroy();
    assert.deepEqual(await inventory(ec2), beside);

    const release = new ManagedResource(host, texts.release);
    const inputs = { ...settings, leaseId, generation: lease.state?.outputs.generation, proof: {} };
    assert.equal(await release.up(inputs), "create");
    assert.equal(release.state?.outputs.status, "released");
    assert.deepEqual([await release.refresh(), await lease.refresh()], [false, false]);
    assert.deepEqual(added(beside, await inventory(ec2)), []);
    assert.deepEqual(added(await inventory(ec2), beside), openLease);
    assert.equal(host.stderr, "");
  });
});
