import assert from "node:assert/strict";
import type { Span } from "../../../../../tools/localRun/standIns/collector/spans";
import { toSegment } from "../../../../../tools/localRun/standIns/collector/toSegment";
import { checkSegmentDocument } from "../../../../../tools/localRun/standIns/daemon/segmentDocument";
import { span } from "./exampleSpan";

/** What becomes of a span, which X-Ray would take. */
function segment(changes: Partial<Span>, indexed: readonly string[] | "all" = []): Record<string, unknown> {
  const made = JSON.parse(JSON.stringify(toSegment(span(changes), indexed)));
  assert.deepEqual(checkSegmentDocument(Buffer.from(JSON.stringify(made))).problems, []);
  return made;
}

function exceptionsIn(cause: unknown) {
  return (cause as { readonly exceptions: readonly { readonly id: string; readonly message: string }[] }).exceptions;
}

const parentSpanId = "0000000000000002";
const { attributes, resource } = span();
const xray = { sdk: "opentelemetry for javascript", sdk_version: "2.12.0", auto_instrumentation: false };

describe("the segment of a span", () => {
  it("is that of a request", () => {
    assert.deepEqual(segment({}), {
      id: "0000000000000001",
      trace_id: "1-581cf771-a006649127e371903a2de979",
      name: "hello",
      start_time: 1478293361,
      end_time: 1478293362,
      error: false,
      throttle: false,
      fault: false,
      service: { version: "1.0.0" },
      http: {
        request: { method: "GET", url: "http://hello:8080/", client_ip: "10.0.0.7" },
        response: { status: 200, content_length: 0 },
      },
      aws: { xray },
      metadata: {
        default: Object.fromEntries(Object.entries(resource).map(([key, value]) => [`otel.resource.${key}`, value])),
      },
    });
  });

  it("says on which task of ECS it runs", () => {
    const ofTask = { "cloud.provider": "aws", "cloud.platform": "aws_ecs", "aws.ecs.launchtype": "fargate" };
    const { origin, aws } = segment({
      resource: {
        ...resource,
        ...ofTask,
        "aws.ecs.task.arn": "arn",
        "cloud.account.id": "123456789012",
        "aws.log.group.names": ["/hello"],
      },
    });
    assert.deepEqual(
      [origin, aws],
      [
        "AWS::ECS::Fargate",
        {
          account_id: "123456789012",
          ecs: { launch_type: "fargate", task_arn: "arn" },
          cloudwatch_logs: [{ log_group: "/hello" }],
          xray,
        },
      ],
    );
  });

  it("is a subsegment for a call of a service, of AWS, and for work of its own", () => {
    const below = { parentSpanId, resource: {} };
    const remote = { "http.request.method": "GET", "url.full": "http://time:80/", "peer.service": "time" };
    const rpc = { "rpc.system": "aws-api", "rpc.service": "DynamoDB", "rpc.method": "PutItem" };
    const table = { "aws.table_name": "table", "aws.region": "eu-central-1", "aws.request_id": "1" };
    const made = [
      segment({ ...below, kind: "client", attributes: remote }),
      segment({ ...below, kind: "client", attributes: { ...rpc, ...table } }),
      segment({ ...below, kind: "internal", name: "for(mat)", attributes: {} }),
    ];
    const common = { auto_instrumentation: false };
    assert.deepEqual(
      made.map(({ type, parent_id, name, namespace, http, aws }) => [type, parent_id, name, namespace, http, aws]),
      [
        [
          "subsegment",
          parentSpanId,
          "time",
          "remote",
          { request: { method: "GET", url: "http://time:80/" }, response: { content_length: 0 } },
          { xray: common },
        ],
        [
          "subsegment",
          parentSpanId,
          "DynamoDB",
          "aws",
          undefined,
          { operation: "PutItem", table_name: "table", region: "eu-central-1", request_id: "1", xray: common },
        ],
        ["subsegment", parentSpanId, "format", undefined, undefined, { xray: common }],
      ],
    );
  });

  const outcomes: readonly (readonly [what: string, changes: Partial<Span>, flags: string])[] = [
    ["a status of 404", { attributes: { ...attributes, "http.response.status_code": 404 } }, "error"],
    ["a status of 429", { attributes: { ...attributes, "http.response.status_code": 429 } }, "error throttle"],
    ["a status of 503", { attributes: { ...attributes, "http.response.status_code": 503 } }, "fault"],
    ["a good status of a span that failed", { status: { isError: true, message: "" } }, "fault"],
  ];
  for (const [what, changes, flags] of outcomes) {
    it(`has the flags of ${what}`, () => {
      const made = segment(changes);
      assert.equal(["error", "throttle", "fault"].filter((flag) => made[flag] === true).join(" "), flags);
    });
  }

  it("holds what was thrown, with the frames of its stack", () => {
    const stacktrace = [
      "RangeError: too much",
      "    at Object.add (/app/service.cjs:7:12)",
      "    at /app/service.cjs:9:3",
      "    at new Promise (<anonymous>)",
      "    at native",
    ].join("\n");
    const thrown = { "exception.type": "RangeError", "exception.message": "too much" };
    const events = [{ name: "exception", attributes: { ...thrown, "exception.stacktrace": stacktrace } }];
    const { cause } = segment({ events, kind: "client", parentSpanId });
    const [{ id, ...exception } = { id: "", message: "" }] = exceptionsIn(cause);
    assert.match(id, /^[0-9a-f]{16}$/);
    assert.deepEqual(exception, {
      type: "RangeError",
      message: "too much",
      remote: true,
      stack: [
        { path: "/app/service.cjs", line: 7, label: "Object.add " },
        { path: "/app/service.cjs", line: 9, label: "" },
        { path: "<anonymous>", line: 0, label: "new Promise " },
        { path: "native", line: 0, label: "" },
      ],
    });
    const fromStatus = segment({ status: { isError: true, message: "no luck" } });
    assert.deepEqual(
      exceptionsIn(fromStatus.cause).map(({ message }) => message),
      ["no luck"],
    );
  });

  it("has annotations for the attributes that it lists, and for those which the exporter indexes", () => {
    const given = { "aws.xray.annotations": ["zone"], zone: "UTC", city: "Rome", count: 3 };
    const left = (indexed: readonly string[] | "all") => {
      const { annotations, metadata } = segment({ attributes: given, resource: {} }, indexed);
      return [annotations, metadata];
    };
    assert.deepEqual(left([]), [{ zone: "UTC" }, { default: { city: "Rome", count: 3 } }]);
    assert.deepEqual(left(["city"]), [{ zone: "UTC", city: "Rome" }, { default: { count: 3 } }]);
    assert.deepEqual(left("all"), [{ zone: "UTC", city: "Rome", count: 3 }, undefined]);
  });

  it("takes the length of the body from an event, and the client from its proxy", () => {
    const events = [
      { name: "", attributes: { "message.type": "RECEIVED", "messaging.message_payload_size_bytes": 12 } },
    ];
    const { "network.peer.address": _, ...others } = attributes;
    const { http } = segment({
      events,
      attributes: { ...others, "url.scheme": "https", "server.port": 443, "url.query": "a" },
    });
    assert.deepEqual(http, {
      request: { method: "GET", url: "https://hello/?a", client_ip: "10.0.0.7", x_forwarded_for: true },
      response: { status: 200, content_length: 12 },
    });
  });
});
