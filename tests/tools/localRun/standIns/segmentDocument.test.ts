import assert from "node:assert/strict";
import { checkDatagram, checkSegmentDocument } from "../../../../tools/localRun/standIns/daemon/segmentDocument";

const header = '{"format": "json", "version": 1}';
const minimal = {
  name: "example.com",
  id: "70de5b6f19ff9a0a",
  start_time: 1478293361.271,
  trace_id: "1-581cf771-a006649127e371903a2de979",
  end_time: 1478293361.449,
};
const subsegment = {
  name: "api.example.com",
  id: "53995c3f42cd8ad8",
  start_time: 1478293361.3,
  end_time: 1478293361.4,
};

const check = (document: object) => checkSegmentDocument(Buffer.from(JSON.stringify(document)));

describe("segment documents", () => {
  const accepted: Readonly<Record<string, object>> = {
    "a minimal segment": minimal,
    "a segment in progress": { ...minimal, end_time: undefined, in_progress: true },
    "a name with every symbol that is allowed": { ...minimal, name: "Dienst Ä1 日本_.:/%&#=+\\-@" },
    "a segment with all that an SDK writes": {
      ...minimal,
      parent_id: "53995c3f42cd8ad8",
      origin: "AWS::ECS::Fargate",
      service: { version: "1.2.3", runtime: "node" },
      user: "somebody",
      http: {
        request: { method: "GET", url: "http://10.0.3.4:8080/", client_ip: "10.0.2.7", x_forwarded_for: true },
        response: { status: 500, content_length: 12 },
      },
      aws: { account_id: "123456789012", ecs: { container: "hello" }, xray: { sdk: "X-Ray for Node.js" } },
      error: false,
      throttle: false,
      fault: true,
      cause: {
        working_directory: "/service",
        paths: [],
        exceptions: [{ id: "0f910026178b71eb", message: "no", stack: [{ path: "a.js", line: 3, label: "f" }] }],
      },
      annotations: { zone_1: "a", count: 2, internal: false },
      metadata: { default: { anything: [{}] } },
      subsegments: [{ ...subsegment, namespace: "remote", precursor_ids: ["53995c3f42cd8ad9"], sql: { user: "u" } }],
    },
    "a subsegment on its own": {
      ...subsegment,
      type: "subsegment",
      trace_id: minimal.trace_id,
      parent_id: minimal.id,
    },
    "a cause that names an exception elsewhere": { ...minimal, cause: "0f910026178b71eb" },
  };
  for (const [what, document] of Object.entries(accepted)) {
    it(`takes ${what}`, () => {
      assert.deepEqual(check(document), { document: JSON.parse(JSON.stringify(document)), problems: [] });
    });
  }

  const nameProblem =
    "name: may hold letters, numbers, whitespace and _ . : / % & # = + \\ - @ only; X-Ray refuses other characters";
  const traceIdProblem = 'trace_id: must be "1-", 8 hexadecimal digits of time, "-" and 24 hexadecimal digits';
  const noEnd = { end_time: undefined };
  const long = (length: number): string => "a".repeat(length);
  const requestTexts = ["method", "url", "user_agent", "client_ip"];
  const within = (changes: object) => ({ subsegments: [{ ...subsegment, ...changes }] });
  /** What is changed in the minimal segment, and what is then wrong with it. */
  const refused: Readonly<Record<string, readonly [changes: object, ...problems: string[]]>> = {
    "a name with a character X-Ray refuses": [{ name: "a<b" }, nameProblem],
    "an empty name": [{ name: "" }, "name: must not be empty"],
    "a name that is too long": [{ name: long(201) }, "name: must have at most 200 characters"],
    "an id that is too short": [{ id: "70de5b6f" }, "id: must be 16 hexadecimal digits"],
    "an id with other letters": [{ id: "70de5b6f19ff9a0g" }, "id: must be 16 hexadecimal digits"],
    "a trace id of another version": [{ trace_id: minimal.trace_id.replace("1-", "2-") }, traceIdProblem],
    "a trace id as W3C writes it": [{ trace_id: "581cf771a006649127e371903a2de979" }, traceIdProblem],
    "a start that is not a number": [{ start_time: "1478293361" }, "start_time: must be number"],
    "neither an end nor progress": [noEnd, "end_time: is missing, and in_progress is not true"],
    "both an end and progress": [{ in_progress: true }, "in_progress: must not stand beside end_time"],
    "an end before the start": [{ end_time: 1478293361 }, "end_time: lies before start_time"],
    "times in milliseconds": [
      { start_time: Date.now(), end_time: Date.now() },
      "start_time: lies in the future; X-Ray counts in seconds, not milliseconds",
    ],
    "a type that does not exist": [{ type: "span" }, 'type: must be left out, or be "subsegment"'],
    "a subsegment on its own without trace and parent": [
      { type: "subsegment", trace_id: undefined },
      "trace_id: is missing",
      "parent_id: is missing",
    ],
    "a parent id that is not one": [{ parent_id: "root" }, "parent_id: must be 16 hexadecimal digits"],
    "an annotation key with a hyphen": [
      { annotations: { "my-key": 1 } },
      "annotations.my-key: annotation keys may hold letters, digits and underscores only",
    ],
    "an annotation that is an object": [
      { annotations: { key: {} } },
      "annotations.key: must be a string, a number or a boolean",
    ],
    "too many annotations": [
      { annotations: Object.fromEntries([...Array(51).keys()].map((index) => [`a${index}`, index])) },
      "annotations: must have at most 50 annotations",
    ],
    "a status in quotes": [{ http: { response: { status: "200" } } }, "http.response.status: must be number"],
    "a status beyond 599": [
      { http: { response: { status: 600 } } },
      "http.response.status: Too big: expected number to be <=599",
    ],
    "a text that is too long": [{ origin: long(251) }, "origin: must have at most 250 characters"],
    "texts of a request that are too long": [
      { http: { request: Object.fromEntries(requestTexts.map((field) => [field, long(251)])) } },
      ...requestTexts.map((field) => `http.request.${field}: must have at most 250 characters`),
    ],
    "an annotation that is too long": [
      { annotations: { key: long(1001), [long(501)]: 1 } },
      "annotations.key: must have at most 1000 characters",
      `annotations.${long(501)}: must have at most 500 characters`,
    ],
    "flags that are not booleans": [
      { error: 1, throttle: 1, fault: 1, http: { request: { x_forwarded_for: 1, traced: 1 } } },
      ...["http.request.x_forwarded_for", "http.request.traced", "error", "throttle", "fault"].map(
        (flag) => `${flag}: must be boolean`,
      ),
    ],
    "metadata that is a text": [{ metadata: "text" }, "metadata: must be object"],
    "an unknown namespace": [within({ namespace: "local" }), 'subsegments[0].namespace: must be "aws" or "remote"'],
    "a fault deep inside": [within(within({ id: 1 })), "subsegments[0].subsegments[0].id: must be string"],
    "a subsegment that ends before it starts": [
      within({ end_time: 1 }),
      "subsegments[0].end_time: lies before start_time",
    ],
    "an id that stands for two parts": [
      within({ id: minimal.id }),
      "subsegments[0].id: stands for another part of the trace already",
    ],
  };
  for (const [what, [changes, ...problems]] of Object.entries(refused)) {
    it(`refuses ${what}`, () => assert.deepEqual(check({ ...minimal, ...changes }).problems, problems));
  }

  it("refuses an exception with a field of another type", () => {
    for (const field of ["message", "type", "remote", "truncated", "skipped", "cause", "stack"]) {
      const cause = { exceptions: [{ id: "0f910026178b71eb", [field]: {} }] };
      assert.deepEqual(check({ ...minimal, cause }).problems, ["cause: Invalid input"], field);
    }
  });

  const noObject = "document: must be a JSON object in UTF-8";
  const noHeader = 'header: a line {"format": "json", "version": 1} and the segment document must follow';
  const otherHeader = 'header: must be {"format": "json", "version": 1}';
  const text = JSON.stringify(minimal);
  const datagrams: Readonly<Record<string, readonly [datagram: string | Buffer, problem: string]>> = {
    "a document without a header": [text, noHeader],
    "a header without a document": [`${header}\n`, noHeader],
    "another format": [`{"format": "xml", "version": 1}\n${text}`, otherHeader],
    "another version": [`{"format": "json", "version": 2}\n${text}`, otherHeader],
    "broken JSON": [`${header}\n{"name": `, noObject],
    "a list": [`${header}\n[]`, noObject],
    "what is not UTF-8": [Buffer.concat([Buffer.from(`${header}\n"`), Buffer.from([0xff, 0x22])]), noObject],
    "a document of more than 64 kB": [
      `${header}\n${JSON.stringify({ ...minimal, metadata: { text: long(64 * 1024) } })}`,
      "document: has 65708 bytes, X-Ray takes at most 65536",
    ],
  };
  for (const [what, [datagram, problem]] of Object.entries(datagrams)) {
    it(`refuses a datagram with ${what}`, () => {
      assert.deepEqual(checkDatagram(Buffer.from(datagram)).problems, [problem]);
    });
  }

  it("refuses an empty document, and takes a datagram as the SDK sends it", () => {
    const missing = ["id", "start_time", "name", "trace_id"].map((field) => `${field}: is missing`);
    assert.deepEqual(check({}).problems, missing);
    const datagram = Buffer.from(`{"format":"json","version":1}\n${text}`);
    assert.deepEqual(checkDatagram(datagram), { document: minimal, problems: [] });
  });
});
