import assert from "node:assert/strict";
import { homedir, hostname, tmpdir } from "node:os";
import { packProvider } from "../../../components/dynamicProvider/dynamicResource";
import { serializeProvider } from "../../pulumi/dynamicProviderHost";
import { leaseProviders, type ProviderTexts, providerTexts } from "../../pulumi/leaseProviders";

describe("what Pulumi stores of the providers", () => {
  const services = [
    "cloudwatch-logs",
    "ec2",
    "ecr",
    "ecs",
    "resource-groups-tagging-api",
    "scheduler",
    "ssm",
    "sts",
    "xray",
  ];
  const clients = services.map((service) => `require("@aws-sdk/client-${service}")`);
  const sdk = [...clients, 'require("crypto")'];
  const waiting = ['require("timers/promises")', 'require("util")'];
  const packing = ['require("module")', 'require("zlib")'];
  const packages: Record<keyof ProviderTexts, string[]> = {
    safeguard: [...sdk, ...waiting],
    lease: [...sdk, ...waiting, ...packing],
    release: [...sdk, ...waiting, ...packing],
  };
  for (const name of ["safeguard", "lease", "release"] as const) {
    it(`is code of the ${name} alone`, async () => {
      const { [name]: text } = await providerTexts();
      // Nothing of the machine that ran the program.
      for (const trace of [process.cwd(), homedir(), hostname(), tmpdir(), "node_modules", process.execPath]) {
        assert.ok(!text.includes(trace), `"${trace}" is in the text`);
      }
      // Packages by their names, and no module of our own, which the host could not load.
      assert.deepEqual([...new Set(text.match(/require\("[^"]*"\)/g))].sort(), packages[name].sort());
      // No captured maps, sets, dates, instances of classes or private members: these serialise, but fail when run.
      assert.deepEqual(text.match(/global\.(Map|Set|Date)\.prototype|Object\.create\(|this\.#/g), null);
      // In the one header that carries a partial failure it shares 64 KiB with the properties.
      const packed = packProvider(text).length;
      assert.ok(packed < 32 * 1024, `${packed} bytes packed`);
    });
  }

  it("is the same every time", async () => {
    assert.equal(await serializeProvider(leaseProviders.lease), (await providerTexts()).lease);
  });
});
