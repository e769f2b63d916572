import assert from "node:assert/strict";
import { type SubnetPlan, type SubnetProblem, subnetProblems } from "../../../components/network/subnets";

describe("subnetProblems", () => {
  const plan: SubnetPlan = { public: "10.0.1.0/24", client: "10.0.2.0/24", containers: ["10.0.3.0/24"] };
  const table: {
    name: string;
    plan?: Partial<SubnetPlan>;
    vpcCidr?: string;
    zones?: number;
    expected: SubnetProblem[];
  }[] = [
    { name: "nothing about a sound plan", expected: [] },
    {
      name: "a malformed CIDR, without hiding what is wrong elsewhere",
      plan: { public: "10.0.1.0/33", client: "10.1.2.0/24" },
      expected: [
        {
          field: "publicSubnetCidr",
          message: '"10.0.1.0/33" is not an IPv4 CIDR; write four numbers and a prefix, such as 10.0.0.0/16',
          instead: "10.0.0.0/24",
        },
        {
          field: "clientSubnetCidr",
          message: "10.1.2.0/24 is not within the VPC's 10.0.0.0/16; write a part of it",
          instead: "10.0.0.0/24",
        },
      ],
    },
    {
      name: "sizes AWS refuses",
      plan: { client: "10.0.2.0/29", containers: ["10.0.0.0/15"] },
      expected: [
        {
          field: "clientSubnetCidr",
          message: "10.0.2.0/29 is not a size AWS accepts for a subnet; write a block from /16 to /28",
          instead: "10.0.2.0/28",
        },
        {
          field: "containerSubnetCidrs",
          message: "10.0.0.0/15 is not a size AWS accepts for a subnet; write a block from /16 to /28",
          instead: '["10.0.0.0/16"]',
        },
      ],
    },
    {
      name: "every overlap",
      plan: { client: "10.0.1.128/25", containers: ["10.0.0.0/17", "10.0.3.0/24"] },
      zones: 2,
      expected: [
        {
          field: "clientSubnetCidr",
          message: "10.0.1.128/25 overlaps the public subnet 10.0.1.0/24; write addresses of its own",
          instead: "10.0.128.0/25",
        },
        {
          field: "containerSubnetCidrs",
          message: "10.0.0.0/17 overlaps the public subnet 10.0.1.0/24; write addresses of its own",
          instead: '["10.0.128.0/17","10.0.3.0/24"]',
        },
        {
          field: "containerSubnetCidrs",
          message: "10.0.0.0/17 overlaps the client subnet 10.0.1.128/25; write addresses of its own",
          instead: '["10.0.128.0/17","10.0.3.0/24"]',
        },
        {
          field: "containerSubnetCidrs",
          message: "10.0.3.0/24 overlaps the container subnet 10.0.0.0/17; write addresses of its own",
          instead: '["10.0.0.0/17","10.0.128.0/24"]',
        },
      ],
    },
    {
      name: "container subnets that do not go with the zones",
      zones: 3,
      expected: [
        {
          field: "containerSubnetCidrs",
          message: "1 given for 3 availability zones; write one for each zone",
          instead: "[]",
        },
      ],
    },
    {
      name: "a number of zones that is not possible",
      zones: 4,
      expected: [{ field: "availabilityZones", message: "4 is not possible; write 1, 2 or 3", instead: "1" }],
    },
    {
      name: "a VPC AWS refuses, and what is wrong with the subnets all the same",
      vpcCidr: "10.0.0.0/30",
      plan: { client: "10.0.1.0/24" },
      expected: [
        {
          field: "vpcCidr",
          message: "10.0.0.0/30 is not a size AWS accepts for a VPC; write a block from /16 to /28",
          instead: "10.0.0.0/28",
        },
        {
          field: "clientSubnetCidr",
          message: "10.0.1.0/24 overlaps the public subnet 10.0.1.0/24; write addresses of its own",
          instead: "",
        },
      ],
    },
  ];
  for (const { name, plan: changes = {}, vpcCidr = "10.0.0.0/16", zones = 1, expected } of table) {
    it(`says ${name}`, () => {
      assert.deepEqual(subnetProblems({ ...plan, ...changes }, { vpcCidr, zones }), expected);
    });
  }
});
