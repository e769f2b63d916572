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

function problemsOf(document: object): readonly string[] {
  return checkSegmentDocument(Buffer.from(JSON.stringify(document))).problems;
}

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
      assert.deepEqual(checkSegmentDocument(Buffer.from(JSON.stringify(document))), {
        document: JSON.parse(JSON.stringify(document)),
        problems: [],
      });
    });
  }

  const nameProblem =
    "name: may hold letters, numbers, whitespace and _ . : / % & # = + \\ - @ only; X-Ray refuses other characters";
  const traceIdProblem = 'trace_id: must be "1-", 8 hexadecimal digits of time, "-" and 24 hexadecimal digits';
  const refused: Readonly<Record<string, readonly [document: object, problems: readonly string[]]>> = {
    "an empty document": [{}, ["id: is missing", "start_time: is missing", "name: is missing", "trace_id: is missing"]],
    "a name with a character X-Ray refuses": [{ ...minimal, name: "a<b" }, [nameProblem]],
    "an empty name": [{ ...minimal, name: "" }, ["name: must not be empty"]],
    "a name that is too long": [{ ...minimal, name: "a".repeat(201) }, ["name: must have at most 200 characters"]],
    "an id that is too short": [{ ...minimal, id: "70de5b6f" }, ["id: must be 16 hexadecimal digits"]],
    "an id with other letters": [{ ...minimal, id: "70de5b6f19ff9a0g" }, ["id: must be 16 hexadecimal digits"]],
    "a trace id of another version": [{ ...minimal, trace_id: minimal.trace_id.replace("1-", "2-") }, [traceIdProblem]],
    "a trace id as W3C writes it": [{ ...minimal, trace_id: "581cf771a006649127e371903a2de979" }, [traceIdProblem]],
    "a start that is no number": [{ ...minimal, start_time: "1478293361" }, ["start_time: must be number"]],
    "neither an end nor progress": [
      { ...minimal, end_time: undefined },
      ["end_time: is missing, and in_progress is not true"],
    ],
    "both an end and progress": [{ ...minimal, in_progress: true }, ["in_progress: must not stand beside end_time"]],
    "an end before the start": [{ ...minimal, end_time: 1478293361 }, ["end_time: lies before start_time"]],
    "times in milliseconds": [
      { ...minimal, start_time: Date.now(), end_time: Date.now() },
      ["start_time: lies in the future; X-Ray counts in seconds, not milliseconds"],
    ],
    "a type that does not exist": [{ ...minimal, type: "span" }, ['type: must be left out, or be "subsegment"']],
    "a subsegment on its own without trace and parent": [
      { ...subsegment, type: "subsegment" },
      ["trace_id: is missing", "parent_id: is missing"],
    ],
    "a parent id that is none": [{ ...minimal, parent_id: "root" }, ["parent_id: must be 16 hexadecimal digits"]],
    "an annotation key with a hyphen": [
      { ...minimal, annotations: { "my-key": 1 } },
      ["annotations.my-key: annotation keys may hold letters, digits and underscores only"],
    ],
    "an annotation that is an object": [
      { ...minimal, annotations: { key: {} } },
      ["annotations.key: must be a string, a number or a boolean"],
    ],
    "too many annotations": [
      { ...minimal, annotations: Object.fromEntries([...Array(51).keys()].map((index) => [`a${index}`, index])) },
      ["annotations: must have at most 50 annotations"],
    ],
    "a status in quotes": [
      { ...minimal, http: { response: { status: "200" } } },
      ["http.response.status: must be number"],
    ],
    "a text that is too long": [{ ...minimal, origin: "a".repeat(251) }, ["origin: must have at most 250 characters"]],
    "texts of a request that are too long": [
      { ...minimal, http: { request: { url: "a".repeat(251), user_agent: "a".repeat(251) } } },
      [
        "http.request.url: must have at most 250 characters",
        "http.request.user_agent: must have at most 250 characters",
      ],
    ],
    "an annotation that is too long": [
      { ...minimal, annotations: { key: "a".repeat(1001), ["k".repeat(501)]: 1 } },
      [
        "annotations.key: must have at most 1000 characters",
        `annotations.${"k".repeat(501)}: must have at most 500 characters`,
      ],
    ],
    "a fault that is no boolean": [{ ...minimal, fault: 1 }, ["fault: must be boolean"]],
    "metadata that is a text": [{ ...minimal, metadata: "text" }, ["metadata: must be object"]],
    "an unknown namespace": [
      { ...minimal, subsegments: [{ ...subsegment, namespace: "local" }] },
      ['subsegments[0].namespace: must be "aws" or "remote"'],
    ],
    "a fault deep inside": [
      { ...minimal, subsegments: [{ ...subsegment, subsegments: [{ ...subsegment, id: 1 }] }] },
      ["subsegments[0].subsegments[0].id: must be string"],
    ],
    "a subsegment that ends before it starts": [
      { ...minimal, subsegments: [{ ...subsegment, end_time: 1 }] },
      ["subsegments[0].end_time: lies before start_time"],
    ],
    "an id that stands for two parts": [
      { ...minimal, subsegments: [{ ...subsegment, id: minimal.id }] },
      ["subsegments[0].id: stands for another part of the trace already"],
    ],
  };
  for (const [what, [document, problems]] of Object.entries(refused)) {
    it(`refuses ${what}`, () => assert.deepEqual(problemsOf(document), problems));
  }

  const noObject = ["document: must be a JSON object in UTF-8"];
  const datagrams: Readonly<Record<string, readonly [datagram: string | Buffer, problems: readonly string[]]>> = {
    "a document without a header": [
      JSON.stringify(minimal),
      ['header: a line {"format": "json", "version": 1} and the segment document must follow'],
    ],
    "a header without a document": [
      `${header}\n`,
      ['header: a line {"format": "json", "version": 1} and the segment document must follow'],
    ],
    "another format": [
      `{"format": "xml", "version": 1}\n${JSON.stringify(minimal)}`,
      ['header: must be {"format": "json", "version": 1}'],
    ],
    "another version": [
      `{"format": "json", "version": 2}\n${JSON.stringify(minimal)}`,
      ['header: must be {"format": "json", "version": 1}'],
    ],
    "broken JSON": [`${header}\n{"name": `, noObject],
    "a list": [`${header}\n[]`, noObject],
    "what is not UTF-8": [
      Buffer.concat([Buffer.from(`${header}\n"`), Buffer.from([0xff]), Buffer.from('"')]),
      noObject,
    ],
    "a document of more than 64 kB": [
      `${header}\n${JSON.stringify({ ...minimal, metadata: { text: "a".repeat(64 * 1024) } })}`,
      ["document: has 65708 bytes, X-Ray takes at most 65536"],
    ],
  };
  for (const [what, [datagram, problems]] of Object.entries(datagrams)) {
    it(`refuses a datagram with ${what}`, () => {
      assert.deepEqual(checkDatagram(Buffer.from(datagram)).problems, problems);
    });
  }

  it("takes a datagram as the SDK sends it", () => {
    const datagram = Buffer.from(`{"format":"json","version":1}\n${JSON.stringify(minimal)}`);
    assert.deepEqual(checkDatagram(datagram), { document: minimal, problems: [] });
  });
});
