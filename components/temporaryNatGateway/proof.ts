import type * as pulumi from "@pulumi/pulumi";
import type { AwsLocation } from "../dynamicProvider/awsLocation";

/** What a proof can work with, besides its own inputs. */
export interface ProofContext extends AwsLocation {
  /** Aborts when the proof is to end early. */
  readonly signal: AbortSignal;
}

/**
 * Returns when it is proven that nothing needs the NAT gateway any more, throws with the reason when not. It runs after
 * the private subnets have lost their way out, in Pulumi's dynamic-provider host: it is serialised with everything it
 * refers to, so it may import packages with `await import()`, but capture no clients, maps or dates.
 */
export type Prove<T> = (inputs: T, context: ProofContext) => Promise<void>;

/** A proof and what it wants to know. */
export interface Proof<T> {
  /** A {@link Prove}. */
  prove(inputs: T, context: ProofContext): Promise<void>;
  /** Plain JSON, of which any part may come from another resource. */
  readonly inputs: pulumi.Input<T>;
}

/** The proof of those who ask for none. */
export async function nothingToProve(): Promise<void> {}
