import assert from "node:assert/strict";
import { type Prove, releaseProvider } from "../../components/temporaryNatGateway/release";
import type { LeaseInputs } from "../../components/temporaryNatGateway/settings";
import type { LeaseState } from "../../components/temporaryNatGateway/state";
import type { Ec2Inventory } from "../aws/ec2DoubleAccount";
import { seededAccount } from "../aws/ec2DoubleSeed";
import { leaseId, leaseInputs, releaseInputs, tagKey } from "./leaseInputs";
import { leaseProviders } from "./leaseProviders";

/** The tags of what is the lease's. */
export const tags = { [tagKey]: leaseId };

/** What Pulumi does for `up` with a new lease, in this process. */
export async function open(inputs: LeaseInputs = leaseInputs()): Promise<LeaseState> {
  const { outs } = (await leaseProviders.lease.create?.(inputs)) ?? {};
  assert.ok(outs !== undefined);
  return outs;
}

/** What Pulumi does for `up` with a new release. */
export async function release(prove?: Prove<unknown>, proof: unknown = {}) {
  return releaseProvider(tagKey, prove).create?.(releaseInputs(1, { proof }));
}

/** What Pulumi does for `destroy`. */
export async function destroy(): Promise<void> {
  await leaseProviders.lease.delete?.(leaseId, { ...leaseInputs(), version: 1, generation: 1 });
}

/** The seeded account with what else `left` puts there. */
export function seedWith(left: (account: Ec2Inventory) => void): Ec2Inventory {
  const account = seededAccount();
  left(account);
  return account;
}
