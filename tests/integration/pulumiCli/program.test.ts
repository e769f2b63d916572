import assert from "node:assert/strict";
import { evaluateComponent } from "../../pulumi/evaluateComponent";
import { region } from "../account";

describe("the program for the tests with the real engine", () => {
  afterEach(() => {
    delete process.env.PROGRAM_SETTINGS;
  });

  it("makes what needs the way out after the lease, and the release after both", async () => {
    process.env.PROGRAM_SETTINGS = JSON.stringify({
      region,
      network: {
        vpcId: "vpc-1",
        publicSubnetId: "subnet-1",
        publicRouteTableId: "rtb-1",
        privateRouteTableIds: ["rtb-2"],
        egressSecurityGroupIds: ["sg-1"],
      },
      waits: {},
      image: "daemon:3.6.7",
      revision: 1,
    });
    const evaluated = await evaluateComponent(() => require("./program"));
    const waitsFor = evaluated.resources
      .filter(({ custom }) => custom)
      .map((resource) => [resource.name, evaluated.dependencyNames(resource).sort()]);
    assert.deepEqual(waitsFor, [
      ["network", []],
      ["egress-safeguard", ["network"]],
      ["egress-lease", ["egress-safeguard", "network"]],
      ["workload", ["egress-lease"]],
      ["egress-release", ["egress-lease", "network", "workload"]],
    ]);
  });
});
