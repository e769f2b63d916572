export { currentTrace } from "./context";
export { EnvironmentError } from "./environmentError";
export { type TracingOptions, tracing } from "./plugin";
export type { RequestTrace } from "./tracer";
