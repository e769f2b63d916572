import assert from "node:assert/strict";
import { checkInputs, defaultWaits, leaseIdOf, scheduleNameOf } from "../../../components/temporaryNatGateway/settings";
import { leaseInputs } from "../../pulumi/leaseInputs";
import { leaseProviders } from "../../pulumi/leaseProviders";

const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

describe("identity of a lease", () => {
  it("holds the VPC, so that nobody finds the objects of another VPC's lease", () => {
    assert.equal(leaseIdOf(leaseInputs()), "traced-fargate/test/egress/vpc-main");
  });

  it("is the name of its schedule, as far as that may be long, with a hash", () => {
    const names: [leaseId: string, name: string][] = [
      [
        "traced-fargate/dev/egress/vpc-0a1b2c3d4e5f67890",
        "traced-fargate-dev-egress-vpc-0a1b2c3d4e5f67890-5212287b0e813f05",
      ],
      ["traced-fargate/dev-egress/vpc-0a1b2c3d4e5f67890", "traced-fargate-dev-egress-vpc-0a1b2c3d4e5f67890-"],
      [`a b/${"c".repeat(200)}/vpc-1`, `a-b-${"c".repeat(43)}-`],
    ];
    const made = names.map(([leaseId]) => scheduleNameOf(leaseId, "natGateway"));
    assert.equal(new Set(made).size, names.length);
    for (const [index, [, name]] of names.entries()) {
      assert.match(made[index] ?? "", /^[0-9a-zA-Z._-]{1,47}-[0-9a-f]{16}$/);
      assert.ok(made[index]?.startsWith(name), made[index]);
    }
  });
});

describe("inputs of a lease", () => {
  const { network } = leaseInputs();

  async function failuresOf(changes: object): Promise<string[]> {
    const { failures = [] } = await checkInputs({}, leaseInputs(changes));
    return failures.map(({ property, reason }) => `${property}: ${reason}`);
  }

  it("are fine as they are, with lists in an order of their own without repetitions", async () => {
    const lists = { privateRouteTableIds: ["rtb-2", "rtb-1", "rtb-2"], egressSecurityGroupIds: ["sg-2", "sg-1"] };
    assert.deepEqual(await checkInputs({}, leaseInputs({ network: { ...network, ...lists } })), {
      inputs: leaseInputs({
        network: { ...network, privateRouteTableIds: ["rtb-1", "rtb-2"], egressSecurityGroupIds: ["sg-1", "sg-2"] },
      }),
      failures: [],
    });
  });

  it("are checked for each of a lease's resources", () => {
    for (const provider of Object.values(leaseProviders)) {
      assert.equal(provider.check, checkInputs);
    }
  });

  it("wait this long unless told otherwise", () => {
    assert.deepEqual(defaultWaits, {
      availableSeconds: 600,
      deletedSeconds: 900,
      settleSeconds: 180,
      pollSeconds: 5,
      retrySeconds: 2,
    });
  });

  it("may be unknown in a preview", async () => {
    const nothing = {
      vpcId: unknown,
      publicSubnetId: unknown,
      publicRouteTableId: unknown,
      privateRouteTableIds: [unknown, unknown],
      egressSecurityGroupIds: [unknown],
    };
    const lists = { ...nothing, privateRouteTableIds: unknown, egressSecurityGroupIds: unknown };
    const switches = [{ afterMinutes: 120, roleArn: unknown, deadLetterArn: unknown }, unknown];
    const networks = [nothing, lists, unknown].map((each) => ({ network: each }));
    for (const changes of [...networks, ...switches.map((each) => ({ deadManSwitch: each }))]) {
      assert.deepEqual(await failuresOf(changes), []);
    }
  });

  const table: [title: string, changes: object, failures: string[]][] = [
    ["no name", { leaseName: "" }, ["leaseName: must have 1 to 200 characters, not 0"]],
    ["a name for no tag", { leaseName: "a".repeat(201) }, ["leaseName: must have 1 to 200 characters, not 201"]],
    [
      "a wait that is none",
      { waits: { ...defaultWaits, availableSeconds: 0, pollSeconds: Number.NaN } },
      [
        "waits.availableSeconds: must be a number of seconds above 0, not 0",
        "waits.pollSeconds: must be a number of seconds above 0, not NaN",
      ],
    ],
    [
      "ids of other things",
      {
        network: {
          vpcId: "subnet-1",
          publicSubnetId: "a-subnet-1",
          publicRouteTableId: "sg-1",
          privateRouteTableIds: ["rtb-1", ""],
          egressSecurityGroupIds: ["sgr-1"],
        },
      },
      [
        'network.vpcId: "subnet-1" is not an id that starts with "vpc-"',
        'network.publicSubnetId: "a-subnet-1" is not an id that starts with "subnet-"',
        'network.publicRouteTableId: "sg-1" is not an id that starts with "rtb-"',
        'network.privateRouteTableIds: "" is not an id that starts with "rtb-"',
        'network.egressSecurityGroupIds: "sgr-1" is not an id that starts with "sg-"',
      ],
    ],
    [
      "a dead man's switch without a time, a role or a queue",
      { deadManSwitch: { afterMinutes: 0, roleArn: "egress", deadLetterArn: "" } },
      [
        "deadManSwitch.afterMinutes: must be a number above 0, not 0",
        'deadManSwitch.roleArn: "egress" is not an id that starts with "arn:"',
        'deadManSwitch.deadLetterArn: "" is not an id that starts with "arn:"',
      ],
    ],
    [
      "no private route table",
      { network: { ...network, privateRouteTableIds: [], egressSecurityGroupIds: [] } },
      ["network.privateRouteTableIds: at least one route table is needed"],
    ],
    [
      "the public route table among the private ones",
      { network: { ...network, privateRouteTableIds: ["rtb-private", "rtb-public"] } },
      ["network.privateRouteTableIds: rtb-public is the public route table; one table holds one default route only"],
    ],
  ];
  for (const [title, changes, failures] of table) {
    it(`must not be ${title}`, async () => assert.deepEqual(await failuresOf(changes), failures));
  }

  for (const length of [1, 200]) {
    it(`may have a name of ${length} characters`, async () =>
      assert.deepEqual(await failuresOf({ leaseName: "a".repeat(length) }), []));
  }
});
