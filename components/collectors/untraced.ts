import type { Collector } from "./collector";

/** No collector at all: for a service which is not traced, and which therefore proves nothing about X-Ray. */
export const untraced: Collector = {
  appTarget: "service",
  appBuildArgs: {},
  containers: () => [],
  appEnvironment: [{ name: "TRACING", value: "none" }],
  appDependsOn: [],
  taskRoleStatements: [],
  endpoints: [],
  egress: [],
};
