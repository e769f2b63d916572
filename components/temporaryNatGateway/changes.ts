import type { LeaseInputs, ReleaseInputs, SafeguardInputs } from "./leaseInputs";

/** Makes the state of one version that of the next. A pure function: state is read without AWS. */
export type Migration = (state: object) => object;

/** The first makes version 2 of version 1, and so on. */
const migrations: readonly Migration[] = [];

/**
 * The shape of what is kept in Pulumi's state. With a new one, the old state is updated once, without a call to AWS,
 * and from then on deleted by the new code, for Pulumi keeps a provider's code beside its state.
 */
export const stateVersion = migrations.length + 1;

/**
 * What Pulumi keeps of a lease. It says nothing of the lease being open, so that a refresh after the release sees no
 * drift.
 */
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

/** What Pulumi keeps of a lease's safeguard. */
export interface SafeguardState extends SafeguardInputs {
  readonly version: number;
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

/** As whom AWS is called, and at which address: another way to the same objects. */
const access = ["profile", "assumeRoles", "endpoints", "accountId"] as const;

/** Whether an update has to open the lease: what has to come through it changed, or an earlier opening got stuck. */
export function mustOpen(olds: Partial<LeaseState>, news: LeaseInputs): boolean {
  return olds.unfinished === true || !sameJson(olds.reopenWhen, news.reopenWhen);
}

/**
 * What a change of the safeguard's inputs means. Another place means another lease; the old one is deleted first,
 * because objects in the same VPC carry the same tag. The rest is only noted, for the deletion, which knows nothing but
 * the state.
 */
export function safeguardDifference(stored: Partial<SafeguardState>, news: SafeguardInputs): Difference {
  const olds = migrated(stored);
  const replaces = differing<SafeguardInputs>(["leaseName", "region", "network"], olds, news);
  const noted = differing<SafeguardInputs>([...access, "waits", "tags", "deadManSwitch"], olds, news);
  return {
    changes: replaces.length > 0 || noted.length > 0 || stored.version !== stateVersion,
    replaces,
    deleteBeforeReplace: true,
  };
}

/** What a change of the lease's inputs means: the same as for the safeguard, or that it has to open again. */
export function leaseDifference(stored: Partial<LeaseState>, news: LeaseInputs): Difference {
  const difference = safeguardDifference(stored, news);
  return { ...difference, changes: difference.changes || mustOpen(migrated(stored), news) };
}

/** Whether an update has to close the lease: it opened again, elsewhere, or was never closed to the end. */
export function mustClose(olds: Partial<ReleaseState>, news: ReleaseInputs): boolean {
  return (
    olds.status !== "released" ||
    differing<ReleaseInputs>(["generation", "natGatewayId", "network"], olds, news).length > 0
  );
}

/**
 * What a change of the release's inputs means. A changed proof alone is no change: it is for the next closing, which
 * takes it from the program. Every new version of the app would be an update otherwise.
 */
export function releaseDifference(stored: Partial<ReleaseState>, news: ReleaseInputs): Difference {
  const olds = migrated(stored);
  const replaces = differing<ReleaseInputs>(["leaseId", "region"], olds, news);
  const noted = differing<ReleaseInputs>([...access, "waits", "tags"], olds, news);
  return {
    changes: replaces.length > 0 || noted.length > 0 || mustClose(olds, news) || stored.version !== stateVersion,
    replaces,
    deleteBeforeReplace: true,
  };
}

/**
 * State as the present code knows it.
 *
 * @throws when a newer version of this program has written it
 */
export function migrated<T extends { readonly version?: number }>(
  state: T,
  steps: readonly Migration[] = migrations,
): T {
  const known = steps.length + 1;
  const version = state.version ?? known;
  if (version > known) {
    throw new Error(
      `the state of this resource has version ${version}, this program knows ${known}: ` +
        "use the newer version of the program which wrote it",
    );
  }
  const shaped = steps.slice(version - 1).reduce<object>((old, migrate) => migrate(old), state);
  return { ...(shaped as T), version: known };
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
