import assert from "node:assert/strict";
import type { Expectation } from "../../../tools/localRun/checks/expectations";
import { percentile, sendRequests } from "../../../tools/localRun/checks/requests";
import { isWhole } from "../../../tools/localRun/checks/serviceChecks";
import { formatTraceWithTimes, traceTrees } from "../../../tools/localRun/checks/traceTree";
import type { LocalStack } from "../../../tools/localRun/localStack";
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
    const { answers, trace = [] } = expectation;
    const { failures, latencies } = await load(origin, answers[0]);
    await stack.store.waitUntilNothingArrives(1000);

    const sent = latencies.length;
    const traces = [...stack.store.traces.values()];
    const broken = traces.filter((segments) => !isWhole(segments, containerOf, trace));
    console.log(
      `      ${sent} requests, ${Math.round(sent / seconds)} a second, p99 ${percentile({ latencies }, 0.99).toFixed(0)} ` +
        `ms; ${traces.length} traces of ${stack.store.segments.length} segments, ${broken.length} broken`,
    );
    assert.deepEqual(failures, []);
    assert.ok(sent > 500, `${sent} requests`);
    // One a second and 5 % of the rest; this is far fewer than the least a sound sampler would take.
    assert.ok(traces.length > sent * 0.02, `${traces.length} traces`);
    const example = broken[0] && traceTrees(broken[0], containerOf).flatMap(formatTraceWithTimes);
    assert.deepEqual([broken.length, example], [0, undefined]);
    assert.deepEqual(stack.store.refused, []);
    assert.deepEqual(
      stack.checkTables().map(({ passed }) => passed),
      [true],
    );
  });
});

/** Sends requests over all connections, and on each to its end: whoever hung up would make a trace of another kind. */
async function load(origin: string, answer: Expectation) {
  const end = Date.now() + seconds * 1000;
  const { signal } = new AbortController();
  const series = await Promise.all(
    Array.from({ length: connections }, async () => {
      const own = [];
      while (Date.now() < end) own.push(await sendRequests(origin, answer, 10, signal));
      return own;
    }),
  );
  const all = series.flat();
  return {
    failures: all.flatMap(({ failures }) => failures),
    latencies: all.flatMap(({ latencies }) => latencies).sort((a, b) => a - b),
  };
}
