import assert from "node:assert/strict";
import { sendRequests } from "../../../tools/localRun/checks/requests";
import { isWhole } from "../../../tools/localRun/checks/serviceChecks";
import { byTrace } from "../../../tools/traces/segments";
import type { Load } from "../app/load";
import type { startStack } from "../chain/localChain";
import type { LocalXray } from "./xrayDaemon";

/** The traces that have arrived at X-Ray when a load is over of which no request may fail. */
export async function tracesOf(load: Load, xray: LocalXray): Promise<string[]> {
  await load.done;
  const segments = await xray.settle();
  console.log(`      ${load.answered.length} requests, ${load.failures.length} failed, ${segments.length} segments`);
  assert.deepEqual(load.failures, []);
  return segments.map(({ trace_id }) => trace_id).sort();
}

/**
 * Sends requests to a stack whose every trace must arrive whole at X-Ray, then ends both: each container has to end by
 * itself, with 0.
 *
 * @returns the service that was asked, and all segments
 */
export async function assertWholeTraces(
  stack: Awaited<ReturnType<typeof startStack>>,
  xray: LocalXray,
  requests: number,
) {
  try {
    const service = stack.services.find(({ expectation }) => expectation.trace !== undefined);
    assert.ok(service);
    const { answers, trace = [] } = service.expectation;
    const header = { "x-amzn-trace-id": "Sampled=1" };
    const { failures } = await sendRequests(service, answers[0], requests, new AbortController().signal, header);
    assert.deepEqual(failures, []);
    const segments = await xray.settle();
    const traces = [...byTrace(segments).values()];
    const broken = traces.filter((one) => !isWhole(one, service.containerOf, trace));
    assert.deepEqual([traces.length, broken], [requests, []]);
    assert.ok(xray.countCalls("POST /GetSamplingRules") > 0 && xray.countCalls("POST /TraceSegments") > 0);
    return { service, segments };
  } finally {
    const stops = await stack.stop();
    await xray.close();
    assert.deepEqual(
      stops.map(({ container, code, killed }) => [container.name, code, killed]),
      stops.map(({ container }) => [container.name, 0, false]),
    );
  }
}
