import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { isWhole } from "../../../tools/localRun/checks/serviceChecks";
import type { LocalStack } from "../../../tools/localRun/localStack";
import { formatTraceWithTimes, traceTrees } from "../../../tools/traces/traceTree";
import { Load } from "../app/load";
import { startStack } from "./localChain";

const connections = 32;
const seconds = 10;

describe("the chain under load", () => {
  let stack: LocalStack;
  before(async () => {
    stack = await startStack("chain");
  });
  after(() => stack?.stop());

  it(`answers ${connections} clients for ${seconds} s without an error, and every sampled trace is whole`, async () => {
    const bff = stack.services.find(({ expectation }) => expectation.trace !== undefined);
    assert.ok(bff);
    const { containerOf, expectation, origin } = bff;
    const load = new Load(origin, { connections, traced: false });
    await delay(seconds * 1000);
    await load.end();
    await stack.store.waitUntilNothingArrives(1000);

    const sent = load.answered.length;
    const traces = [...stack.store.traces.values()];
    const broken = traces.filter((segments) => !isWhole(segments, containerOf, expectation.trace ?? []));
    const { length } = stack.store.segments;
    console.log(`      ${sent} requests; ${traces.length} traces of ${length} segments, ${broken.length} broken`);
    assert.deepEqual(load.failures, []);
    assert.ok(sent > 500, `${sent} requests`);
    // One a second and 5 % of the rest; this is far fewer than the least a sound sampler would take.
    assert.ok(traces.length > sent * 0.02, `${traces.length} traces`);
    const example = broken[0] && traceTrees(broken[0], containerOf).flatMap(formatTraceWithTimes);
    assert.deepEqual([broken.length, example, stack.store.refused], [0, undefined, []]);
    assert.ok(stack.checkTables().every(({ passed }) => passed));
  });
});
