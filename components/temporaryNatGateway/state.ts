import { isDeepStrictEqual } from "node:util";
import type * as pulumi from "@pulumi/pulumi";
import { locationEffects } from "../dynamicProvider/awsLocation";
import { diffInputs, type InputEffects } from "../dynamicProvider/dynamicResource";
import type { LeaseInputs, ReleaseInputs, SafeguardInputs } from "./settings";

/**
 * The shape of what is kept in Pulumi's state. With a new one, the old state is updated once, without a call to AWS,
 * and from then on deleted by the new code, for Pulumi keeps a provider's code beside its state.
 */
export const stateVersion = 1;

/** What Pulumi keeps of a resource with these inputs. */
type State<I> = I & { readonly version: number };

export type SafeguardState = State<SafeguardInputs>;

/**
 * What Pulumi keeps of a lease. It says nothing of the lease being open, so that a refresh after the release sees no
 * drift.
 */
export interface LeaseState extends State<LeaseInputs> {
  /** How often the lease has opened. */
  readonly generation: number;
  /** There when opening was begun but not finished. */
  readonly unfinished?: true;
  /** The NAT gateway of the latest opening. */
  readonly natGatewayId?: string;
  /** The address from which the latest opening reached the internet. */
  readonly publicIp?: string;
}

/** `released`: nothing of the lease is left. `open`: something is. */
export type ReleaseStatus = "open" | "released";

export interface ReleaseState extends State<ReleaseInputs> {
  readonly status: ReleaseStatus;
}

/**
 * Another place means another lease; the old one is deleted first, because objects in the same VPC carry the same tag.
 * The rest is only noted, for the deletion, which knows nothing but the state.
 */
const safeguardEffects: InputEffects<SafeguardInputs> = {
  ...locationEffects,
  leaseName: "replace",
  network: "replace",
  waits: "update",
  tags: "update",
  deadManSwitch: "update",
};

const leaseEffects: InputEffects<LeaseInputs> = { ...safeguardEffects, reopenWhen: "update" };

/**
 * A changed proof alone is no change: it is for the next closing, which takes it from the program. Every new version of
 * the app would be an update otherwise.
 */
const releaseEffects: InputEffects<ReleaseInputs> = {
  ...locationEffects,
  leaseId: "replace",
  generation: "update",
  natGatewayId: "update",
  network: "update",
  waits: "update",
  tags: "update",
  deadManSwitch: "nothing",
  proof: "nothing",
};

function compare<I extends object>(effects: InputEffects<I>, olds: Partial<State<I>>, news: I, acts = false) {
  const { changes, replaces } = diffInputs<I>(effects, assertVersion(olds) as Partial<I>, news);
  return { changes: changes || acts || olds.version !== stateVersion, replaces, deleteBeforeReplace: true };
}

export function safeguardDifference(olds: Partial<SafeguardState>, news: SafeguardInputs): pulumi.dynamic.DiffResult {
  return compare(safeguardEffects, olds, news);
}

/** Whether an update has to open the lease: what has to come through it changed, or an earlier opening got stuck. */
export function mustOpen(olds: Partial<LeaseState>, { reopenWhen }: LeaseInputs): boolean {
  return olds.unfinished === true || !isDeepStrictEqual(olds.reopenWhen, reopenWhen);
}

export function leaseDifference(olds: Partial<LeaseState>, news: LeaseInputs): pulumi.dynamic.DiffResult {
  return compare(leaseEffects, olds, news, mustOpen(olds, news));
}

/** Whether an update has to close the lease: it opened again, elsewhere, or was never closed to the end. */
export function mustClose(olds: Partial<ReleaseState>, { generation, natGatewayId, network }: ReleaseInputs): boolean {
  const closed = [olds.status, olds.generation, olds.natGatewayId, olds.network];
  return !isDeepStrictEqual(closed, ["released", generation, natGatewayId, network]);
}

export function releaseDifference(olds: Partial<ReleaseState>, news: ReleaseInputs): pulumi.dynamic.DiffResult {
  return compare(releaseEffects, olds, news, mustClose(olds, news));
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
