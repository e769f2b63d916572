export { callAws } from "./callAws";
export { CallTimeout, callHttp, type HttpAnswer, type HttpCall } from "./callHttp";
export { currentRequest, currentTrace, inSubsegment, runInTrace } from "./context";
export { EnvironmentError } from "./environmentError";
export { type TracingOptions, tracing } from "./plugin";
export { readableError } from "./thrown";
export { parseTraceHeader, TRACE_HEADER } from "./traceHeader";
export { type RequestTrace, type Subsegment, type TraceScope, UNSAMPLED } from "./tracer";
