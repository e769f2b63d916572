import assert from "node:assert/strict";
import type { IncomingHttpHeaders } from "node:http";
import fc from "fast-check";
import { callHeaders, fromXray, readCaller, toXray } from "../../../../app/tracing/otlp/propagation";
import { parseTraceHeader } from "../../../../app/tracing/traceHeader";
import { PARENT, ROOT } from "../../helpers/services";

// As in https://www.w3.org/TR/trace-context/#examples-of-http-traceparent-headers
const OTHER = "1-4bf92f35-77b34da6a3ce929d0e0e4736";
const SPAN = "00f067aa0ba902b7";
const traceparent = (flags = "01") => `00-${fromXray(OTHER)}-${SPAN}-${flags}`;

describe("readCaller", () => {
  const xray = (text: string): IncomingHttpHeaders => ({ "x-amzn-trace-id": text });
  const w3c = (flags?: string): IncomingHttpHeaders => ({ traceparent: traceparent(flags) });
  const cases: [title: string, headers: IncomingHttpHeaders, expected: object][] = [
    ["nothing", {}, {}],
    ["X-Ray's header", xray(`Root=${ROOT};Parent=${PARENT};Sampled=1`), { root: ROOT, parent: PARENT, sampled: "1" }],
    ["the W3C's", w3c(), { root: OTHER, parent: SPAN, sampled: "1" }],
    ["the W3C's, not sampled", w3c("00"), { root: OTHER, parent: SPAN, sampled: "0" }],
    ["the W3C's, with flags of a later version", w3c("03"), { root: OTHER, parent: SPAN, sampled: "1" }],
    ["both, which are X-Ray's", { ...w3c(), ...xray(`Root=${ROOT};Sampled=0`) }, { root: ROOT, sampled: "0" }],
    [
      "both, of which X-Ray's leaves the decision open",
      { ...w3c(), ...xray(`Root=${ROOT};Parent=${PARENT}`) },
      { root: ROOT, parent: PARENT },
    ],
    ["a question for the decision", { ...w3c(), ...xray("Sampled=?") }, { sampled: "?" }],
    ["what a load balancer sends", xray(`Root=${ROOT}`), { root: ROOT }],
    [
      "what a load balancer adds to the W3C's",
      { ...w3c(), ...xray(`Root=${ROOT}`) },
      { root: OTHER, parent: SPAN, sampled: "1" },
    ],
    ["what is not a header", { traceparent: "00-1-2-3", ...xray("<script>") }, {}],
    ["an id of zeros", { traceparent: `00-${"0".repeat(32)}-${SPAN}-01` }, {}],
  ];
  for (const [title, headers, expected] of cases) {
    it(`reads ${title}`, () => {
      const { state, ...caller } = readCaller(headers);
      assert.deepEqual([caller, state], [expected, undefined]);
    });
  }

  it("takes any headers, and only ids that X-Ray takes", () => {
    const text = fc.oneof(fc.string(), fc.constantFrom(traceparent(), traceparent("zz"), `Root=${ROOT}`));
    fc.assert(
      fc.property(text, text, text, (trace, parent, tracestate) => {
        const caller = readCaller({ "x-amzn-trace-id": trace, traceparent: parent, tracestate });
        assert.match(caller.root ?? ROOT, /^1-[0-9a-f]{8}-[0-9a-f]{24}$/);
        assert.match(caller.parent ?? PARENT, /^[0-9a-f]{16}$/);
        assert.match(caller.sampled ?? "?", /^[01?]$/);
      }),
      { numRuns: 500 },
    );
  });
});

describe("callHeaders", () => {
  const span = { traceId: fromXray(ROOT), spanId: PARENT, traceFlags: 1 };

  it("say the same to both kinds of services", () => {
    const headers = callHeaders(span);
    const place = { root: ROOT, parent: PARENT, sampled: "1" };
    assert.deepEqual(parseTraceHeader(headers["x-amzn-trace-id"]), place);
    const { state: _, ...caller } = readCaller({ traceparent: headers.traceparent });
    assert.deepEqual([caller, Object.keys(headers)], [place, ["x-amzn-trace-id", "traceparent"]]);
  });

  it("hand on what other systems say of the trace", () => {
    const { state } = readCaller({ traceparent: traceparent(), tracestate: "a=1,b=2" });
    assert.equal(callHeaders({ ...span, traceState: state }).tracestate, "a=1,b=2");
  });
});

describe("trace ids", () => {
  it("of both kinds stand for each other", () => assert.equal(toXray(fromXray(ROOT)), ROOT));
});
