import assert from "node:assert/strict";
import { httpRequestData, httpResponseData, outcomeFlags, type RawRequest } from "../../../../app/tracing/httpData";
import { Exceptions, type SegmentException } from "../../../../app/tracing/xray/exception";
import { checkSegmentDocument } from "../../../../tools/localRun/standIns/daemon/segmentDocument";

const origin = "http://hello.internal:8080";
const request: RawRequest = {
  method: "GET",
  target: "/",
  host: "hello.internal:8080",
  userAgent: "curl/8",
  forwardedFor: undefined,
  remoteAddress: "10.0.2.10",
  encrypted: false,
};
const plain = { method: "GET", url: `${origin}/`, user_agent: "curl/8", client_ip: "10.0.2.10" };
const long = "a".repeat(9000);
const ids = { id: "70de5b6f19ff9a0a", trace_id: "1-581cf771-a006649127e371903a2de979" };
const segment = { name: "hello", ...ids, start_time: 1478293361, end_time: 1478293362 };

describe("httpRequestData", () => {
  const withHost = (host: string | undefined, url: string): [string, Partial<RawRequest>, object] => {
    return [`the host ${JSON.stringify(host)}`, { host }, { url }];
  };
  const cases: [title: string, request: Partial<RawRequest>, changes: object][] = [
    ["a plain request", {}, {}],
    ["TLS", { encrypted: true }, { url: "https://hello.internal:8080/" }],
    ["a path without its query", { target: "/a/b?token=/secret?c" }, { url: `${origin}/a/b` }],
    ...["[::1]:8080", "[::1]", "127.0.0.1"].map((host) => withHost(host, `http://${host}/`)),
    ...[undefined, 'evil"\n/@', "a@hello", "hello/a", "a[::1]", "[::1]a"].map((host) =>
      withHost(host, "http://unknown/"),
    ),
    ["an absolute target", { target: "http://evil/x" }, { url: origin }],
    ["no target", { target: undefined }, { url: origin }],
    ["a long target", { target: `/${long}` }, { url: `${origin}/${long}`.slice(0, 250) }],
    ["a long user agent", { userAgent: long }, { user_agent: "a".repeat(250) }],
    [
      "a client with a long zone",
      { forwardedFor: `fe80::1%${long}` },
      { client_ip: `fe80::1%${"a".repeat(242)}`, x_forwarded_for: true },
    ],
    ["a proxy", { forwardedFor: " 203.0.113.7 , 10.0.0.1" }, { client_ip: "203.0.113.7", x_forwarded_for: true }],
    ["an IPv6 client", { forwardedFor: "2001:db8::1" }, { client_ip: "2001:db8::1", x_forwarded_for: true }],
    ["a forged client", { forwardedFor: "<script>, 10.0.0.1" }, {}],
    ["an empty client", { forwardedFor: "" }, {}],
  ];
  for (const [title, changes, expected] of cases) {
    it(`describes ${title}`, () => {
      const data = httpRequestData({ ...request, ...changes });
      assert.deepEqual(data, { ...plain, ...expected });
      const document = JSON.stringify({ ...segment, http: { request: data } });
      assert.deepEqual(checkSegmentDocument(Buffer.from(document)).problems, []);
    });
  }

  it("leaves out what it doesn't know", () => {
    const nothing = { ...request, method: undefined, userAgent: undefined, remoteAddress: undefined };
    assert.deepEqual(httpRequestData(nothing), { method: "", url: `${origin}/` });
  });
});

describe("the outcome of a request", () => {
  const cases: [status: number | undefined, complete: boolean, flags: object][] = [
    [200, true, {}],
    [399, true, {}],
    [400, true, { error: true }],
    [429, true, { error: true, throttle: true }],
    [499, true, { error: true }],
    [500, true, { fault: true }],
    [503, false, { fault: true }],
    [200, false, { error: true }],
    [undefined, false, { error: true }],
  ];
  for (const [status, complete, flags] of cases) {
    it(`${status}, ${complete ? "complete" : "cut off"}, sets ${JSON.stringify(flags)}`, () =>
      assert.deepEqual(outcomeFlags({ status, complete, contentLength: undefined }), flags));
  }

  it("has the status and the length that are known", () => {
    const data = (status: number | undefined, contentLength: number | undefined) =>
      httpResponseData({ status, contentLength, complete: true });
    assert.deepEqual(data(204, 0), { status: 204, content_length: 0 });
    assert.deepEqual(data(undefined, undefined), {});
  });
});

describe("Exceptions", () => {
  const only = (error: unknown, frames = Number.POSITIVE_INFINITY): Omit<SegmentException, "id"> => {
    const cause = new Exceptions(frames).cause(error);
    assert.ok(typeof cause === "object");
    const [{ id, ...exception } = assert.fail(), ...others] = cause.exceptions;
    assert.deepEqual([cause.working_directory, others], [process.cwd(), []]);
    assert.match(id, /^[0-9a-f]{16}$/);
    return exception;
  };

  it("read every kind of stack frame", () => {
    const error = new TypeError("first line\nat second (line:1:2)");
    error.stack = [
      "TypeError: first line",
      "look at it (/service/service.cjs:1:2)",
      "    at handler (/service/service.cjs:1:2) and beyond",
      "    at handler (/service/service.cjs:10:5)",
      "    at async Object.load (file:///service/a b.mjs:7:1)",
      "    at node:internal/process/task_queues:95:5",
      "    at new Service (node:http:1:2)",
      "    at /service/service.cjs:3:4",
      "    at async Promise.all (index 0)",
      "    at <anonymous>",
    ].join("\n");
    assert.deepEqual(only(error), {
      message: "first line\nat second (line:1:2)",
      type: "TypeError",
      remote: false,
      stack: [
        { path: "/service/service.cjs", line: 10, label: "handler" },
        { path: "file:///service/a b.mjs", line: 7, label: "async Object.load" },
        { path: "node:internal/process/task_queues", line: 95, label: "anonymous" },
        { path: "node:http", line: 1, label: "new Service" },
        { path: "/service/service.cjs", line: 3, label: "anonymous" },
      ],
    });
    const { stack, truncated } = only(error, 2);
    assert.deepEqual([stack.map(({ line }) => line), truncated], [[10, 7], 3]);
  });

  it("take what isn't an Error, and an Error without a stack", () => {
    const plainly = { type: "Error", remote: false, stack: [] };
    assert.deepEqual(only("just text"), { message: "just text", ...plainly });
    const bare = Object.assign(new Error(long), { stack: undefined });
    assert.deepEqual(only(bare), { message: "a".repeat(2048), ...plainly });
  });
});
