import assert from "node:assert/strict";
import type { dynamic } from "@pulumi/pulumi";
import { leaseId, leaseInputs, releaseInputs, withDouble } from "../../pulumi/leaseInputs";
import { leaseProviders } from "../../pulumi/leaseProviders";

type Name = keyof typeof leaseProviders;
type Row = [title: string, olds: object, news: object, what: string];

const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const { reopenWhen, ...safeguardInputs } = leaseInputs();
const { network, waits, deadManSwitch } = safeguardInputs;
const withQueue = (queue: string) => ({
  deadManSwitch: { ...deadManSwitch, deadLetterArn: `arn:aws:sqs:eu-central-1:123456789012:${queue}` },
});

const inputs: Readonly<Record<Name, object>> = {
  safeguard: safeguardInputs,
  lease: leaseInputs(),
  release: releaseInputs(3),
};
const states: Readonly<Record<Name, object>> = {
  safeguard: { ...inputs.safeguard, version: 1 },
  lease: { ...inputs.lease, version: 1, generation: 3, natGatewayId: "nat-1" },
  release: { ...inputs.release, version: 1, status: "released" },
};

const ofSafeguardAndLease: Row[] = [
  ["nothing", {}, {}, "same"],
  ["the order of keys", {}, { network: Object.fromEntries(Object.entries(network).reverse()) }, "same"],
  ["another provider's code", { __provider: "old" }, { __provider: "new" }, "same"],
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

/** `act` is an update that opens or closes, and not only notes the new inputs. */
const tables: Readonly<Record<Name, Row[]>> = {
  safeguard: [...ofSafeguardAndLease, ["something to fetch", {}, { reopenWhen: {} }, "same"]],
  lease: [
    ...ofSafeguardAndLease,
    ["another image", {}, { reopenWhen: { collectorImage: "daemon:4" } }, "act"],
    ["one thing more to fetch", {}, { reopenWhen: { ...reopenWhen, userData: "x" } }, "act"],
    ["an opening that got stuck", { unfinished: true }, {}, "act"],
  ],
  release: [
    ["nothing", {}, {}, "same"],
    ["a lease that opened again", {}, { generation: 4 }, "act"],
    ["a lease that may open again", {}, { generation: unknown }, "act"],
    ["a lease found open", { status: "open" }, {}, "act"],
    ["another network", {}, { network: { ...network, egressSecurityGroupIds: [] } }, "act"],
    ["another NAT gateway", {}, { natGatewayId: "nat-2" }, "act"],
    ["another lease", {}, { leaseId: "a/b/c/vpc-main" }, "replace leaseId"],
    ["another region", {}, { region: "eu-north-1" }, "replace region"],
    ["another proof", {}, { proof: { taskDefinition: "hello:2" } }, "same"],
    ["another dead man's switch", {}, { deadManSwitch: undefined }, "same"],
    ["other deadlines", {}, { waits: { ...waits, deletedSeconds: 60 } }, "update"],
    ["other tags", {}, { tags: {} }, "update"],
    ["a state of another version", { version: 0 }, {}, "update"],
  ],
};

const importMessage = { message: "this resource cannot be imported: `pulumi up` adopts what carries the lease's tag" };

for (const name of ["safeguard", "lease", "release"] as const) {
  const provider: dynamic.ResourceProvider = leaseProviders[name];
  describe(`what a changed ${name} means`, () => {
    for (const [title, olds, news, what] of tables[name]) {
      it(`${title}: ${what}`, async () => {
        await withDouble(async (double) => {
          const change = [leaseId, { ...states[name], ...olds }, { ...inputs[name], ...news }] as const;
          const { changes, replaces = [], deleteBeforeReplace } = (await provider.diff?.(...change)) ?? {};
          assert.deepEqual([changes, deleteBeforeReplace], [what !== "same", true]);
          assert.equal(replaces.map((each) => `replace ${each}`).join(), what.startsWith("replace") ? what : "");
          if (what === "act") {
            double.takeCalls();
            await provider.update?.(...change);
            assert.ok(double.takeCalls().length > 1);
          }
        });
      });
    }
  });

  it(`the state of a ${name} is refused when it is of a newer program, or of none`, async () => {
    const old = { ...states[name], version: 2 };
    const message = /^the state of this resource has version 2, this program knows 1: use the newer version/;
    await assert.rejects(async () => provider.read?.("id", old), { message });
    await assert.rejects(async () => provider.diff?.("id", old, inputs[name]), { message });
    await assert.rejects(async () => provider.read?.("id", { ...old, version: undefined }), importMessage);
    await assert.rejects(async () => provider.read?.("id"), importMessage);
  });
}
