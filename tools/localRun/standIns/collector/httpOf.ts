import { isIP } from "node:net";
import type { Attributes, AttributeValue, Span } from "./spans";

/** Attributes that make up the block `http`, and go nowhere else. */
const requestAttributes = [
  "http.request.method",
  "user_agent.original",
  "url.full",
  "url.scheme",
  "url.path",
  "url.query",
];
const httpAttributes = [
  ...requestAttributes,
  "http.response.status_code",
  ...["client.address", "network.peer.address", "server.address", "server.port"],
];

/**
 * The block `http` of a segment, if the span stands for a request, and the attributes which are not in it
 * (https://github.com/open-telemetry/opentelemetry-collector-contrib/blob/v0.156.0/exporter/awsxrayexporter/internal/translator/http.go).
 */
export function httpOf({ attributes, events, kind }: Span): { block?: object; others: Attributes } {
  const others = Object.fromEntries(Object.entries(attributes).filter(([key]) => !httpAttributes.includes(key)));
  const status = attributes["http.response.status_code"];
  if (status === undefined && !requestAttributes.some((key) => key in attributes)) return { others };
  const peer = addressIn(attributes["network.peer.address"]);
  const client = addressIn(attributes["client.address"]) ?? peer;
  const hasUrl = peer !== undefined || "url.full" in attributes || "server.address" in attributes;
  const request = {
    method: attributes["http.request.method"],
    url: hasUrl ? urlOf(attributes, kind === "server") : undefined,
    user_agent: attributes["user_agent.original"],
    client_ip: client,
    // Who has no peer has been named by a proxy.
    x_forwarded_for: client !== undefined && peer === undefined ? true : undefined,
  };
  const lengths = [attributes, ...events.map((event) => event.attributes)].map(lengthIn);
  const response = { status, content_length: lengths.find((length) => length !== 0) ?? 0 };
  return { block: { request: withoutEmpty(request), response: withoutEmpty(response) }, others };
}

function withoutEmpty(fields: Record<string, unknown>): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== ""));
}

function addressIn(value: AttributeValue | undefined): string | undefined {
  return typeof value === "string" && isIP(value) !== 0 ? value : undefined;
}

function urlOf(attributes: Attributes, isServer: boolean): string {
  const part = (key: string) => String(attributes[key] ?? "");
  if ("url.full" in attributes) return part("url.full");
  const scheme = part("url.scheme") || "http";
  const port = isServer ? part("server.port") : "";
  const isUsual = port === "" || `${scheme}:${port}` === "http:80" || `${scheme}:${port}` === "https:443";
  const query = part("url.query").replace(/^\??/, "?");
  const path = "url.path" in attributes ? part("url.path") : "/";
  return [
    ...[scheme, "://", isServer ? part("server.address") : "", isUsual ? "" : `:${port}`],
    ...[path, "url.query" in attributes ? query : ""],
  ].join("");
}

/** The length of a response's body, which is said in the way of messages. */
function lengthIn(attributes: Attributes): number {
  const length = attributes["messaging.message_payload_size_bytes"];
  return attributes["message.type"] === "RECEIVED" && typeof length === "number" ? length : 0;
}
