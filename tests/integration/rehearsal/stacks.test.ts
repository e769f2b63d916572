import assert from "node:assert/strict";
import { resolve } from "node:path";
import { listStacks } from "../../../tools/evaluation/stackSettings";
import { reportTo } from "./command";
import { Rehearsal } from "./rehearsal";
import { requirePrograms } from "./requirePrograms";
import { rehearseStack } from "./stackRehearsal";

/** The stacks which continuous integration has the time for; `npm run test:rehearsal` takes all. */
const quick = ["chain", "dev"];

describe("a stack with the real engine", function () {
  this.timeout(20 * 60_000);
  const all = process.env.REHEARSE_ALL_STACKS === "true";
  for (const stack of all ? listStacks(resolve(__dirname, "../../..")) : quick) {
    it(`${stack} is deployed, stays as it is, and is destroyed without leaving anything`, async function () {
      const rehearsal = await Rehearsal.start(stack, requirePrograms(this));
      try {
        const results = await rehearseStack(rehearsal, reportTo(process));
        const problems = results.flatMap(({ name, problems: found }) => found.map((problem) => `${name}: ${problem}`));
        assert.deepEqual(problems, [], `see ${rehearsal.folder}`);
      } finally {
        await rehearsal.stop();
      }
      rehearsal.remove();
    });
  }
});
