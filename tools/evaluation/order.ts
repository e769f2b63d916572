import type { Evaluation, RecordedResource } from "./evaluation";

/** What a resource is called where its type token would be too long: `ec2.Vpc network`. */
export function label({ type, name }: RecordedResource): string {
  return `${type.replace(/^aws:(\w+)\/\w+:/, "$1.").replace(/^.*:/, "")} ${name}`;
}

/**
 * Everything that exists before the Pulumi engine makes this resource: what it depends on, what its ancestors depend on
 * (a component is registered after its dependencies, and its children after it), and so on.
 */
export function madeBefore(resource: RecordedResource, { resources }: Evaluation): Set<string> {
  const byUrn = new Map(resources.map((each) => [each.urn, each]));
  const before = new Set<string>();
  const visit = (urn: string): void => {
    const visited = byUrn.get(urn);
    for (const next of [...(visited?.dependencies ?? []), ...dependenciesOfAncestors(visited)]) {
      if (!before.has(next)) {
        before.add(next);
        visit(next);
      }
    }
  };
  const dependenciesOfAncestors = (child: RecordedResource | undefined): readonly string[] => {
    const parent = child?.parent === undefined ? undefined : byUrn.get(child.parent);
    return parent === undefined ? [] : [...parent.dependencies, ...dependenciesOfAncestors(parent)];
  };
  visit(resource.urn);
  return before;
}

/** All below a component that is not itself a component of this program. */
export function descendants(component: RecordedResource, evaluation: Evaluation): RecordedResource[] {
  return evaluation.resources
    .filter(({ parent }) => parent === component.urn)
    .flatMap((child) => (child.custom || child.remote ? [child] : descendants(child, evaluation)));
}
