import { AsyncLocalStorage } from "node:async_hooks";
import { type SubsegmentData, type TraceScope, UNSAMPLED } from "./tracer";

/** What is known of the request being answered, wherever its handler's calls lead. */
export interface RequestContext {
  readonly requestId: string;
  /** Absent for a path that is not traced, and when nothing is. */
  readonly trace?: TraceScope;
}

const contexts = new AsyncLocalStorage<RequestContext>();

/** The request being answered; `undefined` outside of one. */
export function currentRequest(): RequestContext | undefined {
  return contexts.getStore();
}

/**
 * The place in the trace of the request being answered, in any code that its handler calls or awaits: the request
 * itself, or the subsegment that `inSubsegment` runs in. `undefined` outside a request, and for an untraced path.
 */
export function currentTrace(): TraceScope | undefined {
  return contexts.getStore()?.trace;
}

/** Runs `next` and everything it starts as part of a request. */
export function runInRequest<T>(request: RequestContext, next: () => T): T {
  return contexts.run(request, next);
}

/** Runs `next` and everything it starts within a place of a trace. */
export function runInTrace<T>(trace: TraceScope, next: () => T): T {
  return contexts.run({ requestId: "", ...contexts.getStore(), trace }, next);
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
