import { IPv4 } from "ipaddr.js";
import { shorten } from "../words";

/** A block of IPv4 addresses, as two numbers between 0 and 2^32 - 1, both ends included. */
export interface AddressBlock {
  readonly first: number;
  readonly last: number;
  /** Length of the network prefix in bits, the number after the slash. */
  readonly prefix: number;
}

/** Number of addresses in a block of this prefix length. */
const sizeOf = (prefix: number): number => 2 ** (32 - prefix);

// Plain arithmetic, because JavaScript's bit operators see addresses from 128.0.0.0 on as negative numbers.
const toNumber = (address: IPv4): number => address.octets.reduce((sum, octet) => sum * 256 + octet, 0);

const toText = (address: number): string =>
  [24, 16, 8, 0].map((bits) => Math.floor(address / 2 ** bits) % 256).join(".");

/**
 * Says what is wrong with a text as the CIDR of a network, `undefined` when it is right. A CIDR whose address lies
 * inside the block is refused: AWS silently stores the block's first address instead
 * (https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html), so every refresh would find a difference.
 */
export function cidrProblem(text: string): string | undefined {
  if (!IPv4.isValidCIDRFourPartDecimal(text)) {
    return `"${shorten(text)}" is not an IPv4 CIDR; write four numbers and a prefix, such as 10.0.0.0/16`;
  }
  const canonical = blockAround(text);
  if (text !== canonical) {
    return `"${text}" is not the first address of its block; write ${canonical}`;
  }
  const range = IPv4.parseCIDR(text)[0].range();
  const article = /^[aeiou]/.test(range) ? "an" : "a";
  return unusableRanges.includes(range)
    ? `"${text}" is ${article} ${range} range, which no network can use; write private addresses, such as 10.0.0.0/16`
    : undefined;
}

// Just these are refused by AWS, others which are reserved, such as 198.18.0.0/15, are not
// (https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html#vpc-sizing-ipv4).
const unusableRanges: readonly string[] = ["unspecified", "loopback", "linkLocal", "multicast", "broadcast"];

/** The CIDR of the block that a text's address is in, with this prefix length or the text's own; none when malformed. */
export function blockAround(text: string, length?: number): string | undefined {
  if (!IPv4.isValidCIDRFourPartDecimal(text)) {
    return undefined;
  }
  const [address, own] = IPv4.parseCIDR(text);
  const prefix = length ?? own;
  return `${IPv4.networkAddressFromCIDR(`${address}/${prefix}`)}/${prefix}`;
}

/** The block of addresses a CIDR means. Throws with `cidrProblem`'s message when it is none. */
export function parseCidr(text: string): AddressBlock {
  const problem = cidrProblem(text);
  if (problem !== undefined) {
    throw new Error(problem);
  }
  const [address, prefix] = IPv4.parseCIDR(text);
  const first = toNumber(address);
  return { first, last: first + sizeOf(prefix) - 1, prefix };
}

/** The CIDR of a block. */
export const formatCidr = (block: AddressBlock): string => `${toText(block.first)}/${block.prefix}`;

/** Whether every address of `inner` is in `outer`. */
export const contains = (outer: AddressBlock, inner: AddressBlock): boolean =>
  outer.first <= inner.first && inner.last <= outer.last;

/** Whether the two have an address in common. */
export const overlaps = (one: AddressBlock, other: AddressBlock): boolean =>
  one.first <= other.last && other.first <= one.last;

/**
 * The `index`th block of this prefix length in a bigger one, counted from 0; `undefined` when it lies beyond the end.
 */
export function blockAt(outer: AddressBlock, prefix: number, index: number): AddressBlock | undefined {
  const first = outer.first + index * sizeOf(prefix);
  const block = { first, last: first + sizeOf(prefix) - 1, prefix };
  return contains(outer, block) ? block : undefined;
}

/** The first block of this prefix length in a bigger one that has no address in common with those taken. */
export function freeBlock(
  outer: AddressBlock,
  prefix: number,
  taken: readonly AddressBlock[],
): AddressBlock | undefined {
  for (let index = 0; ; index++) {
    const block = blockAt(outer, prefix, index);
    if (block === undefined || taken.every((other) => !overlaps(other, block))) {
      return block;
    }
  }
}
