import assert from "node:assert/strict";
import { Ec2Double } from "../../../aws/ec2Double";
import type { Ec2Inventory } from "../../../aws/ec2DoubleAccount";
import { seededAccount } from "../../../aws/ec2DoubleSeed";
import { DynamicProviderHost, ManagedResource } from "../../../pulumi/dynamicProviderHost";
import { closing, grouped, leaseId, leaseInputs, opening, releaseInputs, survey } from "../../../pulumi/leaseInputs";
import { type ProviderTexts, providerTexts } from "../../../pulumi/leaseProviders";

/** The seeded account with another VPC, into which a lease may move. */
function account(): Ec2Inventory {
  const seed = seededAccount();
  seed.vpcs.push("vpc-next");
  seed.subnets["subnet-next"] = "vpc-next";
  seed.routeTables["rtb-next"] = { vpcId: "vpc-next", routes: {} };
  seed.routeTables["rtb-next-private"] = { vpcId: "vpc-next", routes: {} };
  return seed;
}

describe("a lease in Pulumi's dynamic-provider host", () => {
  let double: Ec2Double;
  let host: DynamicProviderHost;
  let safeguard: ManagedResource;
  let lease: ManagedResource;
  let release: ManagedResource;
  let texts: ProviderTexts;

  before(async () => {
    texts = await providerTexts();
    double = await Ec2Double.start({ seed: account() });
    await startHost();
  });

  beforeEach(() => {
    safeguard = new ManagedResource(host, texts.safeguard);
    lease = new ManagedResource(host, texts.lease);
    release = new ManagedResource(host, texts.release);
  });

  afterEach(() => {
    double.faults = () => undefined;
    double.takeCalls();
    // Whatever a test did, and whatever was killed in it.
    assert.deepEqual(double.inventory(), account());
  });

  after(async () => {
    await host?.stop();
    await double?.stop();
  });

  async function startHost(): Promise<void> {
    host = await DynamicProviderHost.start({ env: double.environment });
  }

  const { reopenWhen, ...settings } = leaseInputs();

  /** The outputs without the code, and without what AWS has chosen. */
  function outputsOf(resource: ManagedResource) {
    const { __provider, natGatewayId, publicIp, ...outputs } = resource.state?.outputs ?? {};
    return outputs;
  }

  it("leaves the account as it was after opening, releasing, reopening, releasing and deletion", async () => {
    assert.equal(await lease.up({ ...leaseInputs() }), "create");
    assert.deepEqual(grouped(double), opening);
    assert.deepEqual(outputsOf(lease), { ...leaseInputs(), version: 1, generation: 1 });
    const { natGatewayId, publicIp } = lease.state?.outputs ?? {};
    assert.equal(double.inventory().natGateways[String(natGatewayId)]?.state, "available");
    assert.ok(Object.values(double.inventory().addresses).some((address) => address.publicIp === publicIp));

    assert.equal(await release.up(releaseInputs(1)), "create");
    assert.deepEqual(grouped(double), closing);
    assert.deepEqual(outputsOf(release), { ...releaseInputs(1), version: 1, status: "released" });
    assert.deepEqual(double.inventory(), account());

    assert.equal(await lease.refresh(), false);
    assert.deepEqual(double.takeCalls(), []);
    assert.equal(await release.refresh(), false);
    assert.deepEqual(grouped(double), survey);
    assert.equal(await lease.up({ ...leaseInputs() }), "same");
    assert.equal(await release.up(releaseInputs(1)), "same");
    assert.deepEqual(double.takeCalls(), ["DescribeRouteTables", "DescribeInternetGateways"]);

    const changed = leaseInputs({ reopenWhen: { collectorImage: "daemon:3.6.8" } });
    assert.equal(await lease.up({ ...changed }), "update");
    assert.deepEqual(grouped(double), opening);
    assert.deepEqual(outputsOf(lease), { ...changed, version: 1, generation: 2 });
    assert.notEqual(lease.state?.outputs.natGatewayId, natGatewayId);
    assert.equal(await release.refresh(), true);
    assert.equal(release.state?.outputs.status, "open");
    double.takeCalls();
    assert.equal(await release.up(releaseInputs(2)), "update");
    assert.deepEqual(grouped(double), closing);
    assert.equal(release.state?.outputs.status, "released");
    assert.deepEqual(double.inventory(), account());

    await release.destroy();
    await lease.destroy();
    assert.deepEqual(grouped(double), survey);
    assert.deepEqual(double.inventory(), account());
    assert.equal(host.stderr, "");
  });

  it("saves an opening that got stuck, and deletes it in a host that never saw the program", async () => {
    double.faults = ({ action }) =>
      action === "CreateNatGateway" ? { kind: "error", code: "NatGatewayLimitExceeded" } : undefined;
    const message =
      "failed at making the NAT gateway: NatGatewayLimitExceeded: refused by the test. " +
      "Delete a NAT gateway of the zone, or raise the quota L-FE5A380F (NAT gateways per zone).";
    await assert.rejects(lease.up({ ...leaseInputs() }), { message });
    assert.equal(lease.state?.id, leaseId);
    assert.deepEqual(lease.state?.initErrors, [message]);
    assert.deepEqual(outputsOf(lease), { ...leaseInputs(), version: 1, generation: 0, unfinished: true });
    assert.notDeepEqual(double.inventory(), account());

    await host.stop();
    await startHost();
    await host.delete(leaseId, lease.state?.outputs ?? {});
    assert.deepEqual(double.inventory(), account());
  });

  it("stops on SIGINT in the middle of the wait, saves what is there, and takes it away on destroy", async () => {
    double.account.times.natGatewayCreation = 100_000;
    double.faults = ({ action, index }) => {
      if (action === "DescribeNatGateways" && index >= survey.length) {
        host.process.kill("SIGINT");
      }
      return undefined;
    };
    await assert.rejects(lease.up({ ...leaseInputs() }), {
      message: /^interrupted while waiting for NAT gateway nat-\w+ to become available \(pending\)$/,
    });
    double.faults = () => undefined;
    double.account.times.natGatewayCreation = 100;
    await lease.destroy();
  });

  it("has a safeguard which follows the lease into another VPC", async () => {
    await safeguard.up({ ...settings });
    await lease.up({ ...leaseInputs() });
    const network = {
      vpcId: "vpc-next",
      publicSubnetId: "subnet-next",
      publicRouteTableId: "rtb-next",
      privateRouteTableIds: ["rtb-next-private"],
      egressSecurityGroupIds: [],
    };
    assert.equal(await safeguard.up({ ...settings, network }), "replace");
    assert.equal(safeguard.state?.id, "traced-fargate/test/egress/vpc-next/safeguard");
    assert.deepEqual(double.inventory(), account());
    double.takeCalls();
    assert.equal(await lease.up({ ...leaseInputs({ network }) }), "replace");
    assert.deepEqual(double.takeCalls().slice(0, survey.length).sort(), survey);
    const { natGatewayId } = lease.state?.outputs ?? {};
    assert.equal(double.inventory().natGateways[String(natGatewayId)]?.vpcId, "vpc-next");

    // As `pulumi destroy` does it: the lease takes all away, the safeguard looks once at every kind.
    await lease.destroy();
    double.takeCalls();
    await safeguard.destroy();
    assert.deepEqual(grouped(double), survey);
  });

  it("has a safeguard which is only noted, read and compared without AWS", async () => {
    assert.equal(await safeguard.up({ ...settings }), "create");
    const { __provider, ...outputs } = safeguard.state?.outputs ?? {};
    assert.deepEqual([safeguard.state?.id, outputs], [`${leaseId}/safeguard`, { ...settings, version: 1 }]);
    assert.equal(await safeguard.refresh(), false);
    assert.equal(await safeguard.up({ ...settings }), "same");
    assert.equal(await safeguard.up({ ...settings, profile: "deployer" }), "update");
    assert.equal(safeguard.state?.outputs.profile, "deployer");
    await assert.rejects(safeguard.up({ ...settings, leaseName: "" }), {
      message: "leaseName: must have 1 to 200 characters, not 0",
    });
    assert.deepEqual(double.takeCalls(), []);
  });

  it("answers a preview, in which much is not known yet", async () => {
    const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
    const news = { ...leaseInputs(), network: unknown, reopenWhen: unknown, __provider: texts.lease };
    assert.deepEqual((await host.check({}, news)).failures, []);

    const olds = { ...releaseInputs(1), version: 1, status: "released", __provider: texts.release };
    const changes = async (changed: object) => host.diff("id", olds, { ...olds, ...changed });
    const update = { changes: true, replaces: [], deleteBeforeReplace: true };
    assert.deepEqual(await changes({}), { ...update, changes: false });
    assert.deepEqual(double.takeCalls(), ["DescribeInternetGateways"]);
    assert.deepEqual(await changes({ generation: unknown }), update);
    assert.deepEqual(await changes({ leaseId: unknown }), { ...update, replaces: ["leaseId"] });
    assert.deepEqual(double.takeCalls(), []);
  });
});
