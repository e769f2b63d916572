import assert from "node:assert/strict";
import { reportTo } from "./command";
import { Rehearsal } from "./rehearsal";
import { requireTime } from "./requirePrograms";
import { destroyStep, previewWithoutChanges, runStep, type Step, upStep } from "./stackRehearsal";

describe("two stacks in one account and region", function () {
  this.timeout(20 * 60_000);

  it("are deployed, and one is destroyed while the other stays as it is", async function () {
    const dev = await Rehearsal.start("dev", requireTime(this));
    const listener = reportTo(process);
    const run = async (rehearsal: Rehearsal, step: Step) => {
      const { problems } = await runStep(rehearsal, listener, step);
      assert.deepEqual(problems, [], `see ${rehearsal.folder}`);
    };
    try {
      const packed = await dev.beside("packed");
      const empty = await dev.account.inventory();
      await run(packed, upStep(packed, "up packed"));
      const withPacked = await dev.account.inventory();
      await run(dev, upStep(dev, "up dev"));
      await run(packed, previewWithoutChanges);
      await run(dev, destroyStep(dev, withPacked));
      await run(packed, previewWithoutChanges);
      await run(packed, destroyStep(packed, empty));
    } finally {
      await dev.stop();
    }
    dev.remove();
  });
});
