import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import type { EC2 } from "@aws-sdk/client-ec2";
import { AwsGate, failing, forwardTo } from "../../aws/awsGate";
import { connect, inventory, makeNetwork, region, type TestNetwork } from "../account";
import { MotoServer } from "../motoServer";
import { requireTool } from "../tools";
import { PulumiCli } from "./pulumiCli";

const preview = ["preview", "--diff"];
const up = ["up", "--yes", "--skip-preview"];
const refresh = ["refresh", "--yes", "--skip-preview"];
const destroy = ["destroy", "--yes", "--skip-preview"];

describe("the temporary NAT gateway under the real Pulumi engine, on moto", () => {
  // The longest takes half a minute, and three times that on a machine that is busy otherwise.
  let moto: MotoServer;
  let ec2: EC2;
  let gate: AwsGate;
  let program: string;
  let networks: [TestNetwork, TestNetwork];
  let empty: string[] | undefined;
  /** The stack after its first `up`, for the tests which go on from there. */
  let settled: string | undefined;
  let cli: PulumiCli;

  before(async function () {
    program = requireTool(this, "pulumi");
    requireTool(this, "pulumi-language-nodejs");
    moto = await MotoServer.start(requireTool(this, "moto"));
    ec2 = connect(moto.url);
    gate = await new AwsGate(forwardTo(moto.url)).listen();
  });

  after(async () => {
    ec2?.destroy();
    await gate?.stop();
    await moto?.stop();
  });

  beforeEach(async () => {
    // The account is as it was unless a test has failed.
    if (!isDeepStrictEqual(await inventory(ec2), empty)) {
      await moto.reset();
      networks = [await makeNetwork(ec2), await makeNetwork(ec2)];
      empty = await inventory(ec2);
      settled = undefined;
    }
    const waits = { availableSeconds: 20, deletedSeconds: 20, settleSeconds: 10, pollSeconds: 0.2, retrySeconds: 0.1 };
    const settings = { region, network: networks[0], waits, image: "daemon:3.6.7", revision: 1 };
    cli = new PulumiCli(program, gate.url, settings);
    await cli.must("stack", "init");
  });

  afterEach(() => {
    if (gate) gate.faults = () => undefined;
    cli?.remove();
  });

  /** Runs an `up` which is killed with all it started when the action was carried out, before anybody learns of it. */
  async function killedUp(action: string): Promise<void> {
    gate.faults = failing(action, { kind: "lostResponse", meanwhile: () => cli.kill() });
    assert.equal((await cli.run(...up)).exitCode, null);
    assert.notDeepEqual(await inventory(ec2), empty);
    // What an operator has to do before the next command: take the lock away.
    await cli.must("cancel", "--yes");
  }

  /** Runs an `up` in which AWS refuses an action. */
  async function refusedUp(action: string): Promise<void> {
    const message = "The maximum has been reached.";
    gate.faults = failing(action, { kind: "error", code: "NatGatewayLimitExceeded", message });
    const { exitCode, output } = await cli.run(...up);
    assert.equal(exitCode, 1);
    assert.match(output, /NatGatewayLimitExceeded: The maximum has been reached\. Delete a NAT gateway of the zone/);
  }

  /** Presses Ctrl-C so many times when a NAT gateway is to be made, before it is. */
  function interruptOpening(times: number): void {
    gate.faults = async ({ action }): Promise<undefined> => {
      if (action !== "CreateNatGateway") return;
      gate.faults = () => undefined;
      for (let pressed = 0; pressed < times; pressed++) await cli.interrupt();
    };
  }

  /** Makes a stack whose NAT gateway has come and gone once. */
  async function start(): Promise<void> {
    if (settled !== undefined) return cli.imported(settled);
    await cli.must(...up);
    settled = await cli.exported();
  }

  const change = (settings: Partial<PulumiCli["settings"]>): void => {
    cli.settings = { ...cli.settings, ...settings };
  };

  /** Runs a command after which nothing is left in the account; what it did. */
  async function clean(...command: readonly string[]): Promise<string[]> {
    const done = await cli.must(...command);
    assert.deepEqual(await inventory(ec2), empty);
    return done;
  }

  it("opens and closes, sees no drift, opens again for a new image or VPC, and is destroyed in order", async () => {
    gate.takeCalls();
    await cli.must(...preview);
    assert.deepEqual(gate.takeCalls(), []);
    assert.deepEqual(await clean(...up), [
      "created network",
      "created egress-safeguard",
      "created egress-lease",
      "created workload",
      "created egress-release",
    ]);
    settled = await cli.exported();
    await cli.must(...refresh, "--expect-no-changes");

    // Other code of a provider is no reason for an update.
    change({ revision: 2 });
    await cli.must(...up, "--expect-no-changes");

    change({ image: "daemon:3.6.8" });
    gate.takeCalls();
    assert.deepEqual(await clean(...up), ["updated egress-lease", "updated workload", "updated egress-release"]);
    assert.equal(gate.takeCalls().filter((action) => action === "CreateNatGateway").length, 1);
    await cli.must(...refresh, "--expect-no-changes");

    change({ network: networks[1] });
    await cli.must(...preview);
    // What only waits for the lease, as the workload does, is not replaced with it; nor is the lease with its
    // safeguard.
    assert.deepEqual(await clean(...up), [
      "created replacement network",
      "replaced network",
      "deleted original egress-safeguard",
      "replaced egress-safeguard",
      "created replacement egress-safeguard",
      "deleted original egress-release",
      "deleted original egress-lease",
      "replaced egress-lease",
      "created replacement egress-lease",
      "replaced egress-release",
      "created replacement egress-release",
      "deleted original network",
    ]);

    assert.deepEqual(await clean(...destroy), [
      "deleted egress-release",
      "deleted workload",
      "deleted egress-lease",
      "deleted egress-safeguard",
      "deleted network",
    ]);
  });

  describe("after a SIGKILL", () => {
    // The first is a call of the lease, the second one of its release.
    for (const action of ["CreateNatGateway", "DeleteNatGateway"]) {
      for (const command of [up, destroy]) {
        it(`leaves nothing after ${command[0]}, when the first up was killed after ${action}`, async () => {
          await killedUp(action);
          await clean(...command);
        });

        it(`leaves nothing after ${command[0]}, when an up that opened again was killed after ${action}`, async () => {
          await start();
          change({ image: "daemon:3.6.8" });
          await killedUp(action);
          await clean(...command);
        });
      }
    }

    it("has the pending creation cleared by a refresh which is told so", async () => {
      await killedUp("CreateNatGateway");
      const { output } = await cli.run(...up);
      assert.match(output, /egress-lease, interrupted while creating/);
      await cli.must(...refresh, "--clear-pending-creates", "--expect-no-changes");
      const again = await cli.run(...up, "--expect-no-changes");
      assert.deepEqual([again.exitCode, again.output.includes("pending operations")], [0, false]);
    });

    it("closes by up when the change that opened again was taken back", async () => {
      await start();
      const { image } = cli.settings;
      change({ image: "daemon:3.6.8" });
      await killedUp("CreateNatGateway");
      change({ image });
      await clean(...up);
    });
  });

  describe("after a failure", () => {
    for (const action of ["CreateNatGateway", "DeleteNatGateway"]) {
      it(`goes on with the first up, refused ${action}`, async () => {
        await refusedUp(action);
        // A refresh forgets that creating has failed; the provider's own state has to say so.
        await cli.must(...refresh);
        await clean(...up);
        await cli.must(...up, "--expect-no-changes");
      });

      it(`destroys at once what the first up left, refused ${action}`, async () => {
        await refusedUp(action);
        await clean(...destroy);
      });
    }

    it("stays open for a workload that does not start, until it does", async () => {
      change({ broken: true });
      const { exitCode, done } = await cli.run(...up);
      assert.deepEqual([exitCode, done], [1, ["created network", "created egress-safeguard", "created egress-lease"]]);
      assert.notDeepEqual(await inventory(ec2), empty);
      change({ broken: false });
      assert.deepEqual(await clean(...up), ["created workload", "created egress-release"]);
    });
  });

  describe("after Ctrl-C", () => {
    it("finishes what is in hand and stops; the next up goes on", async () => {
      interruptOpening(1);
      const { exitCode, output, done } = await cli.run(...up);
      assert.deepEqual([exitCode, done], [1, ["created network", "created egress-safeguard", "created egress-lease"]]);
      assert.match(output, /error: update canceled/);
      assert.deepEqual(await clean(...up), ["created workload", "created egress-release"]);
    });

    it("stops at once when pressed twice; the next up goes on", async () => {
      await start();
      change({ image: "daemon:3.6.8" });
      interruptOpening(2);
      const { exitCode, output } = await cli.run(...up);
      assert.equal(exitCode, 8);
      assert.match(output, /error: update cancelled/);
      await clean(...up);
    });
  });
});
