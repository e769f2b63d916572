import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { TestProcess } from "../../processes/testProcess";
import { strangers } from "./holder";
import { KernelNetwork } from "./kernelNetwork";
import { assertAgreement, summary } from "./pairs";
import { requireNetworks } from "./requireNetworks";

/** The processes that were started with a text in their environment, on the whole machine. */
function processesWith(marker: string): string[] {
  return readdirSync("/proc").filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, "utf8").includes(marker);
    } catch {
      return false; // It has ended.
    }
  });
}

describe("a network of the kernel's", () => {
  const marker = randomUUID();

  before(function () {
    requireNetworks(this);
    process.env.NETWORK_MARKER = marker;
  });
  after(() => {
    delete process.env.NETWORK_MARKER;
  });

  it("leaves nothing behind when it is closed, after a failure too", async () => {
    const network = await KernelNetwork.open([strangers]);
    try {
      const tried = await network.tryAll(strangers);
      assertAgreement(tried);
      assert.equal(summary(tried), "pairs 2, tried 2, agreed 2, open 0");
      assert.ok(processesWith(marker).length >= 3);
      const [subnet] = strangers.subnets;
      assert.ok(subnet);
      const { first } = subnet.addresses;
      const odd = { destination: { first, last: first + 2 }, target: { kind: "local" }, text: "" } as const;
      const broken = { ...strangers, subnets: [{ ...subnet, routes: [odd] }] };
      await assert.rejects(network.tryAll(broken), /route add 10\.0\.0\.0\//);
    } finally {
      await network.close();
    }
    assert.deepEqual(processesWith(marker), []);
  });

  it("leaves nothing behind when it cannot be made", async () => {
    const broken = { ...strangers, nodes: strangers.nodes.map((node) => ({ ...node, address: Number.NaN })) };
    await assert.rejects(KernelNetwork.open([broken]), /address add NaN/);
    assert.deepEqual(processesWith(marker), []);
  });

  it("ends with the process that has made it, even after SIGKILL", async () => {
    const holder = new TestProcess([process.execPath, "-r", "./tools/register.js", join(__dirname, "holder.ts")], {
      env: process.env,
    });
    await holder.prints(/^up\n/);
    assert.ok(processesWith(marker).length >= 4);
    const ended = once(holder.child, "exit");
    holder.child.kill("SIGKILL");
    await ended;
    while (processesWith(marker).length > 0) await delay(20);
  });
});
