import assert from "node:assert/strict";
import type { Fault } from "../../../aws/awsGate";
import { Ec2Double } from "../../../aws/ec2Double";
import type { Ec2Inventory } from "../../../aws/ec2DoubleAccount";
import { seededAccount } from "../../../aws/ec2DoubleSeed";
import { DynamicProviderHost, ManagedResource } from "../../../pulumi/dynamicProviderHost";
import { grouped, leaseId, leaseInputs, opening, releaseInputs, survey } from "../../../pulumi/leaseInputs";
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

describe("a deployment that was killed", () => {
  let double: Ec2Double;
  let host: DynamicProviderHost;
  let texts: ProviderTexts;
  let safeguard: ManagedResource;
  let lease: ManagedResource;
  let release: ManagedResource;

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
  const creations = opening.filter((call) => !survey.includes(call));

  /** Puts the clock past the deadline, past the deletion which then begins, and past the release of the address. */
  function passDeadline(): void {
    double.pass(14_400 * 60);
    double.pass(100);
    double.pass(30 * 60);
  }

  /** What is there besides the account's seed: the kinds of objects. */
  function left(): string[] {
    const [before, now] = [account(), double.inventory()];
    const kinds = ["internetGateways", "addresses", "natGateways", "rules", "schedules"] as const;
    return kinds.flatMap((kind) =>
      Object.keys(now[kind])
        .filter((id) => !(id in before[kind]))
        .map(() => kind),
    );
  }

  describe("and is not run again, so that the dead man's switch takes NAT gateway and address away:", () => {
    it("the next `up` notices without being told, opens again and closes", async () => {
      await lease.up({ ...leaseInputs() });
      const { natGatewayId } = lease.state?.outputs ?? {};
      assert.deepEqual(left(), [
        "internetGateways",
        "addresses",
        "natGateways",
        "rules",
        "rules",
        "schedules",
        "schedules",
      ]);
      passDeadline();
      assert.deepEqual(left(), ["internetGateways", "rules", "rules"]);
      double.takeCalls();

      assert.equal(await lease.up({ ...leaseInputs() }), "update");
      const calls = double.takeCalls();
      // The preview's look, the update's, and the opening's: dead routes are replaced.
      assert.deepEqual(calls.splice(0, 4), [
        "DescribeRouteTables",
        "DescribeNatGateways",
        "DescribeRouteTables",
        "DescribeNatGateways",
      ]);
      assert.deepEqual(
        calls.filter((call) => !survey.includes(call)),
        ["AllocateAddress", "CreateSchedule", "CreateNatGateway", "CreateSchedule", "ReplaceRoute", "ReplaceRoute"],
      );
      const { generation, natGatewayId: second } = lease.state?.outputs ?? {};
      assert.equal(generation, 2);
      assert.notEqual(second, natGatewayId);
      await release.up({ ...releaseInputs(2), natGatewayId: second });
    });

    it("the next `destroy` leaves nothing", async () => {
      await lease.up({ ...leaseInputs() });
      passDeadline();
      await lease.destroy();
    });

    it("an open lease is left alone before", async () => {
      await lease.up({ ...leaseInputs() });
      double.takeCalls();
      assert.equal(await lease.up({ ...leaseInputs() }), "same");
      assert.deepEqual(double.takeCalls(), ["DescribeRouteTables", "DescribeNatGateways"]);
      await lease.destroy();
    });

    it("it works for a NAT gateway that a person is deleting just now, too", async () => {
      await lease.up({ ...leaseInputs() });
      double.account.endNatGateway(String(lease.state?.outputs.natGatewayId), ourNatGateway());
      assert.equal(await lease.up({ ...leaseInputs() }), "update");
      assert.equal(lease.state?.outputs.generation, 2);
      await lease.destroy();
    });

    it("the next `up` after a first opening that was killed finishes it, long after a person deleted its gateway", async () => {
      // Until the gateways of other tests are forgotten.
      double.pass(2 * 3600);
      await silenceAt(creations.lastIndexOf("CreateSchedule"));
      const [id = ""] = Object.keys(double.inventory().natGateways).filter((each) => each.startsWith("nat-0"));
      double.account.endNatGateway(id, ourNatGateway());
      double.pass(100);
      double.pass(2 * 3600);
      assert.deepEqual(left(), ["internetGateways", "addresses", "schedules", "schedules"]);
      // A NAT gateway which never shows is given up after this time.
      const waits = { ...leaseInputs().waits, settleSeconds: 0.3 };
      double.takeCalls();
      assert.equal(await lease.up({ ...leaseInputs({ waits }) }), "create");
      // The first is answered with the gateway of the killed process, for the token is the same.
      assert.equal(double.takeCalls().filter((call) => call === "CreateNatGateway").length, 2);
      assert.equal(ourNatGateway().state, "available");
      await lease.destroy();
    });
  });

  describe("in its very first opening, of which Pulumi's state knows nothing:", () => {
    it("the safeguard takes away what was made until any call", async () => {
      for (let killed = 0; killed < creations.length; killed += 1) {
        await safeguard.up({ ...settings });
        assert.deepEqual(double.takeCalls(), []);
        await silenceAt(killed);
        await safeguard.destroy();
        assert.deepEqual(double.inventory(), account(), `${killed}: ${creations[killed]}`);
        double.takeCalls();
      }
    });

    it("the safeguard takes away what a killed process has left", async () => {
      await safeguard.up({ ...settings });
      const { state } = safeguard;
      await killWhilePending();
      const later = new ManagedResource(host, texts.safeguard);
      later.state = state;
      assert.ok(left().includes("natGateways"));
      await later.destroy();
    });
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
    assert.equal(ourNatGateway().vpcId, "vpc-next");

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

  function ourNatGateway() {
    const [gateway] = Object.entries(double.account.objects.natGateways)
      .filter(([id, { state }]) => id.startsWith("nat-0") && state !== "deleted")
      .map(([, each]) => each);
    assert.ok(gateway !== undefined);
    return gateway;
  }

  /** Opens, kills the host while the NAT gateway is pending, and starts another. */
  async function killWhilePending(): Promise<void> {
    double.faults = ({ action, index }): Fault | undefined => {
      if (action !== "DescribeNatGateways" || index < survey.length) {
        return undefined;
      }
      setImmediate(() => host.stop("SIGKILL"));
      return { kind: "silence" };
    };
    await assert.rejects(lease.up({ ...leaseInputs() }));
    assert.equal(lease.state, undefined);
    double.faults = () => undefined;
    await startHost();
  }

  /**
   * Opens until the how-manieth creating call is carried out, and hears nothing of that opening any more: to AWS and to
   * Pulumi's state it is as if its process had been killed, then or before the next call.
   */
  async function silenceAt(count: number): Promise<void> {
    const opened = new ManagedResource(host, texts.lease);
    await new Promise<void>((struck) => {
      let seen = 0;
      double.faults = ({ action }) => {
        if (survey.includes(action) || seen++ !== count) {
          return undefined;
        }
        setImmediate(struck);
        return { kind: "silence" };
      };
      // It ends with the host.
      opened.up({ ...leaseInputs() }).catch(() => {});
    });
    double.faults = () => undefined;
    assert.equal(opened.state, undefined);
  }
});
