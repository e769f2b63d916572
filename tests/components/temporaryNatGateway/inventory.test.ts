import assert from "node:assert/strict";
import type { NatGateway, NatGatewayState } from "@aws-sdk/client-ec2";
import { Inventory } from "../../../components/temporaryNatGateway/inventory";
import { routeDecision } from "../../../components/temporaryNatGateway/steps/defaultRoutes";
import { clientToken } from "../../../components/temporaryNatGateway/steps/natGateway";

type DefaultRoute = Inventory["defaultRoutes"][number];

/** What there is of a lease, beside what other owners have. */
function inventoryOf(found: Partial<Inventory>): Inventory {
  const others = { otherInternetGateways: ["igw-detached"], otherNatGateways: ["nat-other"] };
  return Object.assign(new Inventory(), others, found);
}

function natGateway(NatGatewayId: string, State: NatGatewayState): NatGateway {
  return { NatGatewayId, State };
}

function route(target: string, state: DefaultRoute["state"]): DefaultRoute {
  return { routeTableId: "rtb-private", target, state };
}

describe("whose a default route is, and what opening does about it", () => {
  const inventory = inventoryOf({
    internetGateways: [{ InternetGatewayId: "igw-ours" }],
    natGateways: [natGateway("nat-old", "deleted"), natGateway("nat-new", "available")],
  });
  const table: [route: DefaultRoute, owner: string, decision: string][] = [
    [route("nat-new", "active"), "lease", "none"],
    [route("nat-old", "blackhole"), "lease", "replace"],
    [route("igw-ours", "active"), "lease", "replace"],
    [route("nat-vanished", "blackhole"), "stale", "replace"],
    [route("igw-vanished", "blackhole"), "stale", "replace"],
    [route("nat-vanished", "active"), "other", "refuse"],
    [route("igw-detached", "blackhole"), "other", "refuse"],
    [route("igw-detached", "active"), "other", "refuse"],
    [route("nat-other", "active"), "other", "refuse"],
    [route("nat-other", "blackhole"), "other", "refuse"],
    [route("tgw-office", "active"), "other", "refuse"],
    [route("tgw-office", "blackhole"), "other", "refuse"],
    [route("eigw-nat-6", "blackhole"), "other", "refuse"],
    [route("eni-firewall", "blackhole"), "other", "refuse"],
  ];
  for (const [given, owner, decision] of table) {
    it(`${given.state} to ${given.target}: ${owner}, ${decision}`, () => {
      assert.deepEqual([inventory.ownerOf(given), routeDecision(given, "nat-new", inventory)], [owner, decision]);
    });
  }

  it("no route: create", () => assert.equal(routeDecision(undefined, "nat-new", inventory), "create"));
});

describe("what is left of a lease", () => {
  const table: [title: string, left: Partial<Inventory>, released: boolean][] = [
    ["nothing", {}, true],
    ["a deleted NAT gateway", { natGateways: [natGateway("nat-1", "deleted")] }, true],
    ["another owner's route", { defaultRoutes: [route("tgw-office", "active")] }, true],
    ["an internet gateway", { internetGateways: [{ InternetGatewayId: "igw-1" }] }, false],
    ["an address", { addresses: [{ AllocationId: "eipalloc-1" }] }, false],
    ["a NAT gateway that is being deleted", { natGateways: [natGateway("nat-1", "deleting")] }, false],
    ["a failed NAT gateway", { natGateways: [natGateway("nat-1", "failed")] }, false],
    ["a rule", { egressRules: [{ SecurityGroupRuleId: "sgr-1" }] }, false],
    ["a dead route", { defaultRoutes: [route("nat-1", "blackhole")] }, false],
    ["a schedule", { schedules: { address: "eipalloc-1" } }, false],
  ];
  for (const [title, left, released] of table) {
    it(`${title}: ${released ? "released" : "open"}`, () => assert.equal(inventoryOf(left).isReleased, released));
  }

  it("prefers the NAT gateway which can be used already", () => {
    const [pending, available, failed] = [
      natGateway("nat-1", "pending"),
      natGateway("nat-2", "available"),
      natGateway("nat-3", "failed"),
    ];
    assert.equal(inventoryOf({ natGateways: [failed, pending, available] }).liveNatGateway, available);
    assert.equal(inventoryOf({ natGateways: [failed, pending] }).liveNatGateway, pending);
    assert.equal(inventoryOf({ natGateways: [failed] }).liveNatGateway, undefined);
  });
});

describe("client token of a NAT gateway", () => {
  const now = Date.UTC(2026, 10, 20, 12, 0);
  const token = clientToken("lease", "eipalloc-1", ["nat-1", "nat-2"], now);

  it("has no more than 64 characters of ASCII", () => assert.match(token, /^[0-9a-f]{64}$/));

  it("is the same for the same gateway, whoever asks, and another for any other", () => {
    assert.equal(clientToken("lease", "eipalloc-1", ["nat-2", "nat-1"], now + 20 * 60_000), token);
    const others = [
      clientToken("other", "eipalloc-1", ["nat-1", "nat-2"], now),
      clientToken("lease", "eipalloc-2", ["nat-1", "nat-2"], now),
      clientToken("lease", "eipalloc-1", ["nat-1"], now),
      clientToken("lease", "eipalloc-1", ["nat-1", "nat-2"], now + 30 * 60_000),
    ];
    assert.equal(new Set([token, ...others]).size, 5);
  });
});
