import assert from "node:assert/strict";
import { type Proof, releaseProvider } from "../../components/temporaryNatGateway/release";
import type { Ec2Double, Ec2DoubleOptions } from "../aws/ec2Double";
import type { Ec2Inventory } from "../aws/ec2DoubleAccount";
import { seededAccount } from "../aws/ec2DoubleSeed";
import { leaseId, leaseInputs, releaseInputs, tagKey, withDouble } from "./leaseInputs";
import { leaseProviders } from "./leaseProviders";

/** The tags of what is the lease's. */
export const tags = { [tagKey]: leaseId };

/** What Pulumi does for `up` with a new lease, in this process. */
export async function open(inputs = leaseInputs()) {
  const { outs } = (await leaseProviders.lease.create?.(inputs)) ?? {};
  assert.ok(outs !== undefined);
  return outs;
}

/** What Pulumi keeps of a lease. */
export type LeaseState = Awaited<ReturnType<typeof open>>;

/** What Pulumi does for `up` with a new release. */
export async function release(prove?: Proof<unknown>["prove"], proof: unknown = {}) {
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

/** Asserts that `destroy` leaves nothing behind what `work` has done to the seeded account. */
export function leavingNothing(
  work: (double: Ec2Double) => Promise<unknown>,
  options?: Partial<Ec2DoubleOptions>,
): Promise<void> {
  return withDouble(async (double) => {
    await work(double);
    double.faults = () => undefined;
    await destroy();
    assert.deepEqual(double.inventory(), seededAccount());
  }, options);
}
