import type { Placeholders } from "./placeholders";
import type { ProgramError } from "./programErrors";

/** The options of a resource which change what the Pulumi engine does with it; only those that were set are present. */
export interface RecordedOptions {
  readonly protect?: boolean;
  readonly retainOnDelete?: boolean;
  readonly deleteBeforeReplace?: boolean;
  readonly ignoreChanges?: string[];
  readonly replaceOnChanges?: string[];
  readonly replaceWith?: string[];
  readonly deletedWith?: string;
  readonly additionalSecretOutputs?: string[];
  readonly aliases?: string[];
  readonly importId?: string;
  /** Go durations, such as `10m`. */
  readonly timeouts?: Readonly<Record<string, string>>;
  readonly provider?: string;
  readonly providers?: Readonly<Record<string, string>>;
}

/** One resource as the program, or a component which runs outside of it, hands it to the Pulumi engine. */
export interface RecordedResource {
  readonly urn: string;
  /** Type token, such as `aws:ec2/vpc:Vpc`. */
  readonly type: string;
  readonly name: string;
  /** URN of the parent; only the stack itself has none. */
  readonly parent?: string;
  /** True for what a provider manages, false for a component. */
  readonly custom: boolean;
  /** True for a component which runs outside this program. */
  readonly remote: boolean;
  /** URNs of everything this resource waits for, explicit and by its inputs; sorted. */
  readonly dependencies: readonly string[];
  /** URNs behind each input; sorted. */
  readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
  /** Inputs with secrets unwrapped; `secrets` tells where they stood. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Paths of the inputs which are secret, such as `environment.token`. */
  readonly secrets: readonly string[];
  /** Physical id as AWS would shape it; components have none. */
  readonly id?: string;
  /** Outputs: the inputs and what the stand-in for AWS added; for a component what it registered. */
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly options: RecordedOptions;
}

/** What a program told the Pulumi engine. */
export interface Evaluation {
  readonly project: string;
  readonly stack: string;
  readonly config: Readonly<Record<string, string>>;
  /** Every resource, in the order in which the program made them; the stack itself is the first. */
  readonly resources: readonly RecordedResource[];
  readonly outputs: Readonly<Record<string, unknown>>;
  /** Empty when the program ran to its end. */
  readonly errors: readonly ProgramError[];
  /** The values in resources and outputs which only AWS can know and which were made up. */
  readonly placeholders: Placeholders;
}

/** The resources of one type. */
export function ofType<R extends { readonly type: string }>(
  { resources }: { readonly resources: readonly R[] },
  type: string,
): R[] {
  return resources.filter((resource) => resource.type === type);
}

/** What to call a resource in front of a person: `aws:ec2/vpc:Vpc "network"`. */
export function describeResource(resource: { readonly type: string; readonly name: string }): string {
  return `${resource.type} "${resource.name}"`;
}
