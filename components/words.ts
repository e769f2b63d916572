// How messages put values, numbers and commands.

/** A text from outside, cut where it would hide the rest of a message. */
export function shorten(text: string, longest = 60): string {
  return text.length <= longest ? text : `${text.slice(0, longest)}...`;
}

/** A number and what is counted: `1 zone`, `2 zones`. */
export const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;

/**
 * The command which gives a setting this value: a text, or a list as JSON. Nothing, and a list of nothing, is the
 * default of `Pulumi.yaml`.
 */
export function configCommand(key: string, value: string | number): string {
  const text = String(value);
  if (text === "" || text === "[]") {
    return `pulumi config rm ${key}`;
  }
  if (text.startsWith("[")) {
    // The CLI refuses a list that was set as a text: it is to be set item by item.
    const items = (JSON.parse(text) as string[]).map((item, index) => `--plaintext '${key}[${index}]=${item}'`);
    return `pulumi config set-all --path ${items.join(" ")}`;
  }
  return `pulumi config set ${key} ${/^[\w.:/-]+$/.test(text) ? text : `'${text}'`}`;
}
