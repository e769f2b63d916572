import type { NetworkNode } from "./graph";
import { addressText, allAddresses, cut, includes, type Range, rangeOf } from "./ranges";

/** The addresses of a service behind a gateway endpoint, or of another prefix list. */
export interface PrefixList {
  readonly id: string;
  readonly name: string;
  readonly addresses: Range;
}

/**
 * AWS keeps the addresses of prefix lists, so these are made up, of a block for measurements that nobody else has
 * (https://datatracker.ietf.org/doc/html/rfc2544#appendix-C.2.2).
 */
export function madeUpAddresses(index: number): Range {
  return parse(`198.18.${index}.0/24`);
}

/**
 * Every address outside the VPC by one node for all that no rule, route or network ACL tells apart. So 0.0.0.0/1 and
 * 128.0.0.0/1 together lead to the whole internet, which neither does alone.
 *
 * @param vpc the addresses of the VPC
 * @param named the addresses that rules, routes and network ACLs name
 */
export function outsideNodes(
  vpc: readonly Range[],
  named: readonly Range[],
  prefixLists: readonly PrefixList[],
): NetworkNode[] {
  const narrowFirst = [...named].sort((a, b) => a.last - a.first - (b.last - b.first));
  const classes = new Map<string, { readonly node: Omit<NetworkNode, "address">; readonly parts: Range[] }>();
  const lists = prefixLists.map(({ addresses }) => addresses);
  for (const part of cut(allAddresses, [...vpc, ...named, ...lists, ...privateRanges, ...notHosts])) {
    const isIn = (range: Range) => includes(range, part.first);
    if ([...vpc, ...notHosts].some(isIn)) continue;
    const list = prefixLists.find(({ addresses }) => isIn(addresses));
    const narrowest = narrowFirst.find(isIn);
    const isPublic = !privateRanges.some(isIn);
    const name = list?.name ?? nameOf(narrowest, isPublic);
    const kind =
      list === undefined
        ? isPublic
          ? ("internet" as const)
          : ("private addresses" as const)
        : ("gateway endpoint" as const);
    const node = { name, index: 0, kind, groups: [], isPublic, ...(list && { prefixList: list.id }) };
    classes.set(name, { node, parts: [...(classes.get(name)?.parts ?? []), part] });
  }
  return [...classes.values()].map(({ node, parts }) => ({ ...node, address: exampleIn(parts) }));
}

function nameOf(range: Range | undefined, isPublic: boolean): string {
  const isEverything = range === undefined || (range.first === allAddresses.first && range.last === allAddresses.last);
  if (isEverything) return isPublic ? "internet" : "private addresses";
  const cidr = `${addressText(range.first)}/${32 - Math.log2(range.last - range.first + 1)}`;
  const isPrivate = privateRanges.some(({ first, last }) => first <= range.first && range.last <= last);
  // Public and private addresses take different ways, so a range with both is two nodes.
  return isPublic || isPrivate ? cidr : `private addresses in ${cidr}`;
}

/** An address of a documentation's network, or else one of the largest part. */
function exampleIn(parts: readonly Range[]): number {
  const example = parse("203.0.113.10/32").first;
  const [largest = allAddresses] = [...parts].sort((a, b) => b.last - b.first - (a.last - a.first));
  if (parts.some((part) => includes(part, example))) return example;
  return largest.first + Math.min(10, Math.floor((largest.last - largest.first) / 2));
}

function parse(cidr: string): Range {
  const range = rangeOf(cidr);
  if (range === undefined) throw new Error(`${cidr} is not an IPv4 CIDR`);
  return range;
}

// https://www.iana.org/assignments/iana-ipv4-special-registry/iana-ipv4-special-registry.xhtml
const privateRanges = ["10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16"].map(parse);
const notHosts = ["0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3"].map(parse);
