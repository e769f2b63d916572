import { holdsWithin } from "../holdsWithin";
import type { LocalProxy, UsedProxy } from "../standIns/localProxy";
import type { Expectation } from "./expectations";
import { type Answerer, sendRequests } from "./requests";
import type { CheckResult } from "./serviceChecks";
import type { TraceStore } from "./traceStore";

interface ProxyCheckContext {
  readonly used: UsedProxy;
  readonly proxy: LocalProxy;
  /** A service whose daemon uses the proxy, and a request it answers. */
  readonly service: Answerer;
  readonly expectation: Expectation;
  readonly store: TraceStore;
  /** How long a segment may take to arrive, or to be given up, in milliseconds. */
  readonly patienceMs: number;
  /** Ends the checks with an `AbortError`. */
  readonly signal: AbortSignal;
}

/** Requests while the proxy is down. */
const seriesLength = 100;
/** Every one of them is to be traced, so that it is known how many segments there are. */
const sampled = { "x-amzn-trace-id": "Sampled=1" };

/**
 * What a proxy is for, and what its failure must not do: X-Ray was reached through it; while it is down the service
 * goes on serving, without a failed request, and the daemon says which segments it could not deliver; when it is back,
 * so are traces.
 */
export async function* checkProxy(context: ProxyCheckContext): AsyncGenerator<CheckResult> {
  const { used, proxy, service, expectation, store, patienceMs, signal } = context;
  const { xrayHost: host } = used;
  const tunnels = proxy.tunnelsTo(host);
  yield { passed: tunnels > 0, text: `${tunnels} x CONNECT ${host} in the log of the proxy ${used.url}` };
  const early = store.lostCount;
  if (early > 0) yield { passed: false, text: describeLost(early, store) };

  await proxy.stop();
  const down = await sendRequests(service, expectation, seriesLength, signal, sampled);
  const [failure] = down.failures;
  yield {
    passed: failure === undefined,
    text: `proxy down: ${down.sent} requests, ${down.failures.length} failed${failure === undefined ? "" : ` (${failure})`}`,
  };
  await holdsWithin(patienceMs, () => store.lostCount - early >= seriesLength, signal);
  const lost = store.lostCount - early;
  yield { passed: lost === seriesLength, text: `proxy down: ${describeLost(lost, store)}` };

  await proxy.start();
  const arrived = store.segments.length;
  const up = await sendRequests(service, expectation, 1, signal, sampled);
  const delivered = await holdsWithin(patienceMs, () => store.segments.length > arrived, signal);
  yield {
    passed: delivered && up.failures.length === 0,
    text: `proxy back: the segment of the next request was ${delivered ? "" : "not "}delivered`,
  };
}

/** How many segments were lost, and why the last of them. */
function describeLost(count: number, { lost }: TraceStore): string {
  return `${count} segments lost${count === 0 ? "" : `: ${lost.at(-1)?.reason}`}`;
}
