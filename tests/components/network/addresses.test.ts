import assert from "node:assert/strict";
import fc from "fast-check";
import { blockAt, cidrProblem, contains, formatCidr, overlaps, parseCidr } from "../../../components/network/addresses";

describe("network addresses", () => {
  const notACidr = (text: string) =>
    `"${text}" is not an IPv4 CIDR; write four numbers and a prefix, such as 10.0.0.0/16`;

  const table: [text: string, problem: string | undefined][] = [
    ["10.0.0.0/16", undefined],
    ["172.31.0.0/20", undefined],
    ["203.0.112.0/20", undefined],
    // Reserved for tests, documents and later, but not refused by AWS.
    ["198.18.0.0/16", undefined],
    ["192.0.2.0/24", undefined],
    ["240.0.0.0/16", undefined],
    ["10.0.0.0/33", notACidr("10.0.0.0/33")],
    ["10.0.0.0", notACidr("10.0.0.0")],
    ["10.0/16", notACidr("10.0/16")],
    ["10.0.0.256/24", notACidr("10.0.0.256/24")],
    ["010.0.0.0/16", notACidr("010.0.0.0/16")],
    ["10.0.0.0/16 ", notACidr("10.0.0.0/16 ")],
    ["fd00::/48", notACidr("fd00::/48")],
    ["", notACidr("")],
    ["10.0.3.1/16", '"10.0.3.1/16" is not the first address of its block; write 10.0.0.0/16'],
    ["10.0.0.0/016", '"10.0.0.0/016" is not the first address of its block; write 10.0.0.0/16'],
    ...(
      [
        ["0.0.0.0/0", "unspecified"],
        ["127.0.0.0/16", "loopback"],
        ["169.254.0.0/16", "linkLocal"],
        ["224.0.0.0/16", "multicast"],
        ["255.255.255.255/32", "broadcast"],
      ] as const
    ).map(([text, range]): [string, string] => [
      text,
      `"${text}" is ${range === "unspecified" ? "an" : "a"} ${range} range, which no network can use; write private addresses, such as 10.0.0.0/16`,
    ]),
  ];
  for (const [text, problem] of table) {
    it(`says of "${text}": ${problem === undefined ? "fine" : "wrong"}`, () => {
      assert.equal(cidrProblem(text), problem);
    });
  }

  it("parses a CIDR into its first and last address, also beyond 127.255.255.255", () => {
    assert.deepEqual(parseCidr("10.0.1.0/24"), { first: 0x0a000100, last: 0x0a0001ff, prefix: 24 });
    assert.deepEqual(parseCidr("192.168.0.0/16"), { first: 0xc0a80000, last: 0xc0a8ffff, prefix: 16 });
  });

  it("throws what is wrong with a text that is not a CIDR", () => {
    assert.throws(() => parseCidr("10.0.0.0/33"), { message: notACidr("10.0.0.0/33") });
  });

  it("knows what is inside of what, to the last address", () => {
    const vpc = parseCidr("10.0.0.0/16");
    const inside = (cidr: string) => contains(vpc, parseCidr(cidr));
    assert.deepEqual(
      ["10.0.0.0/16", "10.0.255.0/24", "10.0.0.0/28", "10.1.0.0/24", "9.255.255.0/24", "10.0.0.0/15"].map(inside),
      [true, true, true, false, false, false],
    );
  });

  it("knows which blocks overlap, in either order", () => {
    const pairs: [string, string, boolean][] = [
      ["10.0.1.0/24", "10.0.1.0/24", true],
      ["10.0.0.0/16", "10.0.1.0/24", true],
      ["10.0.1.0/24", "10.0.1.240/28", true],
      ["10.0.1.0/24", "10.0.2.0/24", false],
      ["10.0.1.7/32", "10.0.1.7/32", true],
    ];
    for (const [one, other, expected] of pairs) {
      assert.equal(overlaps(parseCidr(one), parseCidr(other)), expected, `${one} and ${other}`);
      assert.equal(overlaps(parseCidr(other), parseCidr(one)), expected, `${other} and ${one}`);
    }
  });

  it("counts the blocks of a network and ends with it", () => {
    const vpc = parseCidr("200.0.0.0/24");
    const blocks = [0, 1, 14, 15, 16].map((index) => blockAt(vpc, 28, index));
    assert.deepEqual(
      blocks.map((block) => block && formatCidr(block)),
      ["200.0.0.0/28", "200.0.0.16/28", "200.0.0.224/28", "200.0.0.240/28", undefined],
    );
  });

  it("writes every block as it was read", () => {
    const blocks = fc.tuple(
      fc.integer({ min: 1, max: 126 }),
      fc.nat(255),
      fc.nat(255),
      fc.integer({ min: 8, max: 28 }),
    );
    fc.assert(
      fc.property(blocks, ([a, b, c, prefix]) => {
        const address = (a * 2 ** 16 + b * 2 ** 8 + c) * 2 ** 8;
        const first = address - (address % 2 ** (32 - prefix));
        const text = formatCidr({ first, last: first + 2 ** (32 - prefix) - 1, prefix });
        assert.equal(formatCidr(parseCidr(text)), text);
        assert.equal(parseCidr(text).first, first);
      }),
    );
  });
});
