import assert from "node:assert/strict";
import { homedir, hostname, tmpdir } from "node:os";
import { leaseProvider } from "../../../components/temporaryNatGateway/natGatewayLease";
import { releaseProvider } from "../../../components/temporaryNatGateway/natGatewayRelease";
import { nothingToProve } from "../../../components/temporaryNatGateway/proof";
import { serializeProvider } from "../../helpers/dynamicProviderHost";

describe("what Pulumi stores of the providers", () => {
  const providers = { lease: leaseProvider, release: releaseProvider(nothingToProve) };
  for (const [name, provider] of Object.entries(providers)) {
    it(`is code of the ${name} alone, the same every time`, async () => {
      const text = await serializeProvider(provider);
      assert.equal(await serializeProvider(provider), text);
      // Nothing of the machine that ran the program.
      for (const trace of [process.cwd(), homedir(), hostname(), tmpdir(), "node_modules", process.execPath]) {
        assert.ok(!text.includes(trace), `"${trace}" is in the text`);
      }
      // Packages by their names, and no module of our own, which the host could not load.
      assert.deepEqual([...new Set(text.match(/require\("[^"]*"\)/g))].sort(), [
        'require("@aws-sdk/client-ec2")',
        'require("crypto")',
        'require("module")',
        'require("zlib")',
      ]);
      // No captured maps, sets, dates, instances of classes or private members: these serialise, but fail when run.
      assert.deepEqual(text.match(/global\.(Map|Set|Date)\.prototype|Object\.create\(|this\.#/g), null);
      assert.ok(Buffer.byteLength(text) < 80_000, `${Buffer.byteLength(text)} bytes`);
    });
  }
});
