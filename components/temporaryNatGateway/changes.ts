import type { LeaseInputs, ReleaseInputs } from "./leaseInputs";

/**
 * The shape of what is kept in Pulumi's state. Raised when it changes: the old state is then updated once, without a call
 * to AWS, and from then on deleted by the new code, for Pulumi keeps a provider's code beside its state.
 */
export const stateVersion = 1;

/** What Pulumi keeps of a lease. It says nothing of the lease being open, so that a refresh after the release sees no drift. */
export interface LeaseState extends LeaseInputs {
  readonly version: number;
  /** How often the lease has opened. */
  readonly generation: number;
  /** There when opening was begun but not finished. */
  readonly unfinished?: true;
  /** The NAT gateway of the latest opening. */
  readonly natGatewayId?: string;
  /** The address from which the latest opening reached the internet. */
  readonly publicIp?: string;
}

export type ReleaseStatus = "open" | "released";

/** What Pulumi keeps of a release. */
export interface ReleaseState extends ReleaseInputs {
  readonly version: number;
  /** `released`: nothing of the lease is left. `open`: something is. */
  readonly status: ReleaseStatus;
}

export interface Difference {
  readonly changes: boolean;
  readonly replaces: string[];
  readonly deleteBeforeReplace: boolean;
}

/** Whether two values are the same JSON, whatever the order of their keys. */
export function sameJson(a: unknown, b: unknown): boolean {
  return canonical(a) === canonical(b);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

function differing<T extends object>(names: readonly (keyof T & string)[], olds: Partial<T>, news: T): string[] {
  return names.filter((name) => !sameJson(olds[name], news[name]));
}

/** Whether an update has to open the lease: what has to come through it changed, or an earlier opening got stuck. */
export function mustOpen(olds: Partial<LeaseState>, news: LeaseInputs): boolean {
  return olds.unfinished === true || !sameJson(olds.reopenWhen, news.reopenWhen);
}

/**
 * What a change of the lease's inputs means. Another place means another lease; the old one is deleted first, because
 * objects in the same VPC carry the same tag. Profile, waits and tags are only noted, for the next opening and for the
 * deletion, which knows nothing but the state.
 */
export function leaseDifference(olds: Partial<LeaseState>, news: LeaseInputs): Difference {
  const replaces = differing<LeaseInputs>(["leaseName", "region", "network"], olds, news);
  const noted = differing<LeaseInputs>(["profile", "waits", "tags"], olds, news);
  return {
    changes: replaces.length > 0 || noted.length > 0 || mustOpen(olds, news) || olds.version !== stateVersion,
    replaces,
    deleteBeforeReplace: true,
  };
}

/** Whether an update has to close the lease: it opened again, elsewhere, or was never closed to the end. */
export function mustClose(olds: Partial<ReleaseState>, news: ReleaseInputs): boolean {
  return olds.status !== "released" || differing<ReleaseInputs>(["generation", "network"], olds, news).length > 0;
}

/**
 * What a change of the release's inputs means. A changed proof alone is only noted: it is for the next closing, since
 * there is no way out left that a failing proof could put back.
 */
export function releaseDifference(olds: Partial<ReleaseState>, news: ReleaseInputs): Difference {
  const replaces = differing<ReleaseInputs>(["leaseId", "region"], olds, news);
  const noted = differing<ReleaseInputs>(["profile", "waits", "tags", "proof"], olds, news);
  return {
    changes: replaces.length > 0 || noted.length > 0 || mustClose(olds, news) || olds.version !== stateVersion,
    replaces,
    deleteBeforeReplace: true,
  };
}

/**
 * State as the present code knows it.
 *
 * @throws when a newer version of this program has written it
 */
export function migrated<T extends { readonly version?: number }>(state: T): T {
  if ((state.version ?? stateVersion) > stateVersion) {
    throw new Error(
      `the state of this resource has version ${state.version}, this program knows ${stateVersion}: ` +
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
export function known<T>(state: T | undefined): T {
  if (state === undefined || (state as { version?: number }).version === undefined) {
    throw new Error("this resource cannot be imported: `pulumi up` adopts what carries the lease's tag");
  }
  return state;
}
