import assert from "node:assert/strict";
import { plan } from "../../../components/temporaryNatGateway/plan";
import type { Move } from "../../../components/temporaryNatGateway/run";

function told(moves: readonly Move[]): string[] {
  return moves.map(({ direction, step }) => `${direction} ${step.title}`);
}

describe("plan of the steps", () => {
  it("goes over them in this order", () => {
    assert.deepEqual(Object.fromEntries(Object.entries(plan).map(([name, moves]) => [name, told(moves)])), {
      open: [
        "open internet gateway",
        "open public default route",
        "open Elastic IP address",
        "open NAT gateway",
        "open private default routes",
        "open temporary egress rules",
      ],
      cut: ["close temporary egress rules", "close private default routes"],
      restore: ["open private default routes", "open temporary egress rules"],
      remove: ["close NAT gateway", "close Elastic IP address", "close public default route", "close internet gateway"],
      delete: [
        "close temporary egress rules",
        "close private default routes",
        "close NAT gateway",
        "close Elastic IP address",
        "close public default route",
        "close internet gateway",
      ],
    });
  });

  it("takes away what it makes, backwards, with the proof in between", () => {
    const steps = (moves: readonly Move[]) => moves.map(({ step }) => step);
    assert.deepEqual(steps(plan.delete), steps(plan.open).reverse());
    assert.deepEqual([...plan.cut, ...plan.remove], plan.delete);
    assert.deepEqual(steps(plan.restore), steps(plan.cut).reverse());
  });
});
