import assert from "node:assert/strict";
import { type Attributes, SpanKind } from "@opentelemetry/api";
import type { RawRequest } from "../../../../app/tracing/httpData";
import {
  describeException,
  describeRequest,
  describeService,
  describeSubsegment,
  statusOf,
} from "../../../../app/tracing/otlp/attributes";
import type { RequestOutcome, SubsegmentData, TracedService } from "../../../../app/tracing/tracer";
import { longText, usedHeap } from "../../helpers/heap";
import { FARGATE_ORIGIN } from "../../helpers/metadataEndpoint";
import { ODD_VALUES } from "../../helpers/oddValues";

const address = { host: "127.0.0.1", port: 2000 };
const service: TracedService = {
  ...{ name: "dev-hello", version: "1.2.3", daemon: { udp: address, tcp: address } },
  ...{ metadataUri: undefined, fargate: false, origin: { aws: {} } },
};
const self = {
  "service.name": "dev-hello",
  "service.version": "1.2.3",
  "telemetry.sdk.language": "javascript",
  "process.runtime.name": "nodejs",
  "process.runtime.version": process.version,
};
const fargate = { "cloud.provider": "aws", "cloud.platform": "aws_ecs", "aws.ecs.launchtype": "fargate" };

describe("describeService", () => {
  const { ecs, account_id } = FARGATE_ORIGIN.aws;
  const cases: [title: string, origin: TracedService["origin"], attributes: Attributes][] = [
    ["outside ECS", { aws: {} }, {}],
    ["on Fargate, whose metadata are not to be had", { origin: "AWS::ECS::Fargate", aws: {} }, fargate],
    [
      "on Fargate",
      FARGATE_ORIGIN,
      {
        ...fargate,
        "cloud.account.id": account_id,
        "cloud.availability_zone": ecs.availability_zone,
        "container.name": ecs.container,
        "container.id": ecs.container_id,
        "aws.ecs.container.arn": ecs.container_arn,
        "aws.ecs.task.arn": ecs.task_arn,
        "aws.ecs.task.family": ecs.task_family,
        "aws.ecs.cluster.arn": ecs.cluster_arn,
        "aws.log.group.names": ["/traced-fargate/dev/hello"],
      },
    ],
  ];
  for (const [title, origin, attributes] of cases) {
    it(`says what it is ${title}`, () =>
      assert.deepEqual(describeService({ ...service, origin }), { ...self, ...attributes }));
  }
});

describe("describeRequest", () => {
  const request: RawRequest = {
    method: "GET",
    target: "/a?secret=1",
    host: "hello.internal:8080",
    userAgent: "curl/8",
    forwardedFor: undefined,
    remoteAddress: "10.0.2.10",
    encrypted: false,
  };
  const plain = {
    "http.request.method": "GET",
    "url.scheme": "http",
    "url.path": "/a",
    "server.address": "hello.internal",
    "server.port": 8080,
    "user_agent.original": "curl/8",
    "client.address": "10.0.2.10",
    "network.peer.address": "10.0.2.10",
  };
  const { "server.port": _port, ...portless } = plain;
  const { "network.peer.address": _peer, ...behindProxy } = plain;
  const { "user_agent.original": _agent, "client.address": _client, ...bare } = behindProxy;
  const cases: [title: string, changes: Partial<RawRequest>, expected: Attributes][] = [
    ["a plain request", {}, plain],
    ["TLS", { encrypted: true }, { ...plain, "url.scheme": "https" }],
    ["a host without a port", { host: "hello" }, { ...portless, "server.address": "hello" }],
    ["an IPv6 host", { host: "[::1]:80" }, { ...plain, "server.address": "[::1]", "server.port": 80 }],
    ["a host that is not one", { host: "<script>" }, { ...portless, "server.address": "unknown" }],
    ["a target that is not a path", { target: "*" }, { ...plain, "url.path": "" }],
    [
      "a long path, so that the address has 250 characters",
      { target: `/${"a".repeat(300)}` },
      { ...plain, "url.path": `/${"a".repeat(250 - "http://hello.internal:8080/".length)}` },
    ],
    ["a proxy", { forwardedFor: "203.0.113.7, 10.0.0.1" }, { ...behindProxy, "client.address": "203.0.113.7" }],
    ["a client with a zone", { forwardedFor: "fe80::1%eth0" }, { ...behindProxy, "client.address": "fe80::1" }],
    ["what is not known", { userAgent: undefined, remoteAddress: undefined }, bare],
  ];
  for (const [title, changes, expected] of cases) {
    it(`describes ${title}`, () => assert.deepEqual(describeRequest({ ...request, ...changes }, true), expected));
  }

  it("names the rule that sampled it", () => {
    assert.deepEqual(describeRequest(request, "api"), { ...plain, "aws.xray.sampling_rule": "api" });
  });
});

