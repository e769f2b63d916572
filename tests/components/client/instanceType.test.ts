import assert from "node:assert/strict";
import { isArmInstanceType, isBurstableInstanceType } from "../../../components/client/instanceType";

describe("isArmInstanceType", () => {
  const arm = ["t4g.nano", "m6g.large", "m6gd.metal", "c7gn.16xlarge", "x2gd.medium", "im4gn.large", "is4gen.medium"];
  for (const type of [...arm, "g5g.xlarge", "a1.medium", "m8g.48xlarge", "r8gb.metal-24xl"]) {
    it(`takes ${type} for Arm`, () => assert.equal(isArmInstanceType(type), true));
  }
  const others = ["t3.nano", "t3a.nano", "g4dn.xlarge", "m7i-flex.large", "c5n.large", "u-6tb1.metal", "p5.48xlarge"];
  for (const type of [...others, "t4g", "t4g.", "T4G.nano", "t4g.nano ", ""]) {
    it(`does not take "${type}" for Arm`, () => assert.equal(isArmInstanceType(type), false));
  }
});

describe("isBurstableInstanceType", () => {
  for (const type of ["t2.micro", "t3.nano", "t3a.large", "t4g.nano", "t4g.2xlarge"]) {
    it(`takes ${type} for burstable`, () => assert.equal(isBurstableInstanceType(type), true));
  }
  for (const type of ["c7gn.large", "m6g.large", "trn1.2xlarge", "xt4g.nano", "t4g", "i4g.large", ""]) {
    it(`does not take "${type}" for burstable`, () => assert.equal(isBurstableInstanceType(type), false));
  }
});
