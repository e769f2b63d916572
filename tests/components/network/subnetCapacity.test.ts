import assert from "node:assert/strict";
import fc from "fast-check";
import { AddressBlock } from "../../../components/network/addresses";
import { capacityProblems, type Tenants } from "../../../components/network/subnetCapacity";
import type { SubnetPlan } from "../../../components/network/subnets";
import { planned, type SubnetRequest } from "./planned";

const hello: Tenants = { services: 1, maxTaskCount: 1, proofTasks: 1, interfaceEndpoints: 4 };
const chain: Tenants = { services: 4, maxTaskCount: 1, proofTasks: 3, interfaceEndpoints: 4 };

const problemsOf = (tenants: Tenants, request: SubnetRequest, minTaskCount = 1) =>
  capacityProblems(tenants, minTaskCount, { vpcCidr: request.vpcCidr, subnets: planned(request) });

describe("room for the tasks", () => {
  /** In the smallest VPC the container subnets are a /28: 16 addresses, of which AWS keeps 5. */
  const table: [what: string, tenants: Tenants, zones: number, needed: number, possible: number][] = [
    ["one service, old and new", { ...hello, maxTaskCount: 4 }, 1, 8 + 1 + 4, 3],
    ["four services", { ...chain, maxTaskCount: 2, proofTasks: 0, interfaceEndpoints: 3 }, 1, 16 + 3, 1],
    ["tasks spread over zones, one zone with one more", { ...hello, maxTaskCount: 10 }, 3, 8 + 1 + 4, 9],
    ["the proof's tasks", { ...hello, proofTasks: 6, maxTaskCount: 2 }, 2, 2 + 6 + 4, 0],
  ];
  for (const [what, tenants, zones, needed, possible] of table) {
    it(`counts ${what}`, () => {
      const [{ property, wrong, instead } = {}] = problemsOf(tenants, { vpcCidr: "10.0.0.0/25", zones }, 0);
      assert.deepEqual([property, instead], ["maxTaskCount", possible]);
      assert.match(
        String(wrong),
        new RegExp(`^10\\.0\\.0\\.48/28 has 11 addresses, but a deployment needs ${needed}: `),
      );
    });
  }

  it("is there while every address but those of AWS is used", () => {
    const request = { vpcCidr: "10.0.0.0/25", zones: 1 };
    assert.deepEqual(problemsOf({ ...hello, maxTaskCount: 3 }, request), []);
    assert.equal(problemsOf({ ...hello, maxTaskCount: 3, proofTasks: 2 }, request).length, 1);
  });

  it("is that of the smallest subnet", () => {
    const containerSubnetCidrs = ["10.0.16.0/20", "10.0.3.0/28"];
    const [problem] = problemsOf(
      { ...hello, maxTaskCount: 100 },
      { vpcCidr: "10.0.0.0/16", zones: 2, containerSubnetCidrs },
    );
    assert.match(problem?.wrong ?? "", /^10\.0\.3\.0\/28 has 11 addresses/);
    assert.equal(problem?.instead, 6);
  });

  it("is found in what the problem proposes, with as many tasks as possible, in subnets of their own", () => {
    const given = fc.record({
      tenants: fc.record({
        services: fc.integer({ min: 1, max: 4 }),
        maxTaskCount: fc.integer({ min: 1, max: 100 }),
        proofTasks: fc.nat(4),
        interfaceEndpoints: fc.nat(5),
      }),
      few: fc.boolean(),
      zones: fc.integer({ min: 1, max: 3 }),
      prefix: fc.integer({ min: 16, max: 25 }),
    });
    fc.assert(
      fc.property(given, ({ tenants, few, zones, prefix }) => {
        const vpcCidr = `10.0.0.0/${prefix}`;
        const subnets = planned({ vpcCidr, zones });
        const minTaskCount = few ? 0 : tenants.maxTaskCount;
        const problems = (changed: Partial<Tenants>, plan: SubnetPlan = subnets) =>
          capacityProblems({ ...tenants, ...changed }, minTaskCount, { vpcCidr, subnets: plan });
        for (const { property, instead } of problems({})) {
          if (property === "maxTaskCount") {
            assert.deepEqual(problems({ maxTaskCount: Number(instead) }), []);
            assert.equal(problems({ maxTaskCount: Number(instead) + 1 }).length, 1);
          } else if (property === "containerSubnetCidrs") {
            const containers: string[] = JSON.parse(String(instead));
            assert.equal(containers.length, zones);
            assert.deepEqual(problems({}, { ...subnets, containers }), []);
            const blocks = [subnets.public, subnets.client, ...containers].map(AddressBlock.parse);
            assert.ok(blocks.every((block) => AddressBlock.parse(vpcCidr).contains(block)));
            assert.ok(blocks.every((block, index) => blocks.slice(index + 1).every((other) => !block.overlaps(other))));
          } else {
            assert.deepEqual([property, instead], ["vpcCidr", "10.0.0.0/16"]);
            assert.ok(prefix > 18, "a /18 has room for three /22");
          }
        }
      }),
    );
  });
});
