import assert from "node:assert/strict";
import fc from "fast-check";
import { freeZone, suitableZones } from "../../../components/network/zones";

type Zone = Parameters<typeof suitableZones>[0][number];

/** The zones of a region as AWS lists them, by name, for an account whose names stand for these ids. */
const zones = (region: string, ...ids: string[]): Zone[] =>
  ids.map((id, index) => ({ id, name: `${region}${"abcdef"[index]}` }));

describe("suitableZones", () => {
  const table: [what: string, zones: Zone[], expected: string[]][] = [
    ["eu-central-1 by id", zones("eu-central-1", "euc1-az2", "euc1-az3", "euc1-az1"), ["c", "a", "b"]],
    ["a tenth zone after a second", zones("eu-west-9", "euw9-az10", "euw9-az2"), ["b", "a"]],
    ["us-west-1 without usw1-az2", zones("us-west-1", "usw1-az2", "usw1-az3", "usw1-az1"), ["c", "b"]],
    ["ap-northeast-1 without apne1-az3", zones("ap-northeast-1", "apne1-az4", "apne1-az3", "apne1-az1"), ["c", "a"]],
    ["us-east-1 without use1-az3", zones("us-east-1", "use1-az3", "use1-az4", "use1-az1"), ["c", "b"]],
  ];
  for (const [what, given, expected] of table) {
    it(`takes ${what}, whatever the order`, () => {
      const letters = (list: readonly Zone[]) => suitableZones(list, 1, "").map(({ name }) => name.slice(-1));
      assert.deepEqual(letters(Object.freeze(given)), expected);
      assert.deepEqual(letters(given.toReversed()), expected);
    });
  }

  it("says when the region has fewer than needed", () => {
    assert.throws(() => suitableZones(zones("us-west-1", "usw1-az1", "usw1-az2"), 2, "us-west-1"), {
      __pulumiRunError: true,
      message:
        "availabilityZones: region us-west-1 has 1 availability zone with Fargate and T4g (usw1-az1), but 2 are asked " +
        "for; type: pulumi config set availabilityZones 1",
    });
  });
});

describe("freeZone", () => {
  it("never puts two subnets into one zone, wherever the first were made, and takes the first that is free", () => {
    const suitable = zones("eu-central-1", "euc1-az1", "euc1-az2", "euc1-az3");
    const standing = fc.shuffledSubarray(
      suitable.map(({ name }) => name),
      { maxLength: 2 },
    );
    fc.assert(
      fc.property(standing, (taken) => {
        const [first] = suitable.filter(({ name }) => !taken.includes(name));
        assert.equal(freeZone(suitable, taken), first?.name);
      }),
    );
  });
});
