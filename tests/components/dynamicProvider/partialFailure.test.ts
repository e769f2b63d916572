import assert from "node:assert/strict";
import Module from "node:module";
import { packedProvider, partialFailure, plainJson } from "../../../components/dynamicProvider/partialFailure";

/** Runs the text as the host does, and returns what its `handler` returns. */
function loaded(text: string): unknown {
  const made = new Module("provider", module) as Module & { _compile(text: string, name: string): void };
  made.paths = module.paths;
  made._compile(text, "provider");
  return made.exports.handler();
}

describe("plainJson", () => {
  it("drops what the host cannot send", () => {
    const value = { text: "a", none: undefined, list: [1], nested: { none: undefined, when: new Date(0) } };
    assert.deepEqual(Object.entries(plainJson<object>(value)), [
      ["text", "a"],
      ["list", [1]],
      ["nested", { when: "1970-01-01T00:00:00.000Z" }],
    ]);
  });
});

describe("packedProvider", () => {
  it("unpacks itself, and finds packages as the original does", () => {
    const text = 'exports.handler = () => ({ name: require("@pulumi/pulumi/package.json").name });';
    assert.deepEqual(loaded(packedProvider(text)), { name: "@pulumi/pulumi" });
  });

  it("is much shorter than code", () => {
    const text = `exports.handler = () => ({});\n${"function look(run) { return run.inventory.length; }\n".repeat(2000)}`;
    assert.ok(packedProvider(text).length < text.length / 5);
  });
});

describe("partialFailure", () => {
  it("says what is saved, and why it is unfinished", () => {
    const cause = Object.assign(new Error("quota"), { name: "AddressLimitExceeded" });
    const error = partialFailure(cause, "the-id", { a: 1, b: undefined });
    assert.deepEqual(
      { ...error, message: error.message },
      {
        message: "AddressLimitExceeded: quota",
        id: "the-id",
        properties: { a: 1 },
        reasons: ["AddressLimitExceeded: quota"],
      },
    );
  });
});
