import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type AclEntry,
  allPorts,
  type GraphRule,
  type NetworkGraph,
  type NetworkNode,
  type Route,
  type Target,
} from "../../../tools/network/graph";
import { outsideNodes } from "../../../tools/network/outsideNodes";
import { addressText, allAddresses, cut, includes, join, type Range, rangeOf } from "../../../tools/network/ranges";
import { judge, reachability } from "../../../tools/network/reachability";
import { walks } from "./packetWalk";

function block(cidr: string): Range {
  const range = rangeOf(cidr);
  assert.ok(range);
  return range;
}

const s3 = { id: "pl-s3", name: "s3", addresses: block("198.18.0.0/24") };
const vpc = block("10.0.0.0/16");
const subnetBlocks = ["10.0.0.0/28", "10.0.0.16/28", "10.0.1.0/28"];
const groups = ["sg-a", "sg-b", "sg-c"];

const ports = fc.constantFrom<Range>(
  { first: 22, last: 22 },
  { first: 80, last: 90 },
  { first: 443, last: 443 },
  { first: 1, last: 65535 },
);
const blocks = ["0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "10.0.0.0/28", "10.0.0.0/16", "10.9.0.0/16", "203.0.113.0/24"];
const protocol = fc.constantFrom("tcp", "udp", "-1");
const direction = fc.constantFrom("ingress" as const, "egress" as const);

const peer = fc.oneof(
  fc.constantFrom(...groups, s3.id).map((id) => ({ peer: id })),
  fc.constantFrom(...blocks).map((cidr) => ({ peer: cidr, addresses: block(cidr) })),
);
const rule = fc
  .tuple(fc.record({ direction, protocol, ports, group: fc.constantFrom(...groups) }), peer)
  .map(([facts, to]): GraphRule => ({ ...facts, ...to, ports: facts.protocol === "-1" ? allPorts : facts.ports }));

const target = fc.constantFrom<Target>(
  { kind: "internet gateway" },
  { kind: "NAT gateway", subnet: "0" },
  { kind: "NAT gateway", subnet: "1" },
  { kind: "NAT gateway" },
  { kind: "other" },
);
const local: Route = { destination: vpc, target: { kind: "local" }, text: "local" };
const toS3: Route = { destination: s3.addresses, target: { kind: "gateway endpoint" }, text: "s3" };
const givenRoute = fc.record({
  destination: fc.constantFrom(...blocks.filter((each) => !each.startsWith("10.0"))),
  target,
});
const routes = fc
  .tuple(fc.boolean(), fc.uniqueArray(givenRoute, { maxLength: 3, selector: ({ destination }) => destination }))
  .map(([hasS3, given]): Route[] => [
    local,
    ...(hasS3 ? [toS3] : []),
    ...given.map((each) => ({ ...each, destination: block(each.destination), text: each.destination })),
  ]);

const aclPorts = fc.oneof(ports, fc.constantFrom<Range>({ first: 1024, last: 65535 }, { first: 32768, last: 50000 }));
const entry = fc.record({
  direction,
  protocol,
  ports: aclPorts,
  block: fc.constantFrom(...blocks),
  isAllowed: fc.boolean(),
});
const acl = fc.array(entry, { maxLength: 5 }).map((entries): AclEntry[] => {
  const everything = (way: AclEntry["direction"], number: number): AclEntry => {
    return { direction: way, number, isAllowed: true, protocol: "-1", ports: allPorts, addresses: allAddresses };
  };
  const given = entries.map(({ block: cidr, ...rest }, number) => ({
    ...{ ...rest, number, addresses: block(cidr) },
    ports: rest.protocol === "-1" ? allPorts : rest.ports,
  }));
  return [...given, everything("ingress", 100), everything("egress", 101)];
});
const node = fc.record({
  kind: fc.constantFrom("service" as const, "service" as const, "interface endpoint" as const),
  subnet: fc.constantFrom("0", "1", "2"),
  groups: fc.subarray(groups, { minLength: 1 }),
  isPublic: fc.boolean(),
});

const graphs = fc
  .record({
    nodes: fc.array(node, { minLength: 2, maxLength: 4 }),
    rules: fc.array(rule, { maxLength: 10 }),
    subnets: fc.tuple(
      ...subnetBlocks.map(() => fc.record({ routes, acl: fc.option(acl, { nil: undefined, freq: 2 }) })),
    ),
  })
  .map(({ nodes, rules, subnets }): NetworkGraph => {
    const inside = nodes.map((each, index): NetworkNode => {
      const { first } = block(subnetBlocks[Number(each.subnet)] ?? "");
      return { ...each, name: `node ${index}`, index: 0, address: first + 4 + index };
    });
    const outside = outsideNodes([vpc], blocks.map(block), [s3]);
    const named = [...rules, ...subnets.flatMap(({ acl: entries = [] }) => entries)].map((each) => each.ports);
    return {
      nodes: [...inside, ...outside],
      rules,
      subnets: subnets.map(({ routes: given, acl: entries }, index) => ({
        ...{ id: `${index}`, addresses: block(subnetBlocks[index] ?? ""), routes: given },
        ...(entries && { acl: entries }),
      })),
      ports: new Map([
        ["tcp", named],
        ["udp", named],
      ]),
    };
  });

describe("reachability", () => {
  it("agrees with packets that walk through small networks, hop by hop", () => {
    const seen = { pairs: 0, open: 0 };
    fc.assert(
      fc.property(graphs, (graph) => {
        for (const { from, to, protocol: by, ports: range, obstacle } of reachability(graph)) {
          for (const port of new Set([range.first, range.last])) {
            const text = `${from.name} ${addressText(from.address)} to ${to.name} on ${by}/${port}: ${obstacle}`;
            assert.equal(walks(graph, from, to, by, port), obstacle === undefined, text);
            seen.pairs += 1;
            seen.open += obstacle === undefined ? 1 : 0;
          }
        }
      }),
      { numRuns: 100 },
    );
    assert.ok(seen.open > seen.pairs / 100, `${seen.open} of ${seen.pairs} are open`);
  });

  it("names the first obstacle", () => {
    const [home, away] = [node0("a", "0", ["sg-a"]), node0("b", "1", ["sg-b"])];
    const out: GraphRule = {
      group: "sg-a",
      direction: "egress",
      protocol: "tcp",
      ports: { first: 80, last: 80 },
      peer: "sg-b",
    };
    const into: GraphRule = { ...out, group: "sg-b", direction: "ingress", peer: "sg-a" };
    const denied: AclEntry[] = [];
    const cases: readonly (readonly [rules: GraphRule[], acl: AclEntry[] | undefined, obstacle: string | undefined])[] =
      [
        [[], undefined, "egress rule"],
        [[out], undefined, "ingress rule"],
        [[into], undefined, "egress rule"],
        [[out, into], undefined, undefined],
        [[out, into], denied, "network ACL"],
      ];
    for (const [rules, entries, obstacle] of cases) {
      const subnets = ["0", "1"].map((id) => ({
        ...{ id, addresses: block(subnetBlocks[Number(id)] ?? ""), routes: [local] },
        ...(entries && id === "1" ? { acl: entries } : {}),
      }));
      const graph = { nodes: [home, away], rules, subnets, ports: new Map() };
      assert.equal(judge(graph, home, away, "tcp", 80).obstacle, obstacle);
      assert.equal(judge(graph, home, away, "udp", 80).obstacle, "egress rule");
    }
    const graph = {
      nodes: [],
      rules: [out],
      subnets: [{ id: "0", addresses: vpc, routes: [local] }],
      ports: new Map(),
    };
    const [internet] = outsideNodes([vpc], [], []);
    assert.ok(internet);
    assert.deepEqual(
      [judge(graph, home, internet, "tcp", 80).obstacle, judge(graph, internet, home, "tcp", 80).obstacle],
      ["route", "route"],
    );
  });
});

function node0(name: string, subnet: string, of: readonly string[]): NetworkNode {
  const { first } = block(subnetBlocks[Number(subnet)] ?? "");
  return { name, index: 0, kind: "service", subnet, groups: of, isPublic: false, address: first + 4 };
}

describe("outsideNodes", () => {
  it("makes a node of all that nothing tells apart", () => {
    const names = (...named: string[]) =>
      outsideNodes([vpc], named.map(block), [s3])
        .map(({ name }) => name)
        .sort();
    assert.deepEqual(names(), ["internet", "private addresses", "s3"]);
    assert.deepEqual(names("0.0.0.0/0", "10.1.0.0/28"), ["10.1.0.0/28", "internet", "private addresses", "s3"]);
    assert.deepEqual(names("128.0.0.0/1"), [
      ...["128.0.0.0/1", "internet", "private addresses", "private addresses in 128.0.0.0/1", "s3"],
    ]);
  });

  it("tries each with an address that is in no other and not in the VPC", () => {
    fc.assert(
      fc.property(fc.subarray(blocks), (named) => {
        const nodes = outsideNodes([vpc], named.map(block), [s3]);
        assert.equal(new Set(nodes.map(({ address }) => address)).size, nodes.length);
        for (const { name, address } of nodes) {
          assert.ok(!includes(vpc, address));
          const range = name === "s3" ? s3.addresses : rangeOf(name);
          assert.ok(range === undefined || includes(range, address), `${name} ${addressText(address)}`);
        }
      }),
    );
  });
});

describe("ranges", () => {
  const small = fc
    .tuple(fc.nat(30), fc.nat(30))
    .map(([a, b]): Range => ({ first: Math.min(a, b), last: Math.max(a, b) }));
  const whole = { first: 5, last: 25 };
  const members = (ranges: readonly Range[]) =>
    Array.from({ length: 31 }, (_each, value) => value).filter((value) =>
      ranges.some((range) => includes(range, value)),
    );

  it("are cut so that each part is in or outside of each other, and joined again", () => {
    fc.assert(
      fc.property(fc.array(small, { maxLength: 5 }), (others) => {
        const parts = cut(whole, others);
        for (const part of parts)
          for (const other of others) assert.equal(includes(other, part.first), includes(other, part.last));
        assert.deepEqual(join(parts), [whole]);
        assert.deepEqual(members(join(others)), members(others));
      }),
    );
  });
});
