import assert from "node:assert/strict";
import fc from "fast-check";
import { AddressBlock } from "../../../components/network/addresses";
import { type NetworkChangeCheck, networkChangeProvider } from "../../../components/network/networkChangeCheck";
import { DynamicProviderHost, ManagedResource, serializeProvider } from "../../pulumi/dynamicProviderHost";

type NetworkPlaces = ConstructorParameters<typeof NetworkChangeCheck>[1];

/** What the check says when a network that stands is to be changed. */
async function refusals(standing: NetworkPlaces, wanted: NetworkPlaces): Promise<string[]> {
  const { failures = [] } = (await networkChangeProvider.check?.(standing, wanted)) ?? {};
  return failures.map(({ property, reason }) => `${property}${reason}`);
}

describe("the check of changes", () => {
  const subnets = { public: "10.0.1.0/24", client: "10.0.2.0/24", "containers-1": "10.0.3.0/24" };
  const standing: NetworkPlaces = { region: "eu-central-1", vpcCidr: "10.0.0.0/16", subnets };
  const overlap = (setting: string, range: string, old: string, name: string) =>
    `${setting}: ${range} overlaps ${old}, which subnet ${name} has now, and new subnets are made before old ones are deleted; type: `;
  const set = (...commands: string[]) =>
    commands.map((command) => `pulumi config ${command} && npm run up`).join(" && ");
  const setContainers = (...ranges: string[]) =>
    `set-all --path ${ranges.map((range, index) => `--plaintext 'containerSubnetCidrs[${index}]=${range}'`).join(" ")}`;
  const table: [what: string, changes: Partial<NetworkPlaces>, expected: string[]][] = [
    ["nothing that stays as it is", {}, []],
    ["no further zone", { subnets: { ...subnets, "containers-2": "10.0.4.0/24" } }, []],
    ["no zone less, nor the client's end", { subnets: { public: "10.0.1.0/24", "containers-1": "10.0.3.0/24" } }, []],
    ["no range that is free", { subnets: { ...subnets, public: "10.0.64.0/24" } }, []],
    [
      "no other VPC, whose ranges are all new",
      { vpcCidr: "10.0.0.0/18", subnets: { ...subnets, public: "10.0.2.0/24", client: "10.0.1.0/24" } },
      [],
    ],
    [
      "a subnet that grows where it stands",
      { subnets: { ...subnets, public: "10.0.0.0/23" } },
      [
        overlap("publicSubnetCidr", "10.0.0.0/23", "10.0.1.0/24", "public") +
          set("set publicSubnetCidr 10.0.4.0/23", "set publicSubnetCidr 10.0.0.0/23"),
      ],
    ],
    [
      "two that change places, each by itself",
      { subnets: { ...subnets, client: "10.0.3.0/24", "containers-1": "10.0.2.0/24" } },
      [
        overlap("clientSubnetCidr", "10.0.3.0/24", "10.0.3.0/24", "containers-1") +
          set("set clientSubnetCidr 10.0.0.0/24", "set clientSubnetCidr 10.0.3.0/24"),
        overlap("containerSubnetCidrs", "10.0.2.0/24", "10.0.2.0/24", "client") +
          set(setContainers("10.0.0.0/24"), setContainers("10.0.2.0/24")),
      ],
    ],
    [
      "a new zone's subnet where another is to go away",
      { subnets: { public: "10.0.64.0/24", "containers-1": "10.0.3.0/24", "containers-2": "10.0.1.0/24" } },
      [
        overlap("containerSubnetCidrs", "10.0.1.0/24", "10.0.1.0/24", "public") +
          set(setContainers("10.0.3.0/24", "10.0.0.0/24"), setContainers("10.0.3.0/24", "10.0.1.0/24")),
      ],
    ],
    [
      "a range for which the VPC has no detour",
      { subnets: { ...subnets, "containers-1": "10.0.0.0/17", public: "10.0.128.0/24", client: "10.0.129.0/24" } },
      [`${overlap("containerSubnetCidrs", "10.0.0.0/17", "10.0.1.0/24", "public")}npm run destroy && npm run up`],
    ],
    [
      "another region, whatever else changes",
      { region: "eu-west-1", subnets: { ...subnets, public: "10.0.0.0/23" } },
      [
        "aws:region: this stack stands in eu-central-1, and nothing of it can move to eu-west-1; " +
          "type: pulumi config set aws:region eu-central-1, and run npm run destroy before you change it",
      ],
    ],
  ];
  for (const [what, changes, expected] of table) {
    it(`refuses ${what}`, async () => {
      assert.deepEqual(await refusals(standing, { ...standing, ...changes }), expected);
    });
  }

  it("lets pass only what AWS can make beside what stands", async () => {
    const range = fc
      .tuple(fc.nat(3), fc.integer({ min: 20, max: 28 }))
      .map(([block, prefix]) => `10.0.${block * 16}.0/${prefix}`);
    const places = fc
      .record({ public: range, "containers-1": range }, { requiredKeys: ["public"] })
      .map((given): NetworkPlaces => ({ ...standing, subnets: given as Record<string, string> }));
    await fc.assert(
      fc.asyncProperty(places, places, async (from, to) => {
        const conflicts = Object.entries(to.subnets).filter(([name, cidr]) => {
          const others = Object.values(from.subnets);
          const isNew = from.subnets[name] !== cidr;
          return isNew && others.some((old) => AddressBlock.parse(old).overlaps(AddressBlock.parse(cidr)));
        });
        assert.equal((await refusals(from, to)).length, new Set(conflicts.map(([name]) => name)).size);
      }),
    );
  });
});

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
    await assert.rejects(check.up(places("10.0.1.0/25")), /^Error: : publicSubnetCidr: 10\.0\.1\.0\/25 overlaps /);
    await assert.rejects(check.up(places("10.0.1.0/24", "eu-west-1")), /^Error: : aws:region: this stack stands in /);
    assert.equal(await check.up(places("10.0.0.0/25")), "update");
    assert.equal(await check.up(places("10.0.0.0/25")), "same");
    assert.equal(await check.up(places("10.0.1.0/25")), "update");
    await check.destroy();
    assert.equal(await check.up(places("10.0.1.0/24", "eu-west-1")), "create");
  });
});
