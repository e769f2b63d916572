import type * as pulumi from "@pulumi/pulumi";
import { locationEffects } from "../dynamicProvider/awsLocation";
import { diffInputs, type InputEffects, plainJson } from "../dynamicProvider/dynamicResource";
import type { LeaseSettings } from "./settings";

/**
 * The shape of what is kept in Pulumi's state. With a new one, the old state is updated once, without a call to AWS,
 * and from then on deleted by the new code, for Pulumi keeps a provider's code beside its state.
 */
const stateVersion = 1;

/** What Pulumi keeps of a resource with these inputs, besides its outputs. */
export type State<I> = I & { readonly version: number };

/** Inputs and outputs of a resource as they are kept. */
export function keep<const T extends object>(properties: T): State<T> {
  return plainJson({ ...properties, version: stateVersion });
}

/** What a change of the inputs means which all resources of a lease have: how to call AWS, and what is made. */
const sharedEffects = { ...locationEffects, waits: "update", tags: "update" } as const;

/**
 * What has changed from the state of one of a lease's resources to its new inputs. The old one is deleted first, because
 * objects in the same VPC carry the same tag.
 *
 * @param effects of the inputs which other resources of the lease have not, or have with another meaning
 * @param acts whether an update has something to do, whatever the inputs are
 */
export function compare<I extends LeaseSettings>(
  effects: Omit<InputEffects<I>, keyof typeof sharedEffects>,
  olds: Partial<State<I>>,
  news: I,
  acts = false,
): pulumi.dynamic.DiffResult {
  const all = { ...sharedEffects, ...effects } as InputEffects<I>;
  const { changes, replaces } = diffInputs<I>(all, assertVersion(olds) as Partial<I>, news);
  return { changes: changes || acts || olds.version !== stateVersion, replaces, deleteBeforeReplace: true };
}

/** @throws when a newer version of this program has written the state */
export function assertVersion<S extends { readonly version?: number }>(state: S): S {
  const { version = stateVersion } = state;
  if (version > stateVersion) {
    throw new Error(
      `the state of this resource has version ${version}, this program knows ${stateVersion}: ` +
        "use the newer version of the program which wrote it",
    );
  }
  return state;
}

/**
 * The state of a resource which is read.
 *
 * @throws for `pulumi import`, which asks for an object that Pulumi knows nothing of
 */
export function assertManaged<S extends { readonly version?: number }>(state: S | undefined): S {
  if (state?.version === undefined) {
    throw new Error("this resource cannot be imported: `pulumi up` adopts what carries the lease's tag");
  }
  return assertVersion(state);
}
