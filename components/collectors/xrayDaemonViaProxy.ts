import type { Collector, CollectorSettings } from "./collector";
import { parseProxyUrl } from "./proxySettings";
import { xrayDaemon } from "./xrayDaemon";

export interface XrayDaemonViaProxyArgs extends CollectorSettings {
  /** The HTTP proxy, such as `http://proxy.example.internal:3128`. */
  readonly proxyUrl: string;
  /** Addresses of the proxy as an IPv4 CIDR. Empty when `proxyUrl` names its address. */
  readonly proxyCidr: string;
}

/** The X-Ray daemon as a sidecar of the app, talking to X-Ray through an HTTP proxy instead of an endpoint. */
export function xrayDaemonViaProxy(args: XrayDaemonViaProxyArgs): Collector {
  const sidecar = xrayDaemon(args);
  const { host, port } = parseProxyUrl(args.proxyUrl);
  return {
    ...sidecar,
    containers: (context) =>
      sidecar.containers(context).map((container) => ({
        ...container,
        // A flag and not HTTP_PROXY in the environment: the daemon uses it for calls to X-Ray only, so that what it
        // asks for the task's credentials and metadata, at link-local addresses, never goes to the proxy
        // (https://docs.aws.amazon.com/xray/latest/devguide/xray-daemon-configuration.html).
        command: [...(container.command ?? []), "-p", args.proxyUrl],
      })),
    endpoints: [],
    egress: [{ cidr: args.proxyCidr || `${host}/32`, port, description: "X-Ray through the proxy" }],
    hosts: [host],
  };
}
