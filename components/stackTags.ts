import * as pulumi from "@pulumi/pulumi";

/** Key of the tag which says to which lease of a temporary NAT gateway an object belongs. */
export const leaseTagKey = "traced-fargate:lease";

/** The tags by which everything that belongs to the stack is found. */
function stackTags(): Record<string, string> {
  return { Project: pulumi.getProject(), Stack: pulumi.getStack() };
}

/** The tags of what a temporary NAT gateway makes by itself, which the provider of AWS does not tag. */
export function leaseTags(defaultTags?: Readonly<Record<string, string>>) {
  return { tagKey: leaseTagKey, tags: { ...defaultTags, ...stackTags() } };
}

/**
 * Types which could be tagged and are not: a scalable target costs nothing, and names the service it is for, which is
 * tagged.
 */
export const untagged: readonly string[] = ["aws:appautoscaling/target:Target"];

/**
 * Gives the stack's tags to every resource made from now on whose type can be tagged, besides its own tags and those of
 * `aws:defaultTags`. `aws:defaultTags` alone would have to be set for each new stack, and a provider made for it would
 * have to be given to each resource and function, with all other settings of the provider.
 *
 * Every class of the SDK whose type can be tagged names `tagsAll` among its properties.
 */
export function tagResources(): void {
  const tags = stackTags();
  pulumi.runtime.registerStackTransformation(({ type, props, opts }) => {
    const isTagged = "tagsAll" in props && !untagged.includes(type);
    const names = isTagged ? ["tags", "volumeTags"].filter((name) => name in props) : [];
    const tagged = names.map((name) => [
      name,
      pulumi.output(props[name]).apply((own: Record<string, string> | undefined) => ({ ...tags, ...own })),
    ]);
    return { props: { ...props, ...Object.fromEntries(tagged) }, opts };
  });
}
