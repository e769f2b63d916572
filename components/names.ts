import { createHash } from "node:crypto";

/**
 * A name for a resource whose name AWS keeps account-wide or limits in length: the parts joined by hyphens, in lower
 * case and without what some of AWS's names do not allow. Where that loses something, a hash of the whole is added, so
 * that different parts, as many of them, have different names: `dev.eu` and `dev-eu`, or two that are cut.
 *
 * @param parts what the name is made of, such as project, stack and purpose
 * @param maxLength the longest name AWS allows, in characters; at least 10
 */
export function physicalName(parts: readonly string[], maxLength: number): string {
  const joined = parts.join("-");
  const name = joined
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  // A hyphen in a part that is not the first looks like the end of the part before: `a-b` and `c`, `a` and `b-c`.
  const isClear = parts.slice(1).every((part) => !part.includes("-"));
  if (name === joined && isClear && name.length <= maxLength) {
    return name;
  }
  const hash = createHash("sha256").update(parts.join("\0")).digest("hex").slice(0, 6);
  const kept = name.slice(0, maxLength - hash.length - 1).replace(/-+$/, "");
  return kept === "" ? hash : `${kept}-${hash}`;
}

/** The longest label of a name in DNS (https://www.rfc-editor.org/rfc/rfc1035#section-2.3.1). */
const longestLabel = 63;

/** Name of a stack's private DNS zone, such as `dev.traced-fargate.internal`. */
export const domainName = (project: string, stack: string): string =>
  `${physicalName([stack], longestLabel)}.${physicalName([project], longestLabel)}.internal`;
