import { type Check, finding } from "./check";

/**
 * No block of a resource of the AWS provider is empty: the provider leaves such a block out of what it asks AWS for,
 * and finds a difference at every later deployment
 * (https://github.com/hashicorp/terraform-provider-aws/issues/44285).
 */
export const checkEmptyBlocks: Check = ({ resources }) =>
  resources
    .filter(({ type }) => type.startsWith("aws:"))
    .flatMap((resource) =>
      Object.entries(resource.inputs)
        .flatMap(([property, value]) => emptyBlocks(value, property))
        .map((path) =>
          finding(resource, path, "an empty block, which the provider leaves out", "a block with a value, or none"),
        ),
    );

/** The paths of all objects without members within a value. */
function emptyBlocks(value: unknown, path: string): string[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => emptyBlocks(item, `${path}[${index}]`));
  if (value === null || typeof value !== "object") return [];
  const members = Object.entries(value);
  return members.length === 0 ? [path] : members.flatMap(([key, item]) => emptyBlocks(item, `${path}.${key}`));
}
