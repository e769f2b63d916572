import assert from "node:assert/strict";
import { describeInstanceType } from "../../../components/client/instanceType";

describe("an instance type", () => {
  const table: [isArm: boolean, isBurstable: boolean, types: string[]][] = [
    [true, true, ["t4g.nano", "t4g.2xlarge"]],
    [true, false, ["m6g.large", "m6gd.metal", "c7gn.16xlarge", "x2gd.medium", "im4gn.large", "is4gen.medium"]],
    [true, false, ["g5g.xlarge", "a1.medium", "m8g.48xlarge", "r8gb.metal-24xl", "i4g.large", "xt4g.nano"]],
    [false, true, ["t2.micro", "t3.nano", "t3a.large", "t4g.", "t4g.nano "]],
    [false, false, ["g4dn.xlarge", "m7i-flex.large", "c5n.large", "u-6tb1.metal", "p5.48xlarge", "trn1.2xlarge"]],
    [false, false, ["t4g", "T4G.nano", ""]],
  ];
  for (const [isArm, isBurstable, types] of table) {
    for (const type of types) {
      it(`"${type}" is ${isArm ? "" : "not "}Arm, and ${isBurstable ? "" : "not "}burstable`, () => {
        assert.deepEqual(describeInstanceType(type), { isArm, isBurstable });
      });
    }
  }
});
