import assert from "node:assert/strict";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, rmSync, watch, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HeldTimers } from "../../processes/heldTimers";
import { Cli, longestCommandMs } from "./cli";
import { failureOf } from "./stackRehearsal";

describe("a command of the CLI", () => {
  const folder = mkdtempSync(join(tmpdir(), "traced-fargate-cli-"));
  after(() => rmSync(folder, { recursive: true }));

  it("which takes too long is killed, and what it was doing is named", async () => {
    const urn = "urn:pulumi:dev::project::aws:ec2/subnet:Subnet::stuck";
    const metadata = { op: "delete", urn, type: "aws:ec2/subnet:Subnet", old: { custom: true } };
    const event = JSON.stringify({ resourcePreEvent: { metadata } });
    // Called as `up --event-log FILE --non-interactive`.
    const program = join(folder, "cli");
    writeFileSync(program, `#!/bin/sh\necho '${event}' > new && mv new "$3" && exec sleep 3600\n`);
    chmodSync(program, 0o755);
    const changes = watch(folder);
    const timers = new HeldTimers(longestCommandMs);
    try {
      const cli = new Cli(program, folder, folder, process.env);
      const running = cli.run("up");
      while (!existsSync(cli.runningFiles?.events ?? "")) await once(changes, "change");
      await timers.pass(longestCommandMs);
      assert.deepEqual(failureOf(await running), [
        "it was killed",
        "begun and not ended: delete aws:ec2/subnet:Subnet stuck",
      ]);
    } finally {
      timers.restore();
      changes.close();
    }
  });
});
