import type * as pulumi from "@pulumi/pulumi";

/** One thing that is wrong with what the program, a component or a resource was given. */
export interface Problem {
  /** The setting or property, such as `containerSubnetCidrs` or `network.vpcId`. */
  readonly property: string;
  /** What is wrong with its value, to be read after its name: `must be above 0, not -1`. */
  readonly wrong: string;
  /** A value that would be right, where one is known. */
  readonly instead?: string | number;
}

/** The problems as a dynamic provider's `check` answers them; the CLI shows the property beside each. */
export function checkFailures(problems: readonly Omit<Problem, "instead">[]): pulumi.dynamic.CheckFailure[] {
  return problems.map(({ property, wrong }) => ({ property, reason: wrong }));
}
