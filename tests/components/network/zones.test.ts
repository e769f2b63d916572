import assert from "node:assert/strict";
import { firstZones } from "../../../components/network/zones";

describe("firstZones", () => {
  const available = ["eu-central-1c", "eu-central-1a", "eu-central-1b"];

  it("takes the first zones by name, in whatever order AWS lists them", () => {
    assert.deepEqual(firstZones(available, 1, "eu-central-1"), ["eu-central-1a"]);
    assert.deepEqual(firstZones(available, 3, "eu-central-1"), ["eu-central-1a", "eu-central-1b", "eu-central-1c"]);
  });

  it("leaves the list it is given as it is", () => {
    firstZones(Object.freeze(available), 3, "eu-central-1");
  });

  it("says when the region has fewer", () => {
    assert.throws(() => firstZones(["us-west-1a", "us-west-1c"], 3, "us-west-1"), {
      message:
        "region us-west-1 has 2 availability zones (us-west-1a, us-west-1c), fewer than the 3 asked for; " +
        "lower `availabilityZones`, or choose another region",
    });
  });
});
