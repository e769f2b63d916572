import assert from "node:assert/strict";
import type { LeaseInputs, ReleaseInputs } from "../../../components/temporaryNatGateway/settings";
import {
  assertManaged,
  assertVersion,
  type LeaseState,
  leaseDifference,
  mustClose,
  mustOpen,
  type ReleaseState,
  releaseDifference,
  type SafeguardState,
  safeguardDifference,
  stateVersion,
} from "../../../components/temporaryNatGateway/state";
import { leaseInputs, releaseInputs } from "../../pulumi/leaseInputs";

const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const { network, waits } = leaseInputs();
const withQueue = (name: string) => {
  const { deadManSwitch: { afterMinutes, roleArn } = { afterMinutes: 0, roleArn: "" } } = leaseInputs();
  return { deadManSwitch: { afterMinutes, roleArn, deadLetterArn: `arn:aws:sqs:eu-central-1:123456789012:${name}` } };
};

/** What a difference means, in a few words. */
function told({ changes, replaces = [], deleteBeforeReplace }: ReturnType<typeof leaseDifference>, acts: string) {
  assert.equal(deleteBeforeReplace, true);
  return changes ? (replaces.length > 0 ? `replace ${replaces.join(", ")}` : acts) : "same";
}

/** What safeguard and lease have in common. */
const shared: [title: string, olds: Partial<LeaseState>, news: Partial<LeaseInputs>, what: string][] = [
  ["nothing", {}, {}, "same"],
  ["the order of keys", {}, { network: Object.fromEntries(Object.entries(network).reverse()) as never }, "same"],
  ["another provider's code", { __provider: "old" } as object, { __provider: "new" } as object, "same"],
  ["another VPC", {}, { network: { ...network, vpcId: "vpc-2" } }, "replace network"],
  ["another subnet", {}, { network: { ...network, publicSubnetId: "subnet-2" } }, "replace network"],
  ["another group", {}, { network: { ...network, egressSecurityGroupIds: ["sg-client"] } }, "replace network"],
  ["a VPC not known yet", {}, { network: { ...network, vpcId: unknown } }, "replace network"],
  ["another region", {}, { region: "eu-north-1" }, "replace region"],
  ["another name", {}, { leaseName: "a/b/c" }, "replace leaseName"],
  ["other deadlines", {}, { waits: { ...waits, availableSeconds: 60 } }, "update"],
  ["another profile", {}, { profile: "deployer" }, "update"],
  ["no profile any more", { profile: "deployer" }, {}, "update"],
  ["other roles", {}, { assumeRoles: [{ RoleArn: "arn:a" }] }, "update"],
  ["other endpoints", {}, { endpoints: { ec2: "http://localhost" } }, "update"],
  ["another account", {}, { accountId: "123456789012" }, "update"],
  ["other tags", {}, { tags: {} }, "update"],
  ["no dead man's switch", {}, { deadManSwitch: undefined }, "update"],
  ["a dead-letter queue", {}, withQueue("new"), "update"],
  ["another dead-letter queue", withQueue("old"), withQueue("new"), "update"],
  ["no dead-letter queue any more", withQueue("old"), {}, "update"],
  ["a state of another version", { version: 0 }, {}, "update"],
];

describe("what a changed lease means", () => {
  const state: LeaseState = { ...leaseInputs(), version: stateVersion, generation: 3, natGatewayId: "nat-1" };
  const opening: typeof shared = [
    ["another image", {}, { reopenWhen: { collectorImage: "daemon:4" } }, "open"],
    ["one thing more to fetch", {}, { reopenWhen: { ...leaseInputs().reopenWhen, userData: "x" } }, "open"],
    ["an opening that got stuck", { unfinished: true }, {}, "open"],
  ];
  for (const [title, olds, changes, what] of [...shared, ...opening]) {
    it(`${title}: ${what}`, () => {
      const [old, news] = [
        { ...state, ...olds },
        { ...leaseInputs(), ...changes },
      ];
      assert.equal(told(leaseDifference(old, news), mustOpen(old, news) ? "open" : "update"), what);
    });
  }
});

describe("what a changed safeguard means", () => {
  const { reopenWhen, ...inputs } = leaseInputs();
  const state: SafeguardState = { ...inputs, version: stateVersion };
  for (const [title, olds, changes, what] of [
    ...shared,
    ["something to fetch", {}, { reopenWhen: {} }, "same"],
  ] as const) {
    it(`${title}: ${what}`, () => {
      const difference = safeguardDifference({ ...state, ...olds }, { ...inputs, ...changes });
      assert.equal(told(difference, "update"), what);
    });
  }
});

describe("what a changed release means", () => {
  const state: ReleaseState = { ...releaseInputs(3), version: stateVersion, status: "released" };
  const table: [title: string, olds: Partial<ReleaseState>, news: Partial<ReleaseInputs>, what: string][] = [
    ["nothing", {}, {}, "same"],
    ["a lease that opened again", {}, { generation: 4 }, "close"],
    ["a lease that may open again", {}, { generation: unknown as unknown as number }, "close"],
    ["a lease found open", { status: "open" }, {}, "close"],
    ["another network", {}, { network: { ...network, egressSecurityGroupIds: [] } }, "close"],
    ["another NAT gateway", {}, { natGatewayId: "nat-2" }, "close"],
    ["another lease", {}, { leaseId: "a/b/c/vpc-main" }, "replace leaseId"],
    ["another region", {}, { region: "eu-north-1" }, "replace region"],
    ["another proof", {}, { proof: { taskDefinition: "hello:2" } }, "same"],
    ["other deadlines", {}, { waits: { ...waits, deletedSeconds: 60 } }, "update"],
    ["other tags", {}, { tags: {} }, "update"],
    ["a state of another version", { version: 0 }, {}, "update"],
  ];
  for (const [title, olds, changes, what] of table) {
    it(`${title}: ${what}`, () => {
      const [old, news] = [
        { ...state, ...olds },
        { ...releaseInputs(3), ...changes },
      ];
      assert.equal(told(releaseDifference(old, news), mustClose(old, news) ? "close" : "update"), what);
    });
  }
});

describe("state", () => {
  it("of a newer program is refused", () => {
    const newer = { version: stateVersion + 1 };
    const message = /^the state of this resource has version 2, this program knows 1: use the newer version/;
    assert.deepEqual(assertVersion({ version: stateVersion }), { version: stateVersion });
    assert.throws(() => assertVersion(newer), { message });
    assert.throws(() => assertManaged(newer), { message });
    assert.throws(() => leaseDifference(newer, leaseInputs()), { message });
    assert.throws(() => releaseDifference(newer, releaseInputs(1)), { message });
    assert.throws(() => safeguardDifference(newer, leaseInputs()), { message });
  });

  it("is needed to read: there is no import", () => {
    assert.deepEqual(assertManaged({ version: 1 }), { version: 1 });
    const message = "this resource cannot be imported: `pulumi up` adopts what carries the lease's tag";
    assert.throws(() => assertManaged(undefined), { message });
    assert.throws(() => assertManaged({}), { message });
  });
});
