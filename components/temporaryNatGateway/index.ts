export type { Proof, ProofContext } from "./release";
export { TemporaryNatGateway, type TemporaryNatGatewayArgs } from "./temporaryNatGateway";
