import { createHash } from "node:crypto";

/** The account of AWS's own documentation examples. */
export const exampleAccountId = "123456789012";

/** What a made-up value stands for. */
interface Meaning {
  /** Such as `ARN` or `account id`. */
  readonly what: string;
  /** Name of the resource it belongs to, if to one. */
  readonly of?: string;
}

/**
 * Values which only AWS can know, made up in AWS's shape so that the program and the checks can work with them, each
 * remembered with what it stands for so that a preview never shows it as a fact.
 */
export class Placeholders {
  private readonly meanings = new Map<string, Meaning>();

  /** Remembers what `value` stands for, and returns the value. */
  standsFor(value: string, what: string, of?: string): string {
    this.meanings.set(value, of === undefined ? { what } : { what, of });
    return value;
  }

  /** Every made-up value and what it stands for. */
  entries(): [value: string, meaning: Meaning][] {
    return [...this.meanings];
  }

  /** True when nothing but AWS can tell this value. */
  has(value: unknown): boolean {
    return typeof value === "string" && this.meanings.has(value);
  }

  /** The text with every made-up value replaced by `<what it stands for>`. */
  describe(text: string): string {
    // The longest first: an ARN is one thing to know, although it holds an account id as well.
    return this.entries()
      .sort(([a], [b]) => b.length - a.length)
      .reduce((described, [value, meaning]) => described.replaceAll(value, `<${describeMeaning(meaning)}>`), text);
  }
}

/** In words, such as `ARN of hello`. */
function describeMeaning({ what, of }: Meaning): string {
  return of === undefined ? what : `${what} of ${of}`;
}

/** Hexadecimal digits which depend on nothing but the seed. */
export function hexDigits(seed: string, count: number): string {
  return createHash("sha256").update(seed).digest("hex").slice(0, count);
}
