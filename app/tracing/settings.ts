import { EnvironmentError } from "./environmentError";

/** Where the X-Ray daemon listens: UDP for segments, TCP for the sampling API. */
export interface DaemonAddress {
  readonly udp: { readonly host: string; readonly port: number };
  readonly tcp: { readonly host: string; readonly port: number };
}

/** What the environment says to all tracers. */
export interface TracingSettings {
  /** The service's name in X-Ray. */
  readonly name: string;
  /** Where the X-Ray daemon listens, or a collector that answers the sampling API in its place. */
  readonly daemon: DaemonAddress;
  /** Address of the ECS task metadata endpoint, version 4; absent outside ECS. */
  readonly metadataUri: string | undefined;
  /** Whether ECS says that the task runs on Fargate. */
  readonly fargate: boolean;
}

// https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html#api-segmentdocuments-fields
const SERVICE_NAME = /^[\p{L}\p{N}\p{Z}_.:/%&#=+\\\-@]{1,200}$/u;
const ENDPOINT = /^([A-Za-z0-9.-]+):(\d{1,5})$/;

/**
 * Reads the environment: `AWS_XRAY_TRACING_NAME`, `AWS_XRAY_DAEMON_ADDRESS`, and what Fargate sets itself.
 *
 * @param defaultName the service's name when `AWS_XRAY_TRACING_NAME` is absent
 * @throws EnvironmentError for a value that can't be used
 */
export function readTracingSettings(environment: NodeJS.ProcessEnv, defaultName: string): TracingSettings {
  const name = environment.AWS_XRAY_TRACING_NAME ?? defaultName;
  if (!SERVICE_NAME.test(name)) {
    throw new EnvironmentError(
      "AWS_XRAY_TRACING_NAME",
      name,
      "use 1 to 200 letters, digits, spaces and _ . : / % & # = + \\ - @",
    );
  }
  return {
    name,
    daemon: readDaemonAddress(environment.AWS_XRAY_DAEMON_ADDRESS),
    metadataUri: environment.ECS_CONTAINER_METADATA_URI_V4,
    fargate: environment.AWS_EXECUTION_ENV === "AWS_ECS_FARGATE",
  };
}

/**
 * The daemon's address, `AWS_XRAY_DAEMON_ADDRESS`, in both forms that the SDKs know: `host:port`, or `tcp:host:port
 * udp:host:port` in any order.
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-sdk-nodejs-configuration.html#xray-sdk-nodejs-configuration-envvars
 */
export function readDaemonAddress(value = "127.0.0.1:2000"): DaemonAddress {
  const parts = value.split(" ");
  if (parts.length === 1) {
    const both = endpoint(value);
    if (both !== undefined) {
      return { udp: both, tcp: both };
    }
  }
  const named = (protocol: string) => {
    const part = parts.find((candidate) => candidate.startsWith(`${protocol}:`));
    return part === undefined ? undefined : endpoint(part.slice(protocol.length + 1));
  };
  const udp = named("udp");
  const tcp = named("tcp");
  if (parts.length !== 2 || udp === undefined || tcp === undefined) {
    throw new EnvironmentError(
      "AWS_XRAY_DAEMON_ADDRESS",
      value,
      "use host:port, as in 127.0.0.1:2000, or tcp:host:port udp:host:port",
    );
  }
  return { udp, tcp };
}

function endpoint(text: string): { host: string; port: number } | undefined {
  const [, host, digits] = ENDPOINT.exec(text) ?? [];
  const port = Number(digits);
  return host === undefined || port < 1 || port > 65535 ? undefined : { host, port };
}
