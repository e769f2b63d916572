import type { Direction, Move, Step } from "./run";
import { address } from "./steps/address";
import { privateRoutes, publicRoute } from "./steps/defaultRoutes";
import { egressRules } from "./steps/egressRules";
import { internetGateway } from "./steps/internetGateway";
import { natGateway } from "./steps/natGateway";

/** What has to be there before anybody can be let out, in the order of making it: each needs the one before. */
const gateway: readonly Step[] = [internetGateway, publicRoute, address, natGateway];

/** What lets the private subnets use it. */
const reach: readonly Step[] = [privateRoutes, egressRules];

function moves(direction: Direction, steps: readonly Step[]): Move[] {
  return steps.map((step) => ({ direction, step }));
}

/** Every way of going over the steps. Taking away is always the order of making, backwards. */
export const plan = {
  /** Opens the lease. */
  open: moves("open", [...gateway, ...reach]),
  /** The first part of a release: the private subnets lose their way out, which `restore` can still give back. */
  cut: moves("close", [...reach].reverse()),
  /** Takes back `cut`. */
  restore: moves("open", reach),
  /** The second part of a release, after which there is nothing left to restore with. */
  remove: moves("close", [...gateway].reverse()),
  /** Deletes whatever is left, in any state. */
  delete: moves("close", [...gateway, ...reach].reverse()),
} as const;
