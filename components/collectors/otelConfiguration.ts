import type { Problem } from "../problem";

/** Components of one kind by their ids: a type, or a type and a name as in `batch/traces`. */
type Definitions = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const parts = ["receivers", "processors", "exporters"] as const;

/** The ids of a pipeline's parts; its processors in the order in which they get the data. */
type Pipeline = Readonly<Record<(typeof parts)[number], readonly string[]>>;

/**
 * The part of an OpenTelemetry collector's configuration this project uses
 * (https://opentelemetry.io/docs/collector/configuration/).
 */
export interface OtelConfiguration extends Readonly<Record<(typeof parts)[number] | "extensions", Definitions>> {
  readonly service: {
    readonly extensions: readonly string[];
    readonly pipelines: Readonly<Record<string, Pipeline>>;
    readonly telemetry: Readonly<Record<"logs" | "metrics", { readonly level: string }>>;
  };
}

/** The ports at which the collector listens, on the task's loopback address. */
export const otelPorts = {
  otlpHttp: 4318,
  /** Signs what is asked here and sends it to X-Ray, as the X-Ray daemon does. */
  xrayProxy: 2000,
  /** Where the image's own `/healthcheck` asks. */
  healthCheck: 13133,
};

/** The least memory, in MiB, that can be kept for the collector's container. */
export const leastOtelMemory = 128;

/**
 * How large the collector's heap may become, in MiB: the whole process needs about 50 MiB more than the `limit`. When
 * there is less than the `spike` left, it refuses traces. Before, at 80 % of the limit, Go begins to free more memory
 * (https://github.com/open-telemetry/opentelemetry-collector/tree/main/processor/memorylimiterprocessor#best-practices).
 */
export function heapLimits(memoryReservation: number): { limit: number; spike: number; goMemoryLimit: number } {
  const limit = memoryReservation - 50;
  return { limit, spike: Math.floor(limit / 5), goMemoryLimit: Math.floor((limit * 4) / 5) };
}

interface OtelConfigurationArgs {
  /** AWS region, such as `eu-central-1`. */
  readonly region: string;
  /** Memory kept for the collector's container, in MiB. */
  readonly memoryReservation: number;
  /** From where on the collector logs: `debug`, `info`, `warn` or `error`. */
  readonly logLevel: string;
}

/**
 * A collector that takes spans by OTLP and sends them to X-Ray as segments, and that lets the app ask X-Ray for its
 * sampling rules.
 */
export function xrayConfiguration({ region, memoryReservation, logLevel }: OtelConfigurationArgs): OtelConfiguration {
  const { limit, spike } = heapLimits(memoryReservation);
  const loopback = (port: number) => ({ endpoint: `127.0.0.1:${port}` });
  return {
    receivers: { otlp: { protocols: { http: loopback(otelPorts.otlpHttp) } } },
    processors: {
      memory_limiter: { check_interval: "1s", limit_mib: limit, spike_limit_mib: spike },
      // As AWS's own configuration has it; the exporter sends at most 50 segments in one call
      // (https://github.com/aws-observability/aws-otel-collector/blob/v0.49.0/config/ecs/ecs-xray.yaml).
      batch: { timeout: "1s", send_batch_size: 50 },
    },
    exporters: { awsxray: { region } },
    extensions: {
      health_check: loopback(otelPorts.healthCheck),
      awsproxy: { ...loopback(otelPorts.xrayProxy), region },
    },
    service: {
      extensions: ["health_check", "awsproxy"],
      pipelines: {
        traces: { receivers: ["otlp"], processors: ["memory_limiter", "batch"], exporters: ["awsxray"] },
      },
      // The collector would offer metrics of its own at one more port, where nobody fetches them.
      telemetry: { logs: { level: logLevel }, metrics: { level: "none" } },
    },
  };
}

/**
 * The configuration as the text of an environment variable: JSON, which is YAML.
 *
 * @throws Error with all that is wrong with it
 */
export function configurationText(configuration: OtelConfiguration): string {
  const problems = configurationProblems(configuration);
  if (problems.length > 0) {
    const lines = problems.map(({ property, wrong }) => `${property}: ${wrong}`);
    throw new Error(`the collector's configuration is wrong: ${lines.join("; ")}`);
  }
  return JSON.stringify(configuration);
}

/**
 * What is wrong with a configuration. The collector does not start when a pipeline names what is not defined, but it
 * does when what is defined is not used, or can be reached from outside the task.
 */
export function configurationProblems(configuration: OtelConfiguration): Problem[] {
  const { extensions, pipelines } = configuration.service;
  const lists = Object.entries(pipelines).flatMap(([name, pipeline]) =>
    parts.map((kind) => ({ kind, property: `service.pipelines.${name}.${kind}`, ids: pipeline[kind] })),
  );
  const all = [...lists, { kind: "extensions" as const, property: "service.extensions", ids: extensions }];
  return [
    ...(lists.length === 0 ? [{ property: "service.pipelines", wrong: "has no pipeline" }] : []),
    ...lists.flatMap(({ kind, property, ids }) => [
      ...(ids.length === 0 && kind !== "processors" ? [{ property, wrong: `has no ${kind}` }] : []),
      ...(kind === "processors" ? limiterProblems(property, ids) : []),
    ]),
    ...all.flatMap(({ kind, property, ids }) => nameProblems(property, ids, configuration[kind])),
    ...([...parts, "extensions"] as const).flatMap((kind) => {
      const used = all.filter((list) => list.kind === kind).flatMap(({ ids }) => ids);
      return unusedProblems(kind, configuration[kind], used);
    }),
    ...listenerProblems(configuration),
  ];
}

/** Memory is limited before anything is kept, so that whoever sends learns that it was refused. */
function limiterProblems(property: string, processors: readonly string[]): Problem[] {
  const place = processors.findIndex((id) => /^memory_limiter(\/|$)/.test(id));
  return place === 0 ? [] : [{ property, wrong: "does not begin with a memory_limiter" }];
}

function nameProblems(property: string, ids: readonly string[], definitions: Definitions): Problem[] {
  return ids.flatMap((id, index) => [
    ...(Object.hasOwn(definitions, id) ? [] : [{ property, wrong: `names ${id}, which is not defined` }]),
    ...(ids.indexOf(id) === index ? [] : [{ property, wrong: `names ${id} twice` }]),
  ]);
}

function unusedProblems(kind: string, definitions: Definitions, used: readonly string[]): Problem[] {
  return Object.keys(definitions)
    .filter((id) => !used.includes(id))
    .map((id) => ({ property: `${kind}.${id}`, wrong: "is defined, but not used" }));
}

/** Whatever listens does so for its task alone, at a port of its own. */
function listenerProblems({ receivers, extensions }: OtelConfiguration): Problem[] {
  const listeners = [...endpointsIn(receivers, "receivers"), ...endpointsIn(extensions, "extensions")];
  return listeners.flatMap(({ property, endpoint }, index) => {
    if (!/^127\.0\.0\.1:\d+$/.test(endpoint)) {
      return [{ property, wrong: `${endpoint} is not a port of 127.0.0.1`, instead: "127.0.0.1:4318" }];
    }
    const first = listeners.findIndex((other) => other.endpoint === endpoint);
    return first === index ? [] : [{ property, wrong: `${endpoint} is taken by ${listeners[first]?.property}` }];
  });
}

function endpointsIn(value: unknown, path: string): { property: string; endpoint: string }[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const property = `${path}.${key}`;
    return key === "endpoint" ? [{ property, endpoint: String(inner) }] : endpointsIn(inner, property);
  });
}
