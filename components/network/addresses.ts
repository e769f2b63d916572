import { IPv4 } from "ipaddr.js";
import { shorten } from "../words";

// Just these are refused by AWS, others which are reserved, such as 198.18.0.0/15, are not
// (https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html#vpc-sizing-ipv4).
const unusableRanges: readonly string[] = ["unspecified", "loopback", "linkLocal", "multicast", "broadcast"];

/** A block of IPv4 addresses. */
export class AddressBlock {
  /** The last address, as a number like the first. */
  readonly last: number;

  /**
   * @param first the first address, as a number between 0 and 2^32 - 1
   * @param prefix length of the network prefix in bits, the number after the slash
   */
  private constructor(
    readonly first: number,
    readonly prefix: number,
  ) {
    this.last = first + 2 ** (32 - prefix) - 1;
  }

  /** The block a CIDR means. Throws what is wrong with a text that is not a CIDR. */
  static parse(text: string): AddressBlock {
    const problem = AddressBlock.problem(text);
    if (problem !== undefined) {
      throw new Error(problem);
    }
    const [{ octets }, prefix] = IPv4.parseCIDR(text);
    // Plain arithmetic, because JavaScript's bit operators see addresses from 128.0.0.0 on as negative numbers.
    const first = octets.reduce((sum, octet) => sum * 256 + octet, 0);
    return new AddressBlock(first, prefix);
  }

  /**
   * Says what is wrong with a text as the CIDR of a network, `undefined` when it is right. A CIDR whose address lies
   * inside the block is refused: AWS silently stores the block's first address instead
   * (https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html), so every refresh would find a difference.
   */
  static problem(text: string): string | undefined {
    const canonical = AddressBlock.around(text);
    if (canonical === undefined) {
      return `"${shorten(text)}" is not an IPv4 CIDR; write four numbers and a prefix, such as 10.0.0.0/16`;
    }
    if (text !== canonical) {
      return `"${text}" is not the first address of its block; write ${canonical}`;
    }
    const range = IPv4.parseCIDR(text)[0].range();
    const article = /^[aeiou]/.test(range) ? "an" : "a";
    return unusableRanges.includes(range)
      ? `"${text}" is ${article} ${range} range, which no network can use; write private addresses, such as 10.0.0.0/16`
      : undefined;
  }

  /**
   * The CIDR of the block that a text's address is in, with this prefix length or the text's own; `undefined` when
   * the text is malformed.
   */
  static around(text: string, length?: number): string | undefined {
    if (!IPv4.isValidCIDRFourPartDecimal(text)) {
      return undefined;
    }
    const [address, own] = IPv4.parseCIDR(text);
    const prefix = length ?? own;
    return `${IPv4.networkAddressFromCIDR(`${address}/${prefix}`)}/${prefix}`;
  }

  /** The block's CIDR. */
  toString(): string {
    const octets = [24, 16, 8, 0].map((bits) => Math.floor(this.first / 2 ** bits) % 256);
    return `${octets.join(".")}/${this.prefix}`;
  }

  /** Whether every address of the other block is in this one. */
  contains(inner: AddressBlock): boolean {
    return this.first <= inner.first && inner.last <= this.last;
  }

  /** Whether the two have an address in common. */
  overlaps(other: AddressBlock): boolean {
    return this.first <= other.last && other.first <= this.last;
  }

  /** The `index`th block of this prefix length in the block, from 0; `undefined` when it lies beyond the end. */
  part(prefix: number, index: number): AddressBlock | undefined {
    const part = new AddressBlock(this.first + index * 2 ** (32 - prefix), prefix);
    return this.contains(part) ? part : undefined;
  }

  /** The first block of this prefix length in the block that has no address in common with those taken. */
  freePart(prefix: number, taken: readonly AddressBlock[]): AddressBlock | undefined {
    for (let index = 0; ; index++) {
      const part = this.part(prefix, index);
      if (part === undefined || taken.every((other) => !other.overlaps(part))) {
        return part;
      }
    }
  }
}
