import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  configurationProblems,
  leastOtelMemory,
  type OtelConfiguration,
  xrayConfiguration,
} from "../../../../components/collectors/otelConfiguration";
import { requireTool } from "../../tools";

const usual = xrayConfiguration({ region: "eu-central-1", memoryReservation: 256, logLevel: "info" });
const { service } = usual;
const traces = { receivers: ["otlp"], processors: ["memory_limiter", "batch"], exporters: ["awsxray"] };
const withPipelines = (pipelines: OtelConfiguration["service"]["pipelines"]) => ({
  ...usual,
  service: { ...service, pipelines },
});

describe("the OpenTelemetry collector", function () {
  this.timeout(30_000);
  let collector: string;
  before(function () {
    collector = requireTool(this, "otel-collector");
  });

  const refuses = (configuration: OtelConfiguration) =>
    spawnSync(collector, ["validate"], { env: { AOT_CONFIG_CONTENT: JSON.stringify(configuration) } }).status !== 0;

  for (const logLevel of ["debug", "info", "warn", "error"]) {
    it(`takes the configuration with the log level ${logLevel}`, () => {
      const configuration = xrayConfiguration({ region: "eu-central-1", memoryReservation: leastOtelMemory, logLevel });
      assert.equal(refuses(configuration), false);
    });
  }

  const wrong: readonly (readonly [what: string, configuration: OtelConfiguration, bySelf: boolean])[] = [
    ["a pipeline names what is not defined", withPipelines({ traces: { ...traces, exporters: ["zipkin"] } }), true],
    ["a pipeline names a part twice", withPipelines({ traces: { ...traces, receivers: ["otlp", "otlp"] } }), false],
    ["a pipeline has no receiver", withPipelines({ traces: { ...traces, receivers: [] } }), true],
    ["there is no pipeline", withPipelines({}), true],
    ["an extension is not defined", { ...usual, extensions: {} }, true],
    ["an extension is not started", { ...usual, service: { ...service, extensions: [] } }, false],
    ["a processor is not used", withPipelines({ traces: { ...traces, processors: ["memory_limiter"] } }), false],
    [
      "memory is limited after a batch is made",
      withPipelines({ traces: { ...traces, processors: ["batch", "memory_limiter"] } }),
      false,
    ],
    [
      "it listens for others",
      { ...usual, receivers: { otlp: { protocols: { http: { endpoint: "0.0.0.0:4318" } } } } },
      false,
    ],
  ];
  for (const [what, configuration, bySelf] of wrong) {
    it(`${bySelf ? "does not start" : "does start"} when ${what}, which we refuse`, () => {
      assert.notDeepEqual(configurationProblems(configuration), []);
      assert.equal(refuses(configuration), bySelf);
    });
  }
});
