import assert from "node:assert/strict";
import fc from "fast-check";
import { contains, overlaps, parseCidr } from "../../../components/network/addresses";
import {
  addressesNeeded,
  containersWithRoom,
  type Tenants,
  tasksWithRoom,
} from "../../../components/network/subnetCapacity";
import { planned } from "./planned";

describe("room for the tasks", () => {
  const hello: Tenants = { services: 1, maxTaskCount: 1, proofTasks: 1, interfaceEndpoints: 4 };
  const chain: Tenants = { services: 4, maxTaskCount: 1, proofTasks: 3, interfaceEndpoints: 4 };

  const table: [what: string, tenants: Tenants, zones: number, needed: number][] = [
    ["one service, old and new", hello, 1, 2 + 1 + 4],
    ["four services", chain, 1, 8 + 3 + 4],
    ["a hundred tasks of each", { ...chain, maxTaskCount: 100 }, 1, 800 + 3 + 4],
    ["tasks spread over zones, one zone with one more", { ...hello, maxTaskCount: 7 }, 3, 6 + 1 + 4],
    ["no proof and no X-Ray endpoint", { ...hello, proofTasks: 0, interfaceEndpoints: 3 }, 1, 2 + 3],
  ];
  for (const [what, tenants, zones, needed] of table) {
    it(`counts ${what}`, () => assert.equal(addressesNeeded(tenants, zones), needed));
  }

  it("keeps the five addresses that AWS keeps", () => {
    // A /28 has 16 addresses, 11 of them for others.
    const plan = planned({ vpcCidr: "10.0.0.0/26", zones: 1 });
    assert.equal(tasksWithRoom({ ...hello, maxTaskCount: 3 }, plan), 3);
    assert.equal(tasksWithRoom({ ...hello, maxTaskCount: 4 }, plan), 3);
    assert.equal(tasksWithRoom(chain, plan), 0);
  });

  it("asks the smallest subnet", () => {
    const plan = planned({
      vpcCidr: "10.0.0.0/16",
      zones: 2,
      containerSubnetCidrs: ["10.0.16.0/20", "10.0.3.0/28"],
    });
    assert.equal(tasksWithRoom({ ...hello, maxTaskCount: 100 }, plan), 6);
  });

  const tenants = fc.record({
    services: fc.integer({ min: 1, max: 4 }),
    maxTaskCount: fc.integer({ min: 1, max: 100 }),
    proofTasks: fc.nat(4),
    interfaceEndpoints: fc.nat(5),
  });
  const request = fc.record({ zones: fc.integer({ min: 1, max: 3 }), prefix: fc.integer({ min: 16, max: 25 }) });

  it("has as many tasks as possible, and none too many", () => {
    fc.assert(
      fc.property(tenants, request, (given, { zones, prefix }) => {
        const plan = planned({ vpcCidr: `10.0.0.0/${prefix}`, zones });
        const usable = 2 ** (32 - parseCidr(plan.containers[0] ?? "").prefix) - 5;
        const count = tasksWithRoom(given, plan);
        const needed = (maxTaskCount: number) => addressesNeeded({ ...given, maxTaskCount }, zones);
        assert.ok(count === 0 || needed(count) <= usable);
        assert.ok(count === given.maxTaskCount || needed(count + 1) > usable);
      }),
    );
  });

  it("finds subnets with room in the VPC, one a zone and none over another", () => {
    fc.assert(
      fc.property(tenants, request, (given, { zones, prefix }) => {
        const vpcCidr = `10.0.0.0/${prefix}`;
        const plan = planned({ vpcCidr, zones });
        const containers = containersWithRoom(given, vpcCidr, plan);
        if (containers === undefined) {
          assert.ok(prefix > 18, "a /18 has room for three /22");
          return;
        }
        assert.equal(containers.length, zones);
        assert.equal(tasksWithRoom(given, { ...plan, containers }), given.maxTaskCount);
        const blocks = [plan.public, plan.client, ...containers].map(parseCidr);
        assert.ok(blocks.every((block) => contains(parseCidr(vpcCidr), block)));
        assert.ok(blocks.every((block, index) => blocks.slice(index + 1).every((other) => !overlaps(block, other))));
      }),
    );
  });
});
