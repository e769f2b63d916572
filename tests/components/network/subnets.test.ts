import assert from "node:assert/strict";
import fc from "fast-check";
import { contains, overlaps, parseCidr } from "../../../components/network/addresses";
import {
  planSubnets,
  type SubnetPlan,
  SubnetPlanError,
  type SubnetProblem,
  subnetProblems,
} from "../../../components/network/subnets";

const all = (plan: SubnetPlan) => [plan.public, plan.client, ...plan.containers];

describe("planSubnets", () => {
  const table: { vpcCidr: string; zones: number; subnets: string[] }[] = [
    { vpcCidr: "10.0.0.0/16", zones: 1, subnets: ["10.0.1.0/24", "10.0.2.0/24", "10.0.3.0/24"] },
    {
      vpcCidr: "10.0.0.0/16",
      zones: 3,
      subnets: ["10.0.1.0/24", "10.0.2.0/24", "10.0.3.0/24", "10.0.4.0/24", "10.0.5.0/24"],
    },
    { vpcCidr: "10.8.0.0/21", zones: 2, subnets: ["10.8.1.0/24", "10.8.2.0/24", "10.8.3.0/24", "10.8.4.0/24"] },
    { vpcCidr: "192.168.4.0/22", zones: 1, subnets: ["192.168.4.128/25", "192.168.5.0/25", "192.168.5.128/25"] },
    {
      vpcCidr: "10.0.0.0/25",
      zones: 3,
      subnets: ["10.0.0.16/28", "10.0.0.32/28", "10.0.0.48/28", "10.0.0.64/28", "10.0.0.80/28"],
    },
    { vpcCidr: "10.0.0.0/26", zones: 1, subnets: ["10.0.0.16/28", "10.0.0.32/28", "10.0.0.48/28"] },
  ];
  for (const { vpcCidr, zones, subnets } of table) {
    it(`divides ${vpcCidr} for ${zones} zone(s)`, () => {
      const plan = planSubnets({ vpcCidr, zones });
      assert.deepEqual(all(plan), subnets);
      assert.deepEqual(subnetProblems(plan, { vpcCidr, zones }), []);
    });
  }

  it("takes the subnets it is given and keeps the others where they were", () => {
    const plan = planSubnets({ vpcCidr: "10.0.0.0/16", zones: 2, clientSubnetCidr: "10.0.64.0/20" });
    assert.deepEqual(plan, {
      public: "10.0.1.0/24",
      client: "10.0.64.0/20",
      containers: ["10.0.3.0/24", "10.0.4.0/24"],
    });
    const given = {
      publicSubnetCidr: "10.0.0.0/28",
      clientSubnetCidr: "10.0.0.16/28",
      containerSubnetCidrs: ["10.0.0.32/28", "10.0.0.48/28"],
    };
    assert.deepEqual(planSubnets({ vpcCidr: "10.0.0.0/26", zones: 2, ...given }), {
      public: "10.0.0.0/28",
      client: "10.0.0.16/28",
      containers: ["10.0.0.32/28", "10.0.0.48/28"],
    });
  });

  const refused: { name: string; request: Parameters<typeof planSubnets>[0]; problems: SubnetProblem[] }[] = [
    {
      name: "a VPC with too few addresses",
      request: { vpcCidr: "10.0.0.0/26", zones: 2 },
      problems: [
        {
          field: "vpcCidr",
          message:
            "10.0.0.0/26 is too small for 4 subnets beside the unused first block; " +
            "write one from /16 to /25, or give every subnet its addresses",
          instead: "10.0.0.0/25",
        },
      ],
    },
    {
      name: "a VPC bigger than AWS accepts",
      request: { vpcCidr: "10.0.0.0/8", zones: 1 },
      problems: [
        {
          field: "vpcCidr",
          message: "10.0.0.0/8 is not a size AWS accepts for a VPC; write a block from /16 to /28",
          instead: "10.0.0.0/16",
        },
      ],
    },
    {
      name: "a malformed VPC and malformed subnets, all at once",
      request: {
        vpcCidr: "10.0.0.0/33",
        zones: 1,
        publicSubnetCidr: "10.0.0.0/29",
        clientSubnetCidr: "10.0.2.0/24",
        containerSubnetCidrs: ["10.0.3.7/24"],
      },
      problems: [
        {
          field: "vpcCidr",
          message: '"10.0.0.0/33" is not an IPv4 CIDR; write four numbers and a prefix, such as 10.0.0.0/16',
          instead: "10.0.0.0/16",
        },
        {
          field: "publicSubnetCidr",
          message: "10.0.0.0/29 is not a size AWS accepts for a subnet; write a block from /16 to /28",
          instead: "",
        },
        {
          field: "containerSubnetCidrs",
          message: '"10.0.3.7/24" is not the first address of its block; write 10.0.3.0/24',
          instead: "[]",
        },
      ],
    },
  ];
  for (const { name, request, problems } of refused) {
    it(`refuses ${name}`, () => {
      assert.throws(
        () => planSubnets(request),
        (error) => {
          assert.ok(error instanceof SubnetPlanError);
          assert.deepEqual(error.problems, problems);
          assert.equal(error.message, problems.map(({ field, message }) => `${field}: ${message}`).join("\n"));
          return true;
        },
      );
    });
  }

  describe("for any VPC", () => {
    const request = fc
      .record({
        zones: fc.integer({ min: 1, max: 3 }),
        prefix: fc.integer({ min: 16, max: 28 }),
        network: fc.constantFrom("10.0.0.0", "172.16.0.0", "192.168.0.0", "100.64.0.0"),
        position: fc.nat(4095),
      })
      .map(({ zones, prefix, network, position }) => {
        const { first } = parseCidr(`${network}/16`);
        const address = first + (position % 2 ** (prefix - 16)) * 2 ** (32 - prefix);
        const octets = [24, 16, 8, 0].map((bits) => Math.floor(address / 2 ** bits) % 256);
        return { vpcCidr: `${octets.join(".")}/${prefix}`, zones };
      });
    const isBigEnough = ({ vpcCidr, zones }: { vpcCidr: string; zones: number }) =>
      parseCidr(vpcCidr).prefix <= (zones === 1 ? 26 : 25);

    it("the subnets lie within it, never overlap, have a size AWS accepts and are the same every time", () => {
      fc.assert(
        fc.property(request.filter(isBigEnough), ({ vpcCidr, zones }) => {
          const plan = planSubnets({ vpcCidr, zones });
          const blocks = all(plan).map(parseCidr);
          assert.equal(blocks.length, 2 + zones);
          for (const [index, block] of blocks.entries()) {
            assert.ok(contains(parseCidr(vpcCidr), block));
            assert.ok(block.prefix >= 16 && block.prefix <= 28);
            assert.ok(blocks.slice(index + 1).every((later) => !overlaps(block, later)));
          }
          assert.deepEqual(planSubnets({ vpcCidr, zones }), plan);
          assert.deepEqual(subnetProblems(plan, { vpcCidr, zones }), []);
        }),
      );
    });

    it("another zone moves no subnet that is already there", () => {
      fc.assert(
        fc.property(
          request.filter(({ vpcCidr, zones }) => zones > 1 && isBigEnough({ vpcCidr, zones })),
          ({ vpcCidr, zones }) => {
            const fewer = all(planSubnets({ vpcCidr, zones: zones - 1 }));
            assert.deepEqual(all(planSubnets({ vpcCidr, zones })).slice(0, -1), fewer);
          },
        ),
      );
    });

    it("one that is too small is refused, never planned badly", () => {
      fc.assert(
        fc.property(
          request.filter((candidate) => !isBigEnough(candidate)),
          (candidate) => {
            assert.throws(() => planSubnets(candidate), SubnetPlanError);
          },
        ),
      );
    });
  });
});
