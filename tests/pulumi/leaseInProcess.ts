import assert from "node:assert/strict";
import type { LeaseState } from "../../components/temporaryNatGateway/changes";
import type { LeaseInputs } from "../../components/temporaryNatGateway/leaseInputs";
import { leaseProvider } from "../../components/temporaryNatGateway/natGatewayLease";
import { releaseProvider } from "../../components/temporaryNatGateway/natGatewayRelease";
import { nothingToProve, type Prove } from "../../components/temporaryNatGateway/proof";
import type { Ec2Inventory } from "../aws/ec2DoubleAccount";
import { seededAccount } from "../aws/ec2DoubleSeed";
import { leaseId, leaseInputs, releaseInputs } from "./leaseInputs";

/** The tags of what is the lease's. */
export const tags = { "traced-fargate:lease": leaseId };

/** What Pulumi does for `up` with a new lease, in this process. */
export async function open(inputs: LeaseInputs = leaseInputs()): Promise<LeaseState> {
  const { outs } = (await leaseProvider.create?.(inputs)) ?? {};
  assert.ok(outs !== undefined);
  return outs;
}

/** What Pulumi does for `up` with a new release. */
export async function release(prove: Prove<unknown> = nothingToProve, proof: unknown = {}) {
  return releaseProvider(prove).create?.(releaseInputs(1, { proof }));
}

/** What Pulumi does for `destroy`. */
export async function destroy(): Promise<void> {
  await leaseProvider.delete?.(leaseId, { ...leaseInputs(), version: 1, generation: 1 });
}

/** The seeded account with what else `left` puts there. */
export function seedWith(left: (account: Ec2Inventory) => void): Ec2Inventory {
  const account = seededAccount();
  left(account);
  return account;
}
