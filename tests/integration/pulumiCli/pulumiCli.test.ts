import assert from "node:assert/strict";
import type { EC2 } from "@aws-sdk/client-ec2";
import { connect, inventory, makeNetwork, region } from "../account";
import { CallGate } from "../callGate";
import { MotoServer } from "../motoServer";
import { requireTool } from "../tools";
import { PulumiCli } from "./pulumiCli";

const up = ["up", "--yes", "--skip-preview"];
const refresh = ["refresh", "--yes", "--skip-preview"];
const destroy = ["destroy", "--yes", "--skip-preview"];

describe("the temporary NAT gateway under the real Pulumi engine, on moto", () => {
  let moto: MotoServer;
  let ec2: EC2;
  let gate: CallGate;
  let cli: PulumiCli;
  let program: string;
  let empty: string[];

  before(async function () {
    program = requireTool(this, "pulumi");
    requireTool(this, "pulumi-language-nodejs");
    moto = await MotoServer.start(requireTool(this, "moto"));
    ec2 = connect(moto.url);
    gate = await CallGate.start(moto.url);
  });

  after(async () => {
    ec2?.destroy();
    await gate?.stop();
    await moto?.stop();
  });

  beforeEach(async () => {
    await moto.reset();
    const network = await makeNetwork(ec2);
    empty = await inventory(ec2);
    const waits = { availableSeconds: 20, deletedSeconds: 20, settleSeconds: 10, pollSeconds: 0.2, retrySeconds: 0.1 };
    cli = new PulumiCli(program, gate.url, { region, network, waits, image: "daemon:3.6.7" });
    await cli.must("stack", "init");
  });

  afterEach(() => {
    gate.watch = {};
    cli.remove();
  });

  /** Has the CLI and all it started killed once the action was carried out, before anybody learns of it. */
  function killAfter(action: string): void {
    gate.watch = {
      after: (call) => {
        if (call.action !== action) {
          return "passed";
        }
        gate.watch = {};
        cli.kill();
        return "lost";
      },
    };
  }

  /** Runs an `up` which is killed, and does what an operator does before the next command: takes the lock away. */
  async function killedUp(action: string): Promise<void> {
    killAfter(action);
    const { exitCode } = await cli.run(...up);
    assert.equal(exitCode, null);
    await cli.must("cancel", "--yes");
  }

  function reopen(): void {
    cli.settings = { ...cli.settings, image: "daemon:3.6.8" };
  }

  it("opens and closes, sees no drift, does nothing again, opens again for a new image, and is destroyed", async () => {
    await cli.must(...up);
    assert.deepEqual(await inventory(ec2), empty);
    await cli.must(...refresh, "--expect-no-changes");
    await cli.must(...up, "--expect-no-changes");
    gate.takeCalls();
    reopen();
    await cli.must(...up);
    assert.equal(gate.takeCalls().filter((action) => action === "CreateNatGateway").length, 1);
    assert.deepEqual(await inventory(ec2), empty);
    await cli.must(...refresh, "--expect-no-changes");
    await cli.must(...destroy);
    assert.deepEqual(await inventory(ec2), empty);
  });

  for (const action of ["AllocateAddress", "CreateNatGateway", "DeleteNatGateway", "ReleaseAddress"]) {
    it(`goes on with an up that was killed after ${action}`, async () => {
      await killedUp(action);
      await cli.must(...up);
      assert.deepEqual(await inventory(ec2), empty);
      await cli.must(...refresh, "--clear-pending-creates");
      await cli.must(...up, "--expect-no-changes");
      await cli.must(...destroy);
      assert.deepEqual(await inventory(ec2), empty);
    });

    it(`destroys right after an up was killed after ${action}, while opening again`, async () => {
      await cli.must(...up);
      reopen();
      await killedUp(action);
      await cli.must(...destroy);
      assert.deepEqual(await inventory(ec2), empty);
    });

    it(`destroys right after the first up was killed after ${action}`, async () => {
      await killedUp(action);
      await cli.must(...destroy);
      assert.deepEqual(await inventory(ec2), empty);
    });
  }

  for (const action of ["CreateNatGateway", "DeleteNatGateway"]) {
    it(`goes on with an up that was interrupted by Ctrl-C at ${action}`, async () => {
      gate.watch = {
        before: (call) => {
          if (call.action === action) {
            gate.watch = {};
            cli.interrupt();
          }
          return "passed";
        },
      };
      assert.notEqual((await cli.run(...up)).exitCode, 0);
      await cli.must(...up);
      assert.deepEqual(await inventory(ec2), empty);
      await cli.must(...destroy);
      assert.deepEqual(await inventory(ec2), empty);
    });
  }
});
