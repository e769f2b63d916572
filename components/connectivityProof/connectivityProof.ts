import * as pulumi from "@pulumi/pulumi";
import type { Proof } from "../temporaryNatGateway/proof";
import { type ConnectivityProofInputs, defaultProofWaits, type ProbeTask } from "./probeTask";
import { proveConnectivity } from "./proveConnectivity";

/**
 * The proof that a temporary NAT gateway is not needed any more: one-off tasks which start and reach X-Ray without it.
 *
 * @param tasks a service's `connectivityProbe` each. One for every distinct collector image and task role is enough:
 * everything else that the proof shows, the endpoints and the way to them, is the same for all.
 * @param waits deadline and interval in seconds
 */
export function connectivityProof(
  tasks: readonly pulumi.Input<ProbeTask>[],
  waits: Partial<Pick<ConnectivityProofInputs, "deadlineSeconds" | "pollSeconds">> = {},
): Proof<ConnectivityProofInputs> {
  return {
    prove: proveConnectivity,
    inputs: pulumi.all([...tasks]).apply((probes) => ({ ...defaultProofWaits, ...waits, tasks: probes })),
  };
}