describe("statusOf", () => {
  const cases: [status: number | undefined, complete: boolean, expected: number][] = [
    [200, true, 200],
    [404, true, 404],
    [503, true, 503],
    [503, false, 503],
    [404, false, 404],
    [200, false, 499],
    [undefined, false, 499],
    [undefined, true, 499],
  ];
  for (const [status, complete, expected] of cases) {
    const outcome: RequestOutcome = { status, complete, contentLength: undefined };
    it(`makes ${expected} of ${JSON.stringify(outcome)}`, () => assert.equal(statusOf(outcome), expected));
  }
});

describe("describeSubsegment", () => {
  const url = "http://date:8080/now";
  const http = { request: { method: "GET", url, traced: true as const } };
  const call = { "http.request.method": "GET", "url.full": url };
  const aws = { operation: "PutItem", region: "eu-central-1", table_name: "t" };
  const { INTERNAL, CLIENT } = SpanKind;
  const cases: [title: string, name: string, data: SubsegmentData, span: [string, SpanKind, Attributes]][] = [
    ["work of its own", "format", {}, ["format", INTERNAL, {}]],
    ["a name that X-Ray does not take", "<b>\n", {}, ["_b__", INTERNAL, {}]],
    [
      "a call",
      "date",
      { namespace: "remote", http },
      ["GET", CLIENT, { ...call, "peer.service": "date", "server.address": "date", "server.port": 8080 }],
    ],
    [
      "a call to the usual port",
      "date",
      { namespace: "remote", http: { request: { method: "GET", url: "https://date/" } } },
      [
        "GET",
        CLIENT,
        {
          ...{ "http.request.method": "GET", "url.full": "https://date/", "peer.service": "date" },
          ...{ "server.address": "date", "server.port": 443 },
        },
      ],
    ],
    ["a call of another protocol", "queue", { namespace: "remote" }, ["queue", CLIENT, { "peer.service": "queue" }]],
    [
      "a call to what is not an address",
      "date",
      { namespace: "remote", http: { request: { method: "GET", url: "date" } } },
      ["GET", CLIENT, { "http.request.method": "GET", "url.full": "date", "peer.service": "date" }],
    ],
    [
      "a call to AWS",
      "DynamoDB",
      { namespace: "aws", aws },
      [
        "DynamoDB.PutItem",
        CLIENT,
        {
          ...{ "rpc.system": "aws-api", "rpc.service": "DynamoDB", "rpc.method": "PutItem" },
          ...{ "aws.operation": "PutItem", "aws.region": "eu-central-1", "aws.table_name": "t" },
        },
      ],
    ],
    [
      "a call to AWS of which nothing is known",
      "S3",
      { namespace: "aws" },
      ["S3", CLIENT, { "rpc.system": "aws-api", "rpc.service": "S3" }],
    ],
    [
      "annotations, whatever the code gives",
      "work",
      { annotations: { attempt: 1, big: 7n as unknown as number } },
      ["work", INTERNAL, { attempt: 1, big: "7", "aws.xray.annotations": ["attempt", "big"] }],
    ],
    [
      "an answer that is known before",
      "work",
      { http: { response: { status: 204 } } },
      ["work", INTERNAL, { "http.response.status_code": 204 }],
    ],
  ];
  for (const [title, givenName, data, [name, kind, attributes]] of cases) {
    it(`describes ${title}`, () => assert.deepEqual(describeSubsegment(givenName, data), { name, kind, attributes }));
  }
});

describe("describeException", () => {
  for (const [title, value, type, message] of ODD_VALUES) {
    it(`takes ${title}`, () => {
      const { "exception.stacktrace": stack, ...rest } = describeException(value);
      assert.deepEqual(rest, { "exception.type": type, "exception.message": message });
      assert.ok(stack === undefined || typeof stack === "string");
    });
  }

  it("shortens what is long", () => {
    const error = Object.assign(new Error("m".repeat(9000)), { name: "n".repeat(9000), stack: "s".repeat(99_999) });
    const lengths = Object.values(describeException(error)).map((value) => String(value).length);
    assert.deepEqual(lengths, [250, 2048, 16_384]);
  });
});

it("what spans say holds nothing of what was left out, however long they wait", () => {
  const length = 200_000;
  const long = () => longText(length);
  const client = "2001:db8:1111:2222:3333:4444:5555:6666";
  const kept: Attributes[] = [];
  const before = usedHeap();
  for (let count = 0; count < 50; count++) {
    const texts = {
      target: `/a/path/of/some/length?${long()}`,
      userAgent: long(),
      forwardedFor: `${client},${long()}`,
    };
    const request = { ...texts, method: "GET", host: "a", remoteAddress: undefined, encrypted: false };
    const error = Object.assign(new Error(long()), { name: long(), stack: long() });
    const { attributes } = describeSubsegment("work", { annotations: { text: long() } });
    kept.push(attributes, describeException(error));
    kept.push(describeRequest(request, true), describeRequest({ ...request, host: long() }, true));
  }
  const held = usedHeap() - before;
  assert.ok(held < (kept.length * length) / 4, `${held} bytes are held by ${kept.length} spans`);
});
