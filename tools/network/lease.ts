import { asList, asRecord } from "../checks/check";
import { type Evaluation, ofType } from "../evaluation/evaluation";

/** While `pulumi up` runs with its temporary NAT gateway, or when it has returned. */
export type Moment = "during" | "after";

/** What the lease of the temporary NAT gateway works on, as its resource is told. */
export interface TemporaryEgress {
  readonly publicSubnetId: string;
  readonly publicRouteTableId: string;
  readonly privateRouteTableIds: readonly unknown[];
  readonly egressSecurityGroupIds: readonly unknown[];
}

/** The temporary NAT gateway that `pulumi up` makes and deletes; nothing for a stack without one. */
export function temporaryEgress(evaluation: Evaluation): TemporaryEgress | undefined {
  const [lease] = ofType(evaluation, "pulumi-nodejs:dynamic/temporaryNatGateway:NatGatewayLease");
  if (lease === undefined) return undefined;
  const network = asRecord(lease.inputs.network);
  return {
    publicSubnetId: String(network.publicSubnetId),
    publicRouteTableId: String(network.publicRouteTableId),
    privateRouteTableIds: asList(network.privateRouteTableIds),
    egressSecurityGroupIds: asList(network.egressSecurityGroupIds),
  };
}
