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

/** What to call a resource in front of a person: `aws:ec2/vpc:Vpc "network"`. */
export function describeResource(resource: { readonly type: string; readonly name: string }): string {
  return `${resource.type} "${resource.name}"`;
}
