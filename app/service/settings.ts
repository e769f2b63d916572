import { EnvironmentError } from "@traced-fargate/tracing";

/** What the environment says about the service itself. */
export interface Settings {
  /** TCP port to listen on, on every address of the container. */
  readonly port: number;
  /** How long it goes on serving after SIGTERM, in milliseconds. */
  readonly drainMs: number;
}

/** Enough for callers on open connections to hear that they should leave. */
const DRAIN_MS = 500;
/**
 * On ECS callers find a service by a name whose record, with this stack's 10 s to live, leads to a stopping task for as
 * long after it was taken away. Far less than the container's stop timeout.
 */
export const DRAIN_ON_ECS_MS = 12_000;

/**
 * Reads the environment: `PORT` (1 to 65535; absent means 8080), and the address of ECS's metadata endpoint, which says
 * that this is ECS.
 *
 * @throws EnvironmentError for a value that can't be used
 */
export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const text = environment.PORT ?? "8080";
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65535) {
    throw new EnvironmentError("PORT", text, "use a whole number from 1 to 65535");
  }
  return { port, drainMs: environment.ECS_CONTAINER_METADATA_URI_V4 === undefined ? DRAIN_MS : DRAIN_ON_ECS_MS };
}

/**
 * Reads the environment: `ACCESS_LOG` (`on` or `off`; absent means `off`).
 *
 * @throws EnvironmentError for a value that can't be used
 */
export function readAccessLog({ ACCESS_LOG: text = "off" }: NodeJS.ProcessEnv): boolean {
  if (text !== "on" && text !== "off") {
    throw new EnvironmentError("ACCESS_LOG", text, "use one of on, off");
  }
  return text === "on";
}

/** How a service's metrics are called. */
export interface MetricsSettings {
  readonly namespace: string;
  /** Value of the dimension `Service`: the service's name in its traces, so that both are found by the same name. */
  readonly serviceName: string;
  /** Whether it counts what became of its traces, too. */
  readonly traced: boolean;
}

/**
 * Reads the environment: `METRICS_NAMESPACE` (absent means no metrics), `AWS_XRAY_TRACING_NAME` and `TRACING`.
 *
 * @param defaultName the service's name when `AWS_XRAY_TRACING_NAME` is absent
 * @throws EnvironmentError for a value that can't be used
 */
export function readMetrics(environment: NodeJS.ProcessEnv, defaultName: string): MetricsSettings | undefined {
  const { METRICS_NAMESPACE: namespace, AWS_XRAY_TRACING_NAME: serviceName = defaultName, TRACING } = environment;
  if (namespace === undefined) {
    return undefined;
  }
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html#Namespace
  if (!/^(?!AWS\/)[A-Za-z0-9._\-/#:]{1,255}$/.test(namespace)) {
    throw new EnvironmentError(
      "METRICS_NAMESPACE",
      namespace,
      "use 1 to 255 letters, digits and . _ - / # : which do not begin with AWS/",
    );
  }
  return { namespace, serviceName, traced: (TRACING ?? "none") !== "none" };
}

/** A service that this one calls. */
export interface Callee {
  readonly name: string;
  readonly url: URL;
  /** When its whole answer must be there, in milliseconds. */
  readonly timeoutMs: number;
}

/**
 * Reads where a service that this one calls is found, and how long it may take: `DATE_URL` and `DATE_TIMEOUT_MS` (1 to
 * 60000) for the service `date`.
 *
 * @param timeoutMs how long it may take unless the environment says otherwise
 * @throws EnvironmentError for a value that can't be used
 */
export function readCallee(environment: NodeJS.ProcessEnv, name: string, timeoutMs: number): Callee {
  const prefix = name.toUpperCase();
  const url = environment[`${prefix}_URL`] ?? "";
  if (!/^http:\/\//.test(url) || !URL.canParse(url)) {
    throw new EnvironmentError(
      `${prefix}_URL`,
      url,
      `use the address of the service ${name}, as in http://${name}:8080`,
    );
  }
  const text = environment[`${prefix}_TIMEOUT_MS`] ?? String(timeoutMs);
  const timeout = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (timeout < 1 || timeout > 60_000) {
    throw new EnvironmentError(`${prefix}_TIMEOUT_MS`, text, "use a whole number of milliseconds from 1 to 60000");
  }
  return { name, url: new URL(url), timeoutMs: timeout };
}
