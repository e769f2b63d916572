import assert from "node:assert/strict";
import Module from "node:module";
import {
  diffInputs,
  type InputEffects,
  packProvider,
  partialFailure,
  pickInputs,
  plainJson,
} from "../../../components/dynamicProvider/dynamicResource";

/** Runs the text as the host does, and returns what its `handler` returns. */
function loaded(text: string): unknown {
  const made = new Module("provider", module) as Module & { _compile(text: string, name: string): void };
  made.paths = module.paths;
  made._compile(text, "provider");
  return made.exports.handler();
}

describe("the inputs of a resource", () => {
  interface Inputs {
    readonly where: string;
    readonly tags?: Readonly<Record<string, string>>;
    readonly proof: string;
  }
  const effects: InputEffects<Inputs> = { where: "replace", tags: "update", proof: "nothing" };
  const state = { where: "here", tags: { a: "1", b: "2" }, proof: "old", observed: 1, __provider: "code" };

  const table: [what: string, news: Inputs, changes: boolean, replaces: string[]][] = [
    ["in another order", { ...state, tags: { b: "2", a: "1" }, __provider: "other" } as Inputs, false, []],
    ["that mean nothing", { ...state, proof: "new" }, false, []],
    ["to be updated", { ...state, tags: { a: "1" } }, true, []],
    ["no longer set", { where: "here", proof: "old" }, true, []],
    ["of another resource", { ...state, where: "there" }, true, ["where"]],
  ];
  for (const [what, news, changes, replaces] of table) {
    it(`are compared: ${what}`, () => assert.deepEqual(diffInputs(effects, state, news), { changes, replaces }));
  }

  it("are picked, without what the host or a look adds, and what is not set", () => {
    assert.deepEqual(Object.entries(pickInputs(effects, { ...state, tags: undefined })), [
      ["where", "here"],
      ["proof", "old"],
    ]);
  });
});

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

describe("packProvider", () => {
  it("unpacks itself, and finds packages as the original does", () => {
    const text = 'exports.handler = () => ({ name: require("@pulumi/pulumi/package.json").name });';
    assert.deepEqual(loaded(packProvider(text)), { name: "@pulumi/pulumi" });
  });

  it("is much shorter than code", () => {
    const text = `exports.handler = () => ({});\n${"function look(run) { return run.inventory.length; }\n".repeat(2000)}`;
    assert.ok(packProvider(text).length < text.length / 5);
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
