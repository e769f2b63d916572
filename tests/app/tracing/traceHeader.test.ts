import assert from "node:assert/strict";
import fc from "fast-check";
import { parseTraceHeader } from "../../../app/tracing/traceHeader";
import { PARENT, ROOT } from "../helpers/services";

const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: length, maxLength: length });
const root = fc.tuple(hex(8), hex(24)).map(([time, id]) => `1-${time}-${id}`);

describe("parseTraceHeader", () => {
  const cases: [title: string, header: unknown, expected: object][] = [
    ["no header", undefined, {}],
    ["what a load balancer sends", `Root=${ROOT}`, { root: ROOT }],
    ["what a load balancer adds", `Self=1-67891234-12456789abcdef012345678;Root=${ROOT}`, { root: ROOT }],
    ["all fields", `Root=${ROOT};Parent=${PARENT};Sampled=1`, { root: ROOT, parent: PARENT, sampled: "1" }],
    ["any order", `Sampled=0;Parent=${PARENT};Root=${ROOT}`, { root: ROOT, parent: PARENT, sampled: "0" }],
    ["any case of names", `root=${ROOT};SAMPLED=?`, { root: ROOT, sampled: "?" }],
    ["space and empty parts", ` Root = ${ROOT} ; ; Sampled=1;`, { root: ROOT, sampled: "1" }],
    ["fields of others", `Root=${ROOT};Lineage=a:1|b:2;CalledFrom=app`, { root: ROOT }],
    ["a name of Object's own", `constructor=a;toString=b;Root=${ROOT}`, { root: ROOT }],
    ["only a decision", "Sampled=?", { sampled: "?" }],
    ["a parent in no trace", `Parent=${PARENT};Sampled=1`, { sampled: "1" }],
    ["an empty header", "", {}],
    ["a header that is no list", "hello", {}],
    ["two headers, as Node.js joins them", `Root=${ROOT}, Root=${ROOT}`, {}],
    ["a repeated field", `Root=${ROOT};Root=${ROOT}`, {}],
    ["an empty field", `Root=${ROOT};Parent=`, {}],
    ["a version that isn't 1", `Root=2-5759e988-bd862e3fe1be46a994272793`, {}],
    ["a root that is too short", "Root=1-5759e988-bd862e3fe1be46a99427279", {}],
    ["a root with more before it", `Root=2${ROOT}`, {}],
    ["a root with more behind it", `Root=${ROOT}a`, {}],
    ["a root in capitals", `Root=${ROOT.toUpperCase()}`, {}],
    ["a bad parent", `Root=${ROOT};Parent=53995c3f42cd8adg`, {}],
    ["a parent with more before it", `Root=${ROOT};Parent=a${PARENT}`, {}],
    ["a parent with more behind it", `Root=${ROOT};Parent=${PARENT}a`, {}],
    ["a bad decision", `Root=${ROOT};Sampled=2`, {}],
    ["a decision with more before it", `Root=${ROOT};Sampled=21`, {}],
    ["a decision with more behind it", `Root=${ROOT};Sampled=12`, {}],
    ["a field with more behind it", `Root=${ROOT};Sampled=1 or so`, {}],
    ["a field with more before it", `Root=${ROOT};is Sampled=1`, {}],
    ["a quote", `Root=${ROOT}";Sampled=1`, {}],
    ["a control character", `Root=${ROOT};a=\u0007`, {}],
    ["a list, as Node.js never gives it", [`Root=${ROOT}`], {}],
  ];
  for (const [title, header, expected] of cases) {
    it(`reads ${title}`, () => assert.deepEqual({ ...parseTraceHeader(header) }, expected));
  }

  it("reads every valid header back", () => {
    fc.assert(
      fc.property(root, fc.option(hex(16)), fc.option(fc.constantFrom("0", "1", "?")), (id, parent, sampled) => {
        const header = [`Root=${id}`, parent && `Parent=${parent}`, sampled && `Sampled=${sampled}`];
        const expected = { root: id, ...(parent && { parent }), ...(sampled && { sampled }) };
        assert.deepEqual(parseTraceHeader(header.filter(Boolean).join(";")), expected);
      }),
    );
  });

  it("answers any text with valid ids or none", () => {
    const words = fc.constantFrom("Root=", "Parent=", "Sampled=", ";", "=", "1", "?", " ");
    const piece = fc.oneof(fc.string(), root, hex(16), words);
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const { root: id, parent, sampled, ...rest } = parseTraceHeader(pieces.join(""));
        assert.deepEqual(rest, {});
        assert.match(id ?? ROOT, /^1-[0-9a-f]{8}-[0-9a-f]{24}$/);
        assert.match(parent ?? PARENT, /^[0-9a-f]{16}$/);
        assert.match(sampled ?? "?", /^[01?]$/);
        assert.ok(id !== undefined || parent === undefined);
      }),
      { numRuns: 1000 },
    );
  });
});
