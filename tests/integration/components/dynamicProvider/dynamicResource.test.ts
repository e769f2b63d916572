import assert from "node:assert/strict";
import { partialFailure } from "../../../../components/dynamicProvider/dynamicResource";
import { DynamicProviderHost, HostError, serializeProvider } from "../../../pulumi/dynamicProviderHost";

describe("partialFailure", () => {
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
