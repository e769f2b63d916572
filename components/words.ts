// How messages put values and numbers.

/** A text from outside, cut where it would hide the rest of a message. */
export function shorten(text: string, longest = 60): string {
  return text.length <= longest ? text : `${text.slice(0, longest)}...`;
}

/** A number and what is counted: `1 zone`, `2 zones`. */
export const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;
