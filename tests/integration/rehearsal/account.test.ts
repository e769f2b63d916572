import assert from "node:assert/strict";
import { countKinds, inventoryDifference, openToTheInternet } from "./account";

describe("the inventory of an account", () => {
  it("says what came and what went", () => {
    const before = ["eu-central-1 ec2 vpcs vpc-1 available", "eu-central-1 ec2 volumes vol-1 in-use"];
    const after = ["eu-central-1 ec2 vpcs vpc-1 available", "eu-central-1 ec2 enis eni-1 available"];
    assert.deepEqual(inventoryDifference(before, after), [
      "+ eu-central-1 ec2 enis eni-1 available",
      "- eu-central-1 ec2 volumes vol-1 in-use",
    ]);
    assert.deepEqual(inventoryDifference(before, before), []);
  });

  it("counts the things of each kind", () => {
    const lines = [
      "eu-central-1 ec2 vpcs vpc-1 available",
      "eu-central-1 ec2 vpcs vpc-2 available",
      "aws iam roles one",
    ];
    assert.deepEqual(countKinds(lines), ["2 ec2 vpcs", "1 iam roles"]);
  });

  const open = [
    "eu-central-1 ec2 nat_gateways nat-1 available",
    "eu-central-1 ec2 internet_gateways igw-1",
    "eu-central-1 ec2 addresses eipalloc-1",
    "eu-central-1 ec2 routes 0.0.0.0/0 to nat-1 in rtb-1",
    "eu-central-1 ec2 rules egress tcp 443 443 0.0.0.0/0 in sg-1",
    "eu-central-1 scheduler schedules delete-nat-gateway",
  ];
  for (const line of open) {
    it(`tells that this is open to the internet: ${line}`, () => {
      assert.deepEqual(openToTheInternet(["eu-central-1 ec2 vpcs vpc-1 available", line]), [line]);
    });
  }

  it("knows what is not open to the internet", () => {
    const closed = [
      "eu-central-1 ec2 routes 10.0.0.0/16 to local in rtb-1",
      "eu-central-1 ec2 routes pl-1 to vpce-1 in rtb-1",
      "eu-central-1 ec2 rules egress tcp 443 443 pl-1 in sg-1",
      "eu-central-1 ec2 rules ingress tcp 443 443 0.0.0.0/0 in sg-1",
      "aws iam roles egress-dead-man-switch",
    ];
    assert.deepEqual(openToTheInternet(closed), []);
  });
});
