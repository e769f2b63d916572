import assert from "node:assert/strict";
import fc from "fast-check";
import { AddressBlock } from "../../../components/network/addresses";
import { planSubnets } from "../../../components/network/subnets";
import { planned, type SubnetRequest } from "./planned";

const all = (request: SubnetRequest) => {
  const plan = planned(request);
  return [plan.public, plan.client, ...plan.containers];
};

describe("planSubnets", () => {
  const table: [vcpCidr: string, zones: number, given: Partial<SubnetRequest>, subnets: string[]][] = [
    ["10.0.0.0/16", 1, {}, ["10.0.1.0/24", "10.0.2.0/24", "10.0.3.0/24"]],
    ["10.8.0.0/21", 2, {}, ["10.8.1.0/24", "10.8.2.0/24", "10.8.3.0/24", "10.8.4.0/24"]],
    ["192.168.4.0/22", 1, {}, ["192.168.4.128/25", "192.168.5.0/25", "192.168.5.128/25"]],
    ["10.0.0.0/25", 3, {}, ["10.0.0.16/28", "10.0.0.32/28", "10.0.0.48/28", "10.0.0.64/28", "10.0.0.80/28"]],
    ["10.0.0.0/26", 1, {}, ["10.0.0.16/28", "10.0.0.32/28", "10.0.0.48/28"]],
    ["10.0.0.0/16", 1, { clientSubnetCidr: "10.0.64.0/20" }, ["10.0.1.0/24", "10.0.64.0/20", "10.0.3.0/24"]],
    [
      "10.0.0.0/26",
      2,
      {
        publicSubnetCidr: "10.0.0.0/28",
        clientSubnetCidr: "10.0.0.16/28",
        containerSubnetCidrs: ["10.0.0.32/28", "10.0.0.48/28"],
      },
      ["10.0.0.0/28", "10.0.0.16/28", "10.0.0.32/28", "10.0.0.48/28"],
    ],
  ];
  for (const [vpcCidr, zones, given, subnets] of table) {
    it(`divides ${vpcCidr} for ${zones} zone(s), with ${Object.keys(given).join() || "nothing"} given`, () => {
      assert.deepEqual(all({ vpcCidr, zones, ...given }), subnets);
    });
  }

  const notACidr = "is not an IPv4 CIDR; write four numbers and a prefix, such as 10.0.0.0/16";
  const notASize = (what: string) => `is not a size AWS accepts for a ${what}; write a block from /16 to /28`;
  const own = "; write addresses of its own";
  // Each problem with what is proposed instead.
  const refused: [what: string, request: Partial<SubnetRequest>, problems: string[]][] = [
    [
      "a VPC with too few addresses",
      { vpcCidr: "10.0.0.0/26", zones: 2 },
      [
        "vpcCidr: 10.0.0.0/26 is too small for 4 subnets beside the unused first block; " +
          "write one from /16 to /25, or give every subnet its addresses => 10.0.0.0/25",
      ],
    ],
    [
      "a VPC bigger than AWS accepts",
      { vpcCidr: "10.0.0.0/15" },
      [`vpcCidr: 10.0.0.0/15 ${notASize("VPC")} => 10.0.0.0/16`],
    ],
    [
      "a VPC smaller than AWS accepts",
      { vpcCidr: "10.0.0.0/29" },
      [`vpcCidr: 10.0.0.0/29 ${notASize("VPC")} => 10.0.0.0/28`],
    ],
    [
      "a malformed VPC and malformed subnets, all at once",
      {
        vpcCidr: "10.0.0.0/33",
        publicSubnetCidr: "10.0.0.0/29",
        clientSubnetCidr: "10.0.2.0/24",
        containerSubnetCidrs: ["10.0.3.7/24"],
      },
      [
        `vpcCidr: "10.0.0.0/33" ${notACidr} => 10.0.0.0/16`,
        `publicSubnetCidr: 10.0.0.0/29 ${notASize("subnet")} => `,
        'containerSubnetCidrs: "10.0.3.7/24" is not the first address of its block; write 10.0.3.0/24 => []',
      ],
    ],
    [
      "a malformed subnet, without hiding what is wrong elsewhere",
      { publicSubnetCidr: "10.0.1.0/33", clientSubnetCidr: "10.1.2.0/24" },
      [
        `publicSubnetCidr: "10.0.1.0/33" ${notACidr} => 10.0.0.0/24`,
        "clientSubnetCidr: 10.1.2.0/24 is not within the VPC's 10.0.0.0/16; write a part of it => 10.0.0.0/24",
      ],
    ],
    [
      "sizes AWS refuses",
      { clientSubnetCidr: "10.0.2.0/29", containerSubnetCidrs: ["10.0.0.0/15"] },
      [
        `clientSubnetCidr: 10.0.2.0/29 ${notASize("subnet")} => 10.0.2.0/28`,
        `containerSubnetCidrs: 10.0.0.0/15 ${notASize("subnet")} => ["10.0.0.0/16"]`,
      ],
    ],
    [
      "every overlap, to be changed where addresses were given",
      { zones: 2, clientSubnetCidr: "10.0.1.128/25", containerSubnetCidrs: ["10.0.0.0/17", "10.0.3.0/24"] },
      [
        `clientSubnetCidr: 10.0.1.128/25 overlaps the public subnet 10.0.1.0/24${own} => 10.0.128.0/25`,
        ...["public subnet 10.0.1.0/24", "client subnet 10.0.1.128/25"].map(
          (other) => `containerSubnetCidrs: 10.0.0.0/17 overlaps the ${other}${own} => ["10.0.128.0/17","10.0.3.0/24"]`,
        ),
        `containerSubnetCidrs: 10.0.3.0/24 overlaps the container subnet 10.0.0.0/17${own} => ["10.0.0.0/17","10.0.128.0/24"]`,
      ],
    ],
    [
      "a subnet that has no room elsewhere",
      {
        vpcCidr: "10.0.0.0/28",
        publicSubnetCidr: "10.0.0.0/28",
        clientSubnetCidr: "10.0.0.0/28",
        containerSubnetCidrs: [],
      },
      [
        "containerSubnetCidrs: 0 given for 1 availability zone; write one for each zone => []",
        `clientSubnetCidr: 10.0.0.0/28 overlaps the public subnet 10.0.0.0/28${own} => `,
      ],
    ],
    ...[0, 4, 1.5].map((zones): [string, Partial<SubnetRequest>, string[]] => [
      `${zones} zones`,
      { zones },
      [`availabilityZones: ${zones} is not possible; write 1, 2 or 3 => 1`],
    ]),
  ];
  for (const [what, request, expected] of refused) {
    it(`refuses ${what}`, () => {
      const { problems = [] } = planSubnets({ vpcCidr: "10.0.0.0/16", zones: 1, ...request });
      const lines = problems.map(({ property, wrong, instead }) => `${property}: ${wrong} => ${instead}`);
      assert.deepEqual(lines, expected);
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
        const { first } = AddressBlock.parse(`${network}/16`);
        const address = first + (position % 2 ** (prefix - 16)) * 2 ** (32 - prefix);
        const octets = [24, 16, 8, 0].map((bits) => Math.floor(address / 2 ** bits) % 256);
        return { vpcCidr: `${octets.join(".")}/${prefix}`, zones };
      });
    const isBigEnough = ({ vpcCidr, zones }: { vpcCidr: string; zones: number }) =>
      AddressBlock.parse(vpcCidr).prefix <= (zones === 1 ? 26 : 25);

    it("the subnets lie within it, never overlap, and have a size AWS accepts", () => {
      fc.assert(
        fc.property(request.filter(isBigEnough), ({ vpcCidr, zones }) => {
          const blocks = all({ vpcCidr, zones }).map(AddressBlock.parse);
          assert.equal(blocks.length, 2 + zones);
          for (const [index, block] of blocks.entries()) {
            assert.ok(AddressBlock.parse(vpcCidr).contains(block));
            assert.ok(block.prefix >= 16 && block.prefix <= 28);
            assert.ok(blocks.slice(index + 1).every((later) => !block.overlaps(later)));
          }
        }),
      );
    });

    it("another zone moves no subnet that is already there", () => {
      fc.assert(
        fc.property(
          request.filter(({ vpcCidr, zones }) => zones > 1 && isBigEnough({ vpcCidr, zones })),
          ({ vpcCidr, zones }) => {
            assert.deepEqual(all({ vpcCidr, zones }).slice(0, -1), all({ vpcCidr, zones: zones - 1 }));
          },
        ),
      );
    });

    it("one that is too small is refused, never planned badly", () => {
      fc.assert(
        fc.property(
          request.filter((candidate) => !isBigEnough(candidate)),
          (candidate) => {
            assert.equal(planSubnets(candidate).plan, undefined);
          },
        ),
      );
    });
  });
});
