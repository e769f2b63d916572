// How messages put values, numbers and commands.

/** A text from outside, cut where it would hide the rest of a message. */
export function shorten(text: string, longest = 60): string {
  return text.length <= longest ? text : `${text.slice(0, longest)}...`;
}

/** A number and what is counted: `1 zone`, `2 zones`. */
export const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;

/**
 * The command which gives a setting this value: a text, or a list or an object as JSON. Nothing, and a list of nothing,
 * is the default of `Pulumi.yaml`.
 */
export function configCommand(key: string, value: string | number): string {
  const text = String(value);
  if (text === "" || text === "[]") {
    return `pulumi config rm ${key}`;
  }
  if (/^[[{]/.test(text)) {
    // The CLI refuses a list that was set as a text: it is to be set item by item.
    return `pulumi config set-all --path ${plainValues(key, JSON.parse(text)).join(" ")}`;
  }
  return `pulumi config set ${key} ${/^[\w.:/-]+$/.test(text) ? text : `'${text}'`}`;
}

/** An option for every text within the value, by its path (https://www.pulumi.com/docs/iac/concepts/config/). */
function plainValues(path: string, value: unknown): string[] {
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => plainValues(`${path}[${index}]`, item));
  }
  return value !== null && typeof value === "object"
    ? Object.entries(value).flatMap(([name, item]) => plainValues(`${path}.${name}`, item))
    : [`--plaintext '${path}=${value}'`];
}
