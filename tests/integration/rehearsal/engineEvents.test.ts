import assert from "node:assert/strict";
import { readEvents } from "./engineEvents";
import { describeChange, unexpectedChanges } from "./stackRehearsal";
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
    assert.deepEqual(readEvents(""), { changes: [], errors: [] });
  });
});

describe("a resource without a component", () => {
  it("is one whose parent is the stack", () => {
    const stack = "urn:pulumi:dev::traced-fargate::pulumi:pulumi:Stack::traced-fargate-dev";
    const vpc = { custom: true, type: "aws:ec2/vpc:Vpc" };
    const resources = [
      { urn: stack, type: "pulumi:pulumi:Stack" },
      {
        urn: "urn:pulumi:dev::traced-fargate::pulumi:providers:aws::default",
        type: "pulumi:providers:aws",
        custom: true,
      },
      { urn: urn("component", "network"), type: "traced-fargate:network:PrivateNetwork", parent: stack },
      { ...vpc, urn: urn("aws:ec2/vpc:Vpc", "kept"), parent: urn("component", "network") },
      { ...vpc, urn: urn("aws:ec2/vpc:Vpc", "lost"), parent: stack },
    ];
    assert.deepEqual(withoutComponent(resources), ["aws:ec2/vpc:Vpc lost"]);
  });
});
