import { IPv4 } from "ipaddr.js";

/** Addresses, or ports, from the first to the last, as numbers. */
export interface Range {
  readonly first: number;
  readonly last: number;
}

/** Every IPv4 address. */
export const allAddresses: Range = { first: 0, last: 2 ** 32 - 1 };

/** The addresses of an IPv4 CIDR; nothing for any other text. */
export function rangeOf(cidr: string): Range | undefined {
  if (!IPv4.isValidCIDRFourPartDecimal(cidr)) return undefined;
  const [address, prefix] = IPv4.parseCIDR(cidr);
  const size = 2 ** (32 - prefix);
  // Plain arithmetic, because JavaScript's bit operators see addresses from 128.0.0.0 on as negative numbers.
  const value = address.octets.reduce((sum, octet) => sum * 256 + octet, 0);
  const first = value - (value % size);
  return { first, last: first + size - 1 };
}

/** An address in its usual form. */
export function addressText(address: number): string {
  return [24, 16, 8, 0].map((bits) => Math.floor(address / 2 ** bits) % 256).join(".");
}

export function includes({ first, last }: Range, value: number): boolean {
  return first <= value && value <= last;
}

/** A range in parts, cut wherever one of the others begins or ends, so that each part is in or outside of each. */
export function cut(whole: Range, others: readonly Range[]): Range[] {
  const begins = others.flatMap(({ first, last }) => [first, last + 1]).filter((value) => includes(whole, value));
  const firsts = [...new Set([whole.first, ...begins])].sort((a, b) => a - b);
  return firsts.map((first, index) => ({ first, last: (firsts[index + 1] ?? whole.last + 1) - 1 }));
}

/** The ranges in order, those that touch each other as one. */
export function join(ranges: readonly Range[]): Range[] {
  const joined: Range[] = [];
  for (const range of [...ranges].sort((a, b) => a.first - b.first)) {
    const last = joined.at(-1);
    if (last === undefined || last.last + 1 < range.first) joined.push(range);
    else joined[joined.length - 1] = { first: last.first, last: Math.max(last.last, range.last) };
  }
  return joined;
}
