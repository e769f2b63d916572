import assert from "node:assert/strict";
import { checkSpan } from "../../../../../tools/localRun/standIns/collector/checkSpan";
import type { Attributes, Span } from "../../../../../tools/localRun/standIns/collector/spans";
import { now, span, traceId } from "./exampleSpan";

const parentSpanId = "0000000000000002";
const { attributes, resource } = span();
const without = (key: string): Attributes => Object.fromEntries(Object.entries(attributes).filter(([k]) => k !== key));
const call: Partial<Span> = { kind: "client", parentSpanId, parentIsRemote: false };
const http = { "http.request.method": "GET", "url.full": "http://a:80/", "server.address": "a", "server.port": 80 };
const aws = { "rpc.system": "aws-api", "rpc.service": "DynamoDB", "rpc.method": "PutItem" };

describe("the check of a span", () => {
  const good: Readonly<Record<string, Partial<Span>>> = {
    "a request without a caller": {},
    "a request with a caller elsewhere": { parentSpanId, parentIsRemote: true },
    "a request whose sender does not say where the caller is": { parentSpanId },
    "a request named after its route": { name: "GET /items/:id" },
    "a call of a service": { ...call, attributes: http },
    "a call of AWS": { ...call, name: "DynamoDB.PutItem", attributes: aws },
    "work of its own": { ...call, kind: "internal", name: "format", attributes: {} },
  };
  for (const [what, changes] of Object.entries(good)) {
    it(`accepts ${what}`, () => assert.deepEqual(checkSpan(span(changes), now), []));
  }

  const bad: readonly (readonly [what: string, changes: Partial<Span>, ...problems: string[]])[] = [
    ["a trace id of 8 bytes", { traceId: traceId.slice(16) }, "trace_id: must be 16 bytes, not all of them 0"],
    ["a trace id of zeros", { traceId: "0".repeat(32) }, "trace_id: must be 16 bytes, not all of them 0"],
    [
      "a trace id that does not begin with its time, as the SDK makes them",
      { traceId: traceId.split("").reverse().join("") },
      "trace_id: must begin with its time in seconds since 1970, at most 28 days ago",
    ],
    ["a span id of zeros", { spanId: "0".repeat(16) }, "span_id: must be 8 bytes, not all of them 0"],
    ["a parent's id of 4 bytes", { parentSpanId: "00000001" }, "parent_span_id: must be 8 bytes, not all of them 0"],
    ["itself as its parent", { parentSpanId: span().spanId }, "parent_span_id: must not be the span's own id"],
    ["no times", { start: 0n, end: 0n }, "start_time_unix_nano, end_time_unix_nano: must be there"],
    ["an end before the start", { end: span().start - 1n }, "end_time_unix_nano: lies before the start"],
    ["an end in ten minutes", { end: span().end + 600_000_000_000n }, "end_time_unix_nano: lies in the future"],
    ["no kind", { ...call, kind: "unspecified", attributes: {} }, "kind: must be one of 1 to 5"],
    ["attributes too many", { dropped: 2 }, "attributes: 2 of the span's attributes and events were left out"],
    [
      "work that belongs to no request",
      { ...call, kind: "internal", attributes: {}, parentSpanId: "", parentIsRemote: undefined },
      "parent_span_id: must be there, or a span of the kind internal becomes a service of its own",
    ],
    [
      "a request below another one of the process",
      { parentSpanId, parentIsRemote: false },
      "flags: say that the parent is in this process, which a server span's is not",
    ],
    [
      "a call from another process",
      { ...call, attributes: http, parentIsRemote: true },
      "flags: say that the parent is in another process, which a client span's is not",
    ],
    ["a request without a path", { attributes: without("url.path") }, "url.path: must be a string"],
    ["a call without an address", { ...call, attributes: { ...http, "url.full": "" } }, "url.full: must be a string"],
    [
      "a port that is a text",
      { ...call, attributes: { ...http, "server.port": "80" } },
      "server.port: must be a number",
    ],
    [
      "a call of AWS without operation",
      { ...call, attributes: { ...aws, "rpc.method": "" } },
      "rpc.method: must be a string",
    ],
    ["no service", { resource: { ...resource, "service.name": "" } }, "resource.service.name: must be a string"],
    ["a path for a name", { name: "/items/7" }, "name: must be GET, or that and the route"],
    ["a query in its name", { name: "GET /items?id=7" }, "name: must be GET, or that and the route"],
    ["no name", { ...call, kind: "internal", attributes: {}, name: "" }, "name: must not be empty"],
  ];
  for (const [what, changes, ...problems] of bad) {
    it(`finds ${what}`, () => assert.deepEqual(checkSpan(span(changes), now), problems));
  }
});
