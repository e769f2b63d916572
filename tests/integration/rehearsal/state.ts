/** What is looked at of a resource in a stack's state. */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly custom?: boolean;
  readonly parent?: string;
  /** Such as `vpc-0a1b2c3d`. */
  readonly id?: string;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

/**
 * The resources whose parent is the stack itself. Each one of this program belongs to a component, so such a one has
 * lost its parent, and with it its URN.
 */
export function withoutComponent(resources: readonly StateResource[]): string[] {
  return resources
    .filter(({ custom, type }) => custom === true && !type.startsWith("pulumi:"))
    .filter(({ parent }) => parent === undefined || parent.split("::")[2] === "pulumi:pulumi:Stack")
    .map(({ urn, type }) => `${type} ${urn.split("::").slice(3).join("::")}`);
}
