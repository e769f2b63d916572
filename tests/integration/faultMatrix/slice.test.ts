import assert from "node:assert/strict";
import { type PlannedFault, playMatrix } from "./matrix";
import type { Phase, PhaseName } from "./phases";
import type { Outcome } from "./scenario";
import { complaints } from "./table";

/** Where a process dies at worst: AWS has what Pulumi does not know of, or Pulumi believes in what AWS has no more. */
const deaths: readonly [phase: PhaseName, call: string][] = [
  ["first opening", "CreateNatGateway 1"],
  ["closing", "DeleteNatGateway 1"],
  ["destroy, open", "ReleaseAddress 1"],
];

/** Calls which begin or end something that costs money by the hour. */
const costly: readonly [phase: PhaseName, call: string][] = [
  ["first opening", "AllocateAddress 1"],
  ["first opening", "CreateNatGateway 1"],
  ["closing", "RunTask 1"],
  ["closing", "DeleteNatGateway 1"],
  ["closing", "ReleaseAddress 1"],
];

/** A slice of the matrix which takes seconds; `npm run test:integration` plays it all. */
function slice(phases: readonly Phase[]): PlannedFault[] {
  const named = (name: PhaseName) => phases.filter((phase) => phase.name === name);
  const lost = costly.flatMap(([name, call]) =>
    named(name).map((phase): PlannedFault => ({ phase, call, kind: "lostResponse" })),
  );
  const killed = deaths.flatMap(([name, call]) =>
    named(name).map((phase): PlannedFault => ({ phase, call, kind: "sigkillAfter" })),
  );
  return [...lost, ...killed];
}

describe("a slice of the fault matrix", () => {
  let outcomes: Outcome[] = [];

  before(async () => {
    outcomes = (await playMatrix(["first opening", "closing", "destroy, open"], slice, 1)).outcomes;
  });

  for (const [phase, call] of costly) {
    it(`rides through the loss of the answer to ${call} in the phase ${phase}`, () => {
      const played = outcomes.filter((each) => each.phase === phase && each.fault.call === call);
      assert.ok(played.some(({ fault }) => fault.kind === "lostResponse"));
      assert.deepEqual(complaints(played, phase, "lostResponse"), []);
    });
  }

  for (const [phase, call] of deaths) {
    it(`recovers from SIGKILL after ${call} in the phase ${phase}`, () => {
      assert.equal(outcomes.filter((each) => each.phase === phase && each.fault.kind === "sigkillAfter").length, 2);
      assert.deepEqual(complaints(outcomes, phase, "sigkillAfter"), []);
    });
  }
});
