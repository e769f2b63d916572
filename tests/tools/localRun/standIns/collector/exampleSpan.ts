import type { Span } from "../../../../../tools/localRun/standIns/collector/spans";

/** The time of the examples, in seconds since 1970. */
export const now = 1478293362.5;
export const traceId = "581cf771a006649127e371903a2de979";

/** A span of a request that the hello service has answered, as the tracer sends it, but for the given changes. */
export function span(changes: Partial<Span> = {}): Span {
  return {
    traceId,
    spanId: "0000000000000001",
    parentSpanId: "",
    name: "GET",
    kind: "server",
    start: 1478293361_000_000_000n,
    end: 1478293362_000_000_000n,
    attributes: {
      "http.request.method": "GET",
      "url.scheme": "http",
      "url.path": "/",
      "server.address": "hello",
      "server.port": 8080,
      "client.address": "10.0.0.7",
      "network.peer.address": "10.0.0.7",
      "http.response.status_code": 200,
    },
    events: [],
    status: { isError: false, message: "" },
    parentIsRemote: undefined,
    dropped: 0,
    resource: {
      "service.name": "hello",
      "service.version": "1.0.0",
      "telemetry.sdk.name": "opentelemetry",
      "telemetry.sdk.language": "javascript",
      "telemetry.sdk.version": "2.12.0",
    },
    ...changes,
  };
}
