import assert from "node:assert/strict";
import {
  known,
  type LeaseState,
  leaseDifference,
  type Migration,
  migrated,
  mustClose,
  mustOpen,
  type ReleaseState,
  releaseDifference,
  type SafeguardState,
  safeguardDifference,
  sameJson,
  stateVersion,
} from "../../../components/temporaryNatGateway/changes";
import type { LeaseInputs, ReleaseInputs } from "../../../components/temporaryNatGateway/leaseInputs";
import { leaseInputs, releaseInputs } from "../../pulumi/leaseInputs";

const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const { network, waits } = leaseInputs();
const withQueue = (name: string) => {
  const { deadManSwitch: { afterMinutes, roleArn } = { afterMinutes: 0, roleArn: "" } } = leaseInputs();
  return { deadManSwitch: { afterMinutes, roleArn, deadLetterArn: `arn:aws:sqs:eu-central-1:123456789012:${name}` } };
};

describe("what a changed lease means", () => {
  const state: LeaseState = { ...leaseInputs(), version: stateVersion, generation: 3, natGatewayId: "nat-1" };
  const table: [title: string, olds: Partial<LeaseState>, news: Partial<LeaseInputs>, what: string][] = [
    ["nothing", {}, {}, "same"],
    ["the order of keys", {}, { network: JSON.parse(JSON.stringify(network)) }, "same"],
    ["another provider's code", { __provider: "old" } as object, { __provider: "new" } as object, "same"],
    ["another VPC", {}, { network: { ...network, vpcId: "vpc-2" } }, "replace network"],
    ["another subnet", {}, { network: { ...network, publicSubnetId: "subnet-2" } }, "replace network"],
    ["another group", {}, { network: { ...network, egressSecurityGroupIds: ["sg-client"] } }, "replace network"],
    ["a VPC not known yet", {}, { network: { ...network, vpcId: unknown } }, "replace network"],
    ["another region", {}, { region: "eu-north-1" }, "replace region"],
    ["another name", {}, { leaseName: "a/b/c" }, "replace leaseName"],
    ["another image", {}, { reopenWhen: { collectorImage: "daemon:4" } }, "update and open"],
    ["one thing more to fetch", {}, { reopenWhen: { ...leaseInputs().reopenWhen, userData: "x" } }, "update and open"],
    ["an opening that got stuck", { unfinished: true }, {}, "update and open"],
    ["other deadlines", {}, { waits: { ...waits, availableSeconds: 60 } }, "update"],
    ["another profile", {}, { profile: "deployer" }, "update"],
    ["no profile any more", { profile: "deployer" }, {}, "update"],
    ["other tags", {}, { tags: {} }, "update"],
    ["no dead man's switch", {}, { deadManSwitch: undefined }, "update"],
    ["a dead-letter queue", {}, withQueue("new"), "update"],
    ["another dead-letter queue", withQueue("old"), withQueue("new"), "update"],
    ["no dead-letter queue any more", withQueue("old"), {}, "update"],
    ["a state of another version", { version: 0 }, {}, "update"],
  ];
  for (const [title, olds, changes, what] of table) {
    it(`${title}: ${what}`, () => {
      const [old, news] = [
        { ...state, ...olds },
        { ...leaseInputs(), ...changes },
      ];
      const { changes: changed, replaces, deleteBeforeReplace } = leaseDifference(old, news);
      assert.equal(deleteBeforeReplace, true);
      const replacing = replaces.length > 0 ? `replace ${replaces.join(", ")}` : undefined;
      const updating = mustOpen(old, news) ? "update and open" : "update";
      assert.equal(changed ? (replacing ?? updating) : "same", what);
    });
  }
});

