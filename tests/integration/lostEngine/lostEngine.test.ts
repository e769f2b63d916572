import assert from "node:assert/strict";
import { Ec2Double } from "../../aws/ec2Double";
import { seededAccount } from "../../aws/ec2DoubleSeed";
import { DynamicProviderHost, ManagedResource } from "../../pulumi/dynamicProviderHost";
import { leaseInputs, releaseInputs } from "../../pulumi/leaseInputs";
import { type ProviderTexts, providerTexts } from "../../pulumi/leaseProviders";

/** Creating and deleting a NAT gateway take three seconds each, in which a wait says what it is for. */
const speed = 20;
const times = { natGatewayCreation: 60, natGatewayDeletion: 60 };

describe("a provider whose engine was killed", () => {
  let texts: ProviderTexts;
  let double: Ec2Double;
  let host: DynamicProviderHost;
  let lease: ManagedResource;
  let release: ManagedResource;

  before(async () => {
    texts = await providerTexts();
  });

  beforeEach(async () => {
    double = await Ec2Double.start({ seed: seededAccount(), speed, secondsPerCall: 0, times });
    host = await DynamicProviderHost.start({ env: double.environment });
    lease = new ManagedResource(host, texts.lease);
    release = new ManagedResource(host, texts.release);
  });

  afterEach(async () => {
    await host?.stop("SIGKILL");
    await double?.stop();
  });

  /** What the host writes nobody reads any more. Its calls are still answered, so that the test hears how they end. */
  const loseEngine = () => host.process.stderr?.destroy();
  const made = () => double.takeCalls().filter((call) => call.startsWith("Create"));

  it("stops opening while it waits for the NAT gateway, and makes nothing more", async () => {
    loseEngine();
    await assert.rejects(lease.up({ ...leaseInputs() }), {
      message: /^interrupted while waiting for NAT gateway nat-\w+ to become available \(pending\)$/,
    });
    assert.deepEqual(made(), [
      "CreateInternetGateway",
      "CreateRoute",
      "CreateSchedule",
      "CreateNatGateway",
      "CreateSchedule",
    ]);
    await lease.destroy();
    assert.deepEqual(double.inventory(), seededAccount());
  });

  it("closes to the end, so that nothing is left even if nobody comes back", async () => {
    await lease.up({ ...leaseInputs() });
    loseEngine();
    assert.equal(await release.up(releaseInputs(1)), "create");
    assert.deepEqual(double.inventory(), seededAccount());
  });
});
