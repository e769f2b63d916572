import { AsyncLocalStorage } from "node:async_hooks";
import { type SubsegmentData, type TraceScope, UNSAMPLED } from "./tracer";

const scopes = new AsyncLocalStorage<TraceScope>();

/**
 * The place in the trace of the request being answered, in any code that its handler calls or awaits: the request
 * itself, or the subsegment that `inSubsegment` runs in. `undefined` outside a request, for an untraced path, and in a
 * service whose tracing plugin has no `context`.
 */
export function currentTrace(): TraceScope | undefined {
  return scopes.getStore();
}

/** Runs `next` and everything it starts within a place of a trace. */
export function runInTrace<T>(scope: TraceScope, next: () => T): T {
  return scopes.run(scope, next);
}

/** Does some work within a subsegment of the current trace, which ends when the work does, and with its error. */
export async function inSubsegment<T>(name: string, work: () => Promise<T>, data?: SubsegmentData): Promise<T> {
  const subsegment = (currentTrace() ?? UNSAMPLED).begin(name, data);
  try {
    return await runInTrace(subsegment, work);
  } catch (error) {
    subsegment.fail(error);
    throw error;
  } finally {
    subsegment.end();
  }
}