describe("what a changed release means", () => {
  const state: ReleaseState = { ...releaseInputs(3), version: stateVersion, status: "released" };
  const table: [title: string, olds: Partial<ReleaseState>, news: Partial<ReleaseInputs>, what: string][] = [
    ["nothing", {}, {}, "same"],
    ["a lease that opened again", {}, { generation: 4 }, "update and close"],
    ["a lease that may open again", {}, { generation: unknown as unknown as number }, "update and close"],
    ["a lease found open", { status: "open" }, {}, "update and close"],
    ["another network", {}, { network: { ...network, egressSecurityGroupIds: [] } }, "update and close"],
    ["another lease", {}, { leaseId: "a/b/c/vpc-main" }, "replace leaseId"],
    ["another region", {}, { region: "eu-north-1" }, "replace region"],
    ["another proof", {}, { proof: { taskDefinition: "hello:2" } }, "same"],
    ["another NAT gateway", {}, { natGatewayId: "nat-2" }, "update and close"],
    ["other deadlines", {}, { waits: { ...waits, deletedSeconds: 60 } }, "update"],
    ["a state of another version", { version: 0 }, {}, "update"],
  ];
  for (const [title, olds, changes, what] of table) {
    it(`${title}: ${what}`, () => {
      const [old, news] = [
        { ...state, ...olds },
        { ...releaseInputs(3), ...changes },
      ];
      const { changes: changed, replaces, deleteBeforeReplace } = releaseDifference(old, news);
      assert.equal(deleteBeforeReplace, true);
      const replacing = replaces.length > 0 ? `replace ${replaces.join(", ")}` : undefined;
      const updating = mustClose(old, news) ? "update and close" : "update";
      assert.equal(changed ? (replacing ?? updating) : "same", what);
    });
  }
});

describe("what a changed safeguard means", () => {
  const { reopenWhen, ...inputs } = leaseInputs();
  const state: SafeguardState = { ...inputs, version: stateVersion };
  const table: [title: string, olds: Partial<SafeguardState>, news: Partial<LeaseInputs>, what: string][] = [
    ["nothing", {}, {}, "same"],
    ["something to fetch", {}, { reopenWhen: {} }, "same"],
    ["another VPC", {}, { network: { ...network, vpcId: "vpc-2" } }, "replace network"],
    ["another name", {}, { leaseName: "a/b/c" }, "replace leaseName"],
    ["another region", {}, { region: "eu-north-1" }, "replace region"],
    ["another profile", {}, { profile: "deployer" }, "update"],
    ["another dead-letter queue", withQueue("old"), withQueue("new"), "update"],
    ["a state of another version", { version: 0 }, {}, "update"],
  ];
  for (const [title, olds, changes, what] of table) {
    it(`${title}: ${what}`, () => {
      const { changes: changed, replaces } = safeguardDifference({ ...state, ...olds }, { ...inputs, ...changes });
      assert.equal(changed ? (replaces.length > 0 ? `replace ${replaces.join(", ")}` : "update") : "same", what);
    });
  }
});

describe("state", () => {
  it("of an older program is brought to the present shape, step by step", () => {
    const steps: Migration[] = [
      (state) => ({ ...state, second: 2 }),
      (state) => ({ ...state, third: "second" in state ? 3 : 0 }),
    ];
    const shaped = { version: 3, second: 2, third: 3 };
    assert.deepEqual(migrated({ version: 1 }, steps), shaped);
    assert.deepEqual(migrated({ version: 2, second: 2 }, steps), shaped);
    assert.deepEqual(migrated({ version: 3 }, steps), { version: 3 });
  });

  it("of a newer program is refused", () => {
    assert.deepEqual(migrated({ version: stateVersion }), { version: stateVersion });
    assert.throws(() => migrated({ version: stateVersion + 1 }), {
      message: /^the state of this resource has version 2, this program knows 1: use the newer version/,
    });
  });

  it("is needed to read: there is no import", () => {
    assert.deepEqual(known({ version: 1 }), { version: 1 });
    const message = "this resource cannot be imported: `pulumi up` adopts what carries the lease's tag";
    assert.throws(() => known(undefined), { message });
    assert.throws(() => known({}), { message });
  });

  it("is compared as JSON", () => {
    assert.equal(sameJson({ a: 1, b: { c: [1, 2], d: undefined } }, { b: { c: [1, 2] }, a: 1 }), true);
    assert.equal(sameJson({ a: [1, 2] }, { a: [2, 1] }), false);
    assert.equal(sameJson(undefined, null), false);
  });
});
