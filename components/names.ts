import { createHash } from "node:crypto";

/**
 * A name for a resource whose name AWS keeps account-wide or limits in length: the parts joined by hyphens, lower case,
 * cut to `maxLength` with a hash of the whole where it would be longer, so that two long names stay different.
 *
 * @param parts what the name is made of, such as project, stack and purpose
 * @param maxLength the longest name AWS allows, in characters; at least 10
 */
export function physicalName(parts: readonly string[], maxLength: number): string {
  const name = parts
    .join("-")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  if (name.length <= maxLength) {
    return name;
  }
  const hash = createHash("sha256").update(parts.join("\0")).digest("hex").slice(0, 6);
  return `${name.slice(0, maxLength - hash.length - 1).replace(/-+$/, "")}-${hash}`;
}
