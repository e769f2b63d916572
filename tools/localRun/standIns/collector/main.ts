import { runStandIn, samplingRules } from "../standInProcess";
import { CollectorStandIn } from "./collector";
import { readConfiguration } from "./configuration";

/**
 * The stand-in as a process: takes its configuration where AWS's distribution of the collector does
 * (https://github.com/aws-observability/aws-otel-collector/blob/v0.49.0/pkg/config/config_factory.go), and no flags.
 */
runStandIn((onEvent) => {
  const configuration = readConfiguration(process.env.AOT_CONFIG_CONTENT);
  return new CollectorStandIn({ configuration, rules: samplingRules(), onEvent });
});
