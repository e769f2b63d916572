import assert from "node:assert/strict";
import { faultKinds } from "./faultGate";
import { everything, playMatrix } from "./matrix";
import { phaseNames } from "./phases";
import type { Outcome } from "./scenario";
import { complaints, table } from "./table";

describe("every fault at every call of the temporary NAT gateway", () => {
  let outcomes: Outcome[] = [];

  before(async function () {
    this.timeout(3_600_000);
    const started = Date.now();
    const { phases, ...played } = await playMatrix(phaseNames, everything, 3);
    outcomes = played.outcomes;
    const calls = phases.map(({ name, calls: { length } }) => `${name} ${length}`).join(", ");
    const faults = phases.reduce((sum, phase) => sum + phase.calls.length * faultKinds.length, 0);
    console.log(`      calls: ${calls}`);
    console.log(
      `      ${faults} faults, ${outcomes.length} scenarios in ${Math.round((Date.now() - started) / 1000)} s`,
    );
    console.log(table(outcomes).replace(/^/gm, "      "));
  });

  for (const phase of phaseNames) {
    for (const kind of faultKinds) {
      it(`${phase}: leaves nothing, and is recovered from, after ${kind}`, () => {
        assert.ok(outcomes.some((outcome) => outcome.phase === phase && outcome.fault.kind === kind));
        assert.deepEqual(complaints(outcomes, phase, kind), []);
      });
    }
  }
});
