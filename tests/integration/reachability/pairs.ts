import assert from "node:assert/strict";
import type { NetworkGraph } from "../../../tools/network/graph";
import { type Reach, reachability } from "../../../tools/network/reachability";
import { portName } from "../../../tools/network/rules";
import type { Tried } from "./kernelNetwork";

/** What is computed of a pair, as an outcome. */
const computed = ({ obstacle }: Reach) => obstacle ?? "open";

/** A blocked attempt tells something only where the other end is reached once rules and routes are opened. */
const counts = ({ outcome, isLive }: Tried): boolean => isLive && !outcome.startsWith("unexpected");

const agrees = (tried: Tried): boolean => counts(tried) && tried.outcome === computed(tried.reach);

/** Such as `pairs 1008, tried 1008, agreed 1008, open 17`. */
export function summary(all: readonly Tried[]): string {
  const open = all.filter((each) => agrees(each) && each.outcome === "open");
  const numbers = { pairs: all, tried: all.filter(counts), agreed: all.filter(agrees), open };
  return Object.entries(numbers)
    .map(([name, { length }]) => `${name} ${length}`)
    .join(", ");
}

/** Asserts that every pair was tried, with the outcome that was computed. */
export function assertAgreement(all: readonly Tried[]): void {
  const others = all.filter((each) => !agrees(each));
  assert.deepEqual(
    others.map((each) => `${pairName(each.reach)}: computed ${computed(each.reach)}, tried ${outcomeText(each)}`),
    [],
  );
  assert.ok(all.length > 0);
}

function outcomeText({ outcome, isLive }: Tried): string {
  return isLive ? outcome : `${outcome}, and not reached when all is open either`;
}

/** Such as `hello to internet on 443`. */
function pairName({ from, to, protocol, ports }: Reach): string {
  return `${nameOf(from)} to ${nameOf(to)} on ${portName(protocol, ports.first, ports.last)}`;
}

const nameOf = ({ name, index }: Reach["from"]): string => (index === 0 ? name : `${name} ${index + 1}`);

type Outcomes = ReadonlyMap<string, string>;

/** What came of each pair, by the computation. */
export function computedOutcomes(graph: NetworkGraph): Outcomes {
  return new Map(reachability(graph).map((reach) => [pairName(reach), computed(reach)]));
}

/** What came of each pair, by packets. */
export function triedOutcomes(all: readonly Tried[]): Outcomes {
  return new Map(all.filter(counts).map((each) => [pairName(each.reach), each.outcome]));
}

/** What differs, such as `hello to internet on 443: route, then open`. */
export function differences(before: Outcomes, after: Outcomes): string[] {
  return [...after].flatMap(([pair, outcome]) => {
    const old = before.get(pair);
    return old === outcome ? [] : [`${pair}: ${old}, then ${outcome}`];
  });
}
