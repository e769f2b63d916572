export { buildService, type ServiceDefinition, serviceName } from "./buildService";
export { callService, UpstreamError } from "./callService";
export { run } from "./run";
export { type Callee, readCallee } from "./settings";
