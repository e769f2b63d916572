import assert from "node:assert/strict";
import Module from "node:module";
import { packedProvider, partialFailure, plainJson } from "../../../components/dynamicProvider/partialFailure";
import { DynamicProviderHost, HostError, serializeProvider } from "../../helpers/dynamicProviderHost";

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

  it("gets through the host with a provider longer than a header may be", async () => {
    // About 90 KB of text which every provider of the program would carry.
    const table = Array.from({ length: 3000 }, (_, index) => `entry number ${index} of a table`);
    const provider = await serializeProvider({
      create: async (inputs: object) => {
        throw partialFailure(new Error(`stuck at ${table.length}`), "the-id", { ...inputs, half: true });
      },
      delete: async (id: string, properties: { half: boolean }) => {
        console.error(`deleted ${id}, half: ${properties.half}, table: ${table.length}`);
      },
    });
    assert.ok(provider.length > 65_536);
    const host = await DynamicProviderHost.start();
    try {
      const error: unknown = await host.create({ __provider: provider, size: 1 }).catch((reason) => reason);
      assert.ok(error instanceof HostError && error.partial !== undefined);
      const { __provider, ...properties } = error.partial.properties;
      assert.deepEqual(
        { message: error.message, ...error.partial, properties },
        { message: "stuck at 3000", id: "the-id", properties: { size: 1, half: true }, reasons: ["stuck at 3000"] },
      );
      await host.delete(error.partial.id, error.partial.properties);
    } finally {
      // All that it wrote has arrived once it is gone.
      await host.stop("SIGTERM");
    }
    assert.equal(host.stderr, "deleted the-id, half: true, table: 3000\n");
  });
});
