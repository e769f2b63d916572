import { fetchSegmentOrigin } from "./ecsMetadata";
import { EnvironmentError } from "./environmentError";
import { HeadSampling } from "./headSampling";
import { readTracingSettings } from "./settings";
import type { Recorder, TracedService, Tracer } from "./tracer";
import { limitWarnings, type Warn, type WarningLog } from "./warnings";

type CreateRecorder = (service: TracedService, warn: Warn, environment: NodeJS.ProcessEnv) => Promise<Recorder>;

/**
 * The tracers by the names that `TRACING` gives them. Only the chosen one is loaded: each takes memory, and time at the
 * start.
 */
const recorders: Readonly<Record<string, CreateRecorder>> = {
  async xray(service, warn) {
    const { XrayRecorder } = await import("./xray/xrayRecorder");
    return new XrayRecorder(service, warn);
  },
  async otlp(service, warn, environment) {
    const { OtlpRecorder, readOtlpEndpoint } = await import("./otlp/otlpRecorder");
    return new OtlpRecorder(service, readOtlpEndpoint(environment), warn);
  },
};
const NONE = "none";

/**
 * Creates the tracer that `TRACING` names (absent means `none`).
 *
 * @returns nothing for `none`
 * @throws EnvironmentError for a value that can't be used
 */
export async function createTracer(
  environment: NodeJS.ProcessEnv,
  service: { readonly name: string; readonly version: string },
  log: WarningLog,
): Promise<Tracer | undefined> {
  const { TRACING: kind = NONE } = environment;
  if (kind === NONE) {
    return undefined;
  }
  const createRecorder = Object.hasOwn(recorders, kind) ? recorders[kind] : undefined;
  if (createRecorder === undefined) {
    throw new EnvironmentError("TRACING", kind, `use one of ${[...Object.keys(recorders), NONE].join(", ")}`);
  }
  const settings = readTracingSettings(environment, service.name);
  const warn = limitWarnings(log);
  const origin = await fetchSegmentOrigin(settings.metadataUri, settings.fargate, (error) =>
    warn("the task metadata endpoint did not answer; traces will not say which task they come from", error),
  );
  const traced = { ...settings, version: service.version, origin };
  return new HeadSampling(await createRecorder(traced, warn, environment), traced, warn);
}
