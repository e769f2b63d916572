import assert from "node:assert/strict";
import fc from "fast-check";
import { AddressBlock } from "../../../components/network/addresses";

const block = AddressBlock.parse;

describe("AddressBlock", () => {
  const notACidr = (text: string) =>
    `"${text}" is not an IPv4 CIDR; write four numbers and a prefix, such as 10.0.0.0/16`;
  const unusable = (text: string, range: string) =>
    `"${text}" is ${range} range, which no network can use; write private addresses, such as 10.0.0.0/16`;
  const notFirst = (text: string) => `"${text}" is not the first address of its block; write 10.0.0.0/16`;
  // Those from 192.0.2.0/24 on are reserved for tests, documents and later, but not refused by AWS.
  const sound = ["10.0.0.0/16", "172.31.0.0/20", "203.0.112.0/20", "192.0.2.0/24", "198.18.0.0/16", "240.0.0.0/16"];
  const malformed = [
    "10.0.0.0/33",
    "10.0.0.0",
    "10.0/16",
    "10.0.0.256/24",
    "010.0.0.0/16",
    "10.0.0.0/16 ",
    "fd00::/48",
  ];
  const problems: [text: string, problem: string | undefined][] = [
    ...sound.map((text): [string, undefined] => [text, undefined]),
    ...[...malformed, ""].map((text): [string, string] => [text, notACidr(text)]),
    ...["10.0.3.1/16", "10.0.0.0/016"].map((text): [string, string] => [text, notFirst(text)]),
    ["0.0.0.0/0", unusable("0.0.0.0/0", "an unspecified")],
    ["127.0.0.0/16", unusable("127.0.0.0/16", "a loopback")],
    ["169.254.0.0/16", unusable("169.254.0.0/16", "a linkLocal")],
    ["224.0.0.0/16", unusable("224.0.0.0/16", "a multicast")],
    ["255.255.255.255/32", unusable("255.255.255.255/32", "a broadcast")],
  ];
  for (const [text, problem] of problems) {
    it(`says of "${text}": ${problem === undefined ? "fine" : "wrong"}`, () => {
      assert.equal(AddressBlock.problem(text), problem);
      if (problem !== undefined) assert.throws(() => block(text), { message: problem });
    });
  }

  it("has a first and a last address, also beyond 127.255.255.255", () => {
    assert.deepEqual({ ...block("10.0.1.0/24") }, { first: 0x0a000100, last: 0x0a0001ff, prefix: 24 });
    assert.deepEqual({ ...block("192.168.0.0/16") }, { first: 0xc0a80000, last: 0xc0a8ffff, prefix: 16 });
  });

  it("knows what is inside of it, to the last address", () => {
    const inside = (cidr: string) => block("10.0.0.0/16").contains(block(cidr));
    assert.deepEqual(
      ["10.0.0.0/16", "10.0.255.0/24", "10.0.0.0/28", "10.1.0.0/24", "9.255.255.0/24", "10.0.0.0/15"].map(inside),
      [true, true, true, false, false, false],
    );
  });

  const pairs: [one: string, other: string, overlap: boolean][] = [
    ["10.0.0.0/16", "10.0.1.0/24", true],
    ["10.0.1.0/24", "10.0.1.240/28", true],
    ["10.0.1.0/24", "10.0.2.0/24", false],
    ["10.0.1.7/32", "10.0.1.7/32", true],
  ];
  for (const [one, other, overlap] of pairs) {
    it(`${overlap ? "overlaps" : "does not overlap"}: ${one} and ${other}, in either order`, () => {
      assert.equal(block(one).overlaps(block(other)), overlap);
      assert.equal(block(other).overlaps(block(one)), overlap);
    });
  }

  it("is counted in parts, and ends with the last", () => {
    const parts = [0, 1, 14, 15, 16].map((index) => block("200.0.0.0/24").part(28, index)?.toString());
    assert.deepEqual(parts, ["200.0.0.0/28", "200.0.0.16/28", "200.0.0.224/28", "200.0.0.240/28", undefined]);
  });

  it("is written as it was read", () => {
    const first = fc.integer({ min: 2 ** 24, max: 127 * 2 ** 24 - 1 });
    fc.assert(
      fc.property(first, fc.integer({ min: 8, max: 28 }), (address, prefix) => {
        const octets = [24, 16, 8, 0].map((bits) => (address >>> bits) & 255);
        const text = AddressBlock.around(`${octets.join(".")}/${prefix}`) ?? "";
        assert.equal(String(block(text)), text);
        assert.equal(block(text).first, address - (address % 2 ** (32 - prefix)));
      }),
    );
  });
});
