import assert from "node:assert/strict";
import { join } from "node:path";
import { listStacks } from "../../../tools/evaluation/stackSettings";
import { evaluateVariant } from "../../stacks/evaluateVariant";
import { readEvents } from "./engineEvents";
import { describeChange, failureOf, unexpectedChanges } from "./stackRehearsal";
import { withoutComponent } from "./state";

const urn = (type: string, name: string) => `urn:pulumi:dev::traced-fargate::parent$${type}::${name}`;
const step = (op: string, name: string, more: object = {}) => {
  const type = "aws:ec2/vpc:Vpc";
  return { metadata: { op, type, urn: urn(type, name), ...more } };
};
const lines = (...events: object[]) => events.map((event) => JSON.stringify(event)).join("\n");

describe("the engine's events", () => {
  it("tell each step once, without what stays as it is", () => {
    const text = lines(
      { sequence: 0, preludeEvent: { config: {} } },
      { sequence: 1, resourcePreEvent: step("same", "unchanged") },
      { sequence: 2, resourcePreEvent: step("create", "network") },
      { sequence: 3, resOutputsEvent: step("create", "network") },
      { sequence: 4, resourcePreEvent: step("update", "changed", { diffs: ["tags"], keys: null }) },
      { sequence: 5, resourcePreEvent: step("create-replacement", "moved") },
      { sequence: 6, resourcePreEvent: step("replace", "moved", { keys: ["cidrBlock"], diffs: ["cidrBlock"] }) },
      { sequence: 7, resourcePreEvent: step("delete-replaced", "moved") },
    );
    const { changes } = readEvents(text);
    assert.deepEqual(changes.map(describeChange), [
      "create aws:ec2/vpc:Vpc network",
      "update aws:ec2/vpc:Vpc changed (tags)",
      "replace aws:ec2/vpc:Vpc moved (cidrBlock)",
    ]);
    assert.match(unexpectedChanges({ changes })[1] ?? "", /nothing to do, but: update .* changed \(tags\)$/);
  });

  it("tell what a refresh has found", () => {
    const text = lines(
      { resourcePreEvent: step("refresh", "same") },
      { resOutputsEvent: step("same", "same") },
      { resourcePreEvent: step("refresh", "drifted") },
      { resOutputsEvent: step("update", "drifted", { diffs: ["cidrBlock"] }) },
    );
    assert.deepEqual(readEvents(text).changes.map(describeChange), ["update aws:ec2/vpc:Vpc drifted (cidrBlock)"]);
  });

  it("tell errors with their resource, in one line and without marks", () => {
    const message = "<{%reset%}>creating:\n  no such zone<{%reset%}>\n";
    const text = lines(
      { diagnosticEvent: { severity: "error", message, urn: urn("aws:ec2/subnet:Subnet", "one") } },
      { diagnosticEvent: { severity: "info#err", message: "waiting" } },
      { diagnosticEvent: { severity: "error", message: "update failed" } },
    );
    assert.deepEqual(readEvents(text).errors, ["one: creating: no such zone", "update failed"]);
  });

  it("are read as far as they got", () => {
    const text = `${lines({ resourcePreEvent: step("create", "network") })}\n{"resourcePreEvent":{"meta`;
    assert.equal(readEvents(text).changes.length, 1);
    assert.deepEqual(readEvents(""), { changes: [], errors: [], deletedFirst: [], unfinished: [] });
  });

  it("tell what was deleted before its replacement was made", () => {
    const text = lines(
      { resourcePreEvent: step("delete-replaced", "replaced by an earlier command") },
      { resourcePreEvent: step("create-replacement", "made first") },
      { resourcePreEvent: step("delete-replaced", "made first") },
      { resourcePreEvent: step("delete-replaced", "deleted first") },
      { resourcePreEvent: step("create-replacement", "deleted first") },
    );
    assert.deepEqual(readEvents(text).deletedFirst, ["aws:ec2/vpc:Vpc deleted first"]);
  });

  it("tell what was not ended when a command was killed", () => {
    const custom = { new: { custom: true } };
    const text = lines(
      { resourcePreEvent: step("create", "component", { new: { custom: false } }) },
      { resourcePreEvent: step("create", "made", custom) },
      { resOutputsEvent: step("create", "made", custom) },
      { resourcePreEvent: step("update", "refused", custom) },
      { resOpFailedEvent: step("update", "refused", custom) },
      { resourcePreEvent: step("delete-replaced", "kept", { old: { custom: true } }) },
    );
    const outcome = { ...readEvents(text), exitCode: null, seconds: 600, log: "" };
    assert.deepEqual(failureOf(outcome), [
      "it was killed",
      "begun and not ended: delete-replaced aws:ec2/vpc:Vpc kept",
    ]);
  });
});

describe("a resource without a component", () => {
  const stack = "urn:pulumi:dev::traced-fargate::pulumi:pulumi:Stack::traced-fargate-dev";
  const images = "traced-fargate:images:StackImages";
  const built = "traced-fargate:images:BuiltImage";
  const cases: readonly [what: string, resource: { type: string; name: string; parent?: string }, found: string[]][] = [
    ["the stack is none", { type: "pulumi:pulumi:Stack", name: "dev" }, []],
    ["a provider is none", { type: "pulumi:providers:aws", name: "default" }, []],
    ["a component of the stack's is none", { type: images, name: "images", parent: stack }, []],
    ["what belongs to a component is none", { type: built, name: "hello", parent: urn(images, "images") }, []],
    ["a part of a component is one", { type: built, name: "hello", parent: stack }, [`${built} hello`]],
    ["a resource is one", { type: "aws:ec2/vpc:Vpc", name: "lost", parent: stack }, ["aws:ec2/vpc:Vpc lost"]],
    ["a resource without a parent is one", { type: "aws:ec2/vpc:Vpc", name: "lost" }, ["aws:ec2/vpc:Vpc lost"]],
  ];
  for (const [what, { type, name, parent }, found] of cases) {
    it(`is found: ${what}`, () => {
      assert.deepEqual(withoutComponent([{ urn: urn(type, name), type, parent }]), found);
    });
  }

  const settings = { dashboard: "on", dnsQueryLogs: "on", flowLogs: "all" };
  for (const stack of listStacks(join(__dirname, "../../.."))) {
    it(`is none of ${stack}, with all that settings add to it`, async () => {
      const { resources, errors } = await evaluateVariant(stack, {
        ...settings,
        ...(stack === "packed" ? { dnsFirewall: "block" } : {}),
      });
      assert.deepEqual(errors, []);
      assert.deepEqual(withoutComponent(resources), []);
    });
  }
});
