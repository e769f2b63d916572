import assert from "node:assert/strict";
import fc from "fast-check";
import {
  configurationProblems,
  configurationText,
  heapLimits,
  leastOtelMemory,
  type OtelConfiguration,
  otelPorts,
  xrayConfiguration,
} from "../../../components/collectors/otelConfiguration";

const usual = xrayConfiguration({ region: "eu-central-1", memoryReservation: 256, logLevel: "info" });
const { pipelines } = usual.service;
const withPipeline = (change: object): OtelConfiguration => ({
  ...usual,
  service: {
    ...usual.service,
    pipelines: { traces: { ...pipelines.traces, ...change } as (typeof pipelines)[string] },
  },
});
const withExtensions = (extensions: OtelConfiguration["extensions"]): OtelConfiguration => ({ ...usual, extensions });

const linesOf = (configuration: OtelConfiguration) =>
  configurationProblems(configuration).map(({ property, wrong }) => `${property}: ${wrong}`);

describe("the OpenTelemetry collector's configuration", () => {
  it("is JSON, which is YAML, in which nothing stands for a variable", () => {
    const text = configurationText(usual);
    assert.deepEqual(JSON.parse(text), usual);
    // The collector replaces what begins with a dollar sign (https://opentelemetry.io/docs/collector/configuration/).
    assert.doesNotMatch(text, /\$/);
  });

  it("sends to X-Ray of its region, and logs from its level on", () => {
    const { exporters, extensions, service } = xrayConfiguration({
      ...{ region: "us-west-2", memoryReservation: 512, logLevel: "warn" },
    });
    assert.deepEqual(exporters, { awsxray: { region: "us-west-2" } });
    assert.equal(extensions.awsproxy?.region, "us-west-2");
    assert.equal(service.telemetry.logs.level, "warn");
  });

  it("keeps the heap within the container's memory, whatever is allowed for it", () => {
    assert.deepEqual(heapLimits(256), { limit: 206, spike: 41, goMemoryLimit: 164 });
    fc.assert(
      fc.property(fc.integer({ min: leastOtelMemory, max: 122880 }), (memoryReservation) => {
        const { limit, spike, goMemoryLimit } = heapLimits(memoryReservation);
        assert.ok(limit + 50 <= memoryReservation);
        assert.ok(0 < spike && spike < limit);
        assert.ok(goMemoryLimit <= limit - spike);
        const configuration = xrayConfiguration({ region: "eu-central-1", memoryReservation, logLevel: "info" });
        assert.deepEqual(configurationProblems(configuration), []);
      }),
    );
  });

  const { memory_limiter, batch } = usual.processors;
  const wrong: readonly (readonly [what: string, configuration: OtelConfiguration, ...lines: string[]])[] = [
    [
      "a receiver which a pipeline names is not defined",
      withPipeline({ receivers: ["otlp", "zipkin"] }),
      "service.pipelines.traces.receivers: names zipkin, which is not defined",
    ],
    [
      "a name that every object has is not defined",
      withPipeline({ processors: ["memory_limiter", "toString", "batch"] }),
      "service.pipelines.traces.processors: names toString, which is not defined",
    ],
    [
      "a pipeline names a part twice",
      withPipeline({ exporters: ["awsxray", "awsxray"] }),
      "service.pipelines.traces.exporters: names awsxray twice",
    ],
    [
      "a pipeline has no exporter, which is then not used",
      withPipeline({ exporters: [] }),
      "service.pipelines.traces.exporters: has no exporters",
      "exporters.awsxray: is defined, but not used",
    ],
    [
      "a processor is defined and not used",
      withPipeline({ processors: ["memory_limiter"] }),
      "processors.batch: is defined, but not used",
    ],
    [
      "a batch is made before memory is limited",
      withPipeline({ processors: ["batch", "memory_limiter"] }),
      "service.pipelines.traces.processors: does not begin with a memory_limiter",
    ],
    [
      "memory is not limited",
      { ...withPipeline({ processors: ["batch"] }), processors: { batch: batch ?? {} } },
      "service.pipelines.traces.processors: does not begin with a memory_limiter",
    ],
    [
      "an extension is not started",
      { ...usual, service: { ...usual.service, extensions: ["health_check"] } },
      "extensions.awsproxy: is defined, but not used",
    ],
    [
      "an extension is not defined",
      withExtensions({ health_check: usual.extensions.health_check ?? {} }),
      "service.extensions: names awsproxy, which is not defined",
    ],
    [
      "there is no pipeline",
      { ...usual, service: { ...usual.service, pipelines: {} } },
      "service.pipelines: has no pipeline",
      "receivers.otlp: is defined, but not used",
      "processors.memory_limiter: is defined, but not used",
      "processors.batch: is defined, but not used",
      "exporters.awsxray: is defined, but not used",
    ],
    [
      "others than the task's containers reach a receiver",
      { ...usual, receivers: { otlp: { protocols: { grpc: { endpoint: "0.0.0.0:4317" } } } } },
      "receivers.otlp.protocols.grpc.endpoint: 0.0.0.0:4317 is not a port of 127.0.0.1",
    ],
    [
      "two listen at the same port",
      withExtensions({ ...usual.extensions, awsproxy: { endpoint: `127.0.0.1:${otelPorts.otlpHttp}` } }),
      "extensions.awsproxy.endpoint: 127.0.0.1:4318 is taken by receivers.otlp.protocols.http.endpoint",
    ],
  ];
  for (const [what, configuration, ...lines] of wrong) {
    it(`is refused when ${what}`, () => {
      assert.deepEqual(linesOf(configuration), lines);
      assert.throws(() => configurationText(configuration), {
        message: `the collector's configuration is wrong: ${lines.join("; ")}`,
      });
    });
  }

  it("is accepted when all that is named is defined and all that is defined is named, and only then", () => {
    const ids = ["a", "b", "c/1", "c/2"];
    const some = fc.uniqueArray(fc.constantFrom(...ids));
    const one = fc.uniqueArray(fc.constantFrom(...ids), { minLength: 1 });
    const definitions = some.map((names) => Object.fromEntries(names.map((name) => [name, {}])));
    const pipeline = fc.record({
      receivers: one,
      processors: some.map((names) => ["memory_limiter", ...names]),
      exporters: one,
    });
    const given = fc.record({
      receivers: definitions,
      processors: definitions.map((others) => ({ memory_limiter: memory_limiter ?? {}, ...others })),
      exporters: definitions,
      extensions: definitions,
      extensionIds: some,
      pipelines: fc.dictionary(fc.constantFrom("traces", "traces/2"), pipeline, { minKeys: 1 }),
    });
    const same = (named: readonly string[], defined: object) =>
      assert.deepEqual([...new Set(named)].toSorted(), Object.keys(defined).toSorted());
    const kinds = ["receivers", "processors", "exporters"] as const;
    fc.assert(
      fc.property(given, fc.boolean(), ({ extensionIds, pipelines: made, ...defined }, complete) => {
        // Half of the time just what is named is defined, which chance alone would hardly hit.
        const named = (kind: (typeof kinds)[number]) => Object.values(made).flatMap((each) => each[kind]);
        const define = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, {}]));
        const definitionsOf = complete
          ? {
              ...{ receivers: define(named("receivers")), processors: define(named("processors")) },
              ...{ exporters: define(named("exporters")), extensions: define(extensionIds) },
            }
          : defined;
        const service = { ...usual.service, extensions: extensionIds, pipelines: made };
        const accepted = configurationProblems({ ...definitionsOf, service }).length === 0;
        const agrees = () => {
          for (const kind of kinds) same(named(kind), definitionsOf[kind]);
          same(extensionIds, definitionsOf.extensions);
        };
        if (accepted) agrees();
        else assert.throws(agrees);
        if (complete) assert.ok(accepted);
      }),
      { numRuns: 500 },
    );
  });
});
