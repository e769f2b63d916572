import { AsyncLocalStorage } from "node:async_hooks";
import type { RequestTrace } from "./tracer";

const traces = new AsyncLocalStorage<RequestTrace>();

/**
 * The trace of the request being answered, in any code that its handler calls or awaits. `undefined` outside a request, for an
 * untraced path, and in a service whose tracing plugin has no `context`.
 */
export function currentTrace(): RequestTrace | undefined {
  return traces.getStore();
}

/** Runs `next` and everything it starts within a request's trace. */
export function runInTrace(trace: RequestTrace, next: () => void): void {
  traces.run(trace, next);
}
