export { callAws } from "./callAws";
export { CallTimeout, callHttp, type HttpAnswer, type HttpCall } from "./callHttp";
export { currentTrace, inSubsegment, runInTrace } from "./context";
export { EnvironmentError } from "./environmentError";
export { type TracingOptions, tracing } from "./plugin";
export { parseTraceHeader, TRACE_HEADER } from "./traceHeader";
export { type RequestTrace, type Subsegment, type TraceScope, UNSAMPLED } from "./tracer";
