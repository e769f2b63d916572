import assert from "node:assert/strict";
import { networkChangeProvider } from "../../../components/network/networkChangeCheck";
import { DynamicProviderHost, ManagedResource, serializeProvider } from "../../pulumi/dynamicProviderHost";

describe("NetworkChangeCheck in Pulumi's own host", () => {
  let host: DynamicProviderHost | undefined;
  let provider: string;

  before(async () => {
    provider = await serializeProvider(networkChangeProvider);
    host = await DynamicProviderHost.start();
  });

  after(() => host?.stop());

  const places = (publicSubnet: string, region = "eu-central-1") => ({
    region,
    vpcCidr: "10.0.0.0/16",
    subnets: { public: publicSubnet, client: "10.0.2.0/24", "containers-1": "10.0.3.0/24" },
  });

  it("is code that needs nothing but Node and ipaddr.js", () => {
    const packages = [...new Set(provider.match(/require\("[^"]*"\)/g))].sort();
    assert.deepEqual(packages, ['require("ipaddr.js/lib/ipaddr.js")', 'require("util")']);
  });

  it("keeps what stands, and refuses what cannot be made beside it", async () => {
    assert.ok(host);
    const check = new ManagedResource(host, provider);
    assert.equal(await check.up(places("10.0.1.0/24")), "create");
    assert.equal(await check.up(places("10.0.1.0/24")), "same");
    await assert.rejects(check.up(places("10.0.1.0/25")), {
      message:
        ": publicSubnetCidr: 10.0.1.0/25 overlaps 10.0.1.0/24, which subnet public has now, and new subnets are made " +
        "before old ones are deleted; type: pulumi config set publicSubnetCidr 10.0.0.0/25 && npm run up && " +
        "pulumi config set publicSubnetCidr 10.0.1.0/25 && npm run up",
    });
    await assert.rejects(check.up(places("10.0.1.0/24", "eu-west-1")), /^Error: : aws:region: this stack stands in /);
    assert.equal(await check.up(places("10.0.0.0/25")), "update");
    assert.equal(await check.up(places("10.0.1.0/25")), "update");
    await check.destroy();
    assert.equal(await check.up(places("10.0.1.0/24", "eu-west-1")), "create");
  });
});
