import * as pulumi from "@pulumi/pulumi";
import type { AwsLocation } from "../dynamicProvider/awsLocation";
import { partialFailure, plainJson } from "../dynamicProvider/dynamicResource";
import { isCutOff, isReleased } from "./inventory";
import { look, lookUntil, type Run, withClients, withInventory } from "./run";
import { checkInputs, type Lease, lookingWith, type ReleaseInputs, type ResourceArgs } from "./settings";
import {
  assertManaged,
  assertVersion,
  mustClose,
  type ReleaseState,
  type ReleaseStatus,
  releaseDifference,
  stateVersion,
} from "./state";
import { close, closeUntilReleased, gateway, open, reach, undo } from "./steps";

/** What a proof can work with, besides its own inputs. */
export interface ProofContext extends AwsLocation {
  /** Aborts on SIGINT. */
  readonly signal: AbortSignal;
}

/** A proof and what it wants to know. */
export interface Proof<T> {
  /**
   * Returns when it is proven that nothing needs the NAT gateway any more, throws with the reason when not. It runs
   * after the private subnets have lost their routes to it, in Pulumi's dynamic-provider host: it is serialised with
   * everything it refers to, so it may import packages with `await import()`, but capture no clients, maps or dates.
   */
  prove(inputs: T, context: ProofContext): Promise<void>;
  /** Plain JSON, of which any part may come from another resource. */
  readonly inputs: pulumi.Input<T>;
}

export type Prove<T> = Proof<T>["prove"];

/** The proof of those who ask for none. */
async function nothingToProve(): Promise<void> {}

/**
 * Takes the routes and rules away, until a look shows nothing of them: what there is may show late, and the proof is
 * worth nothing while something can still reach the internet.
 */
async function cutOff(run: Run): Promise<void> {
  await close(run, reach);
  await lookUntil(run, "AWS to show the private subnets without a way out", {
    kinds: ["defaultRoutes", "egressRules"],
    isSo: (inventory) => isCutOff(inventory, run.settings.network.privateRouteTableIds),
    otherwise: () => close(run, reach),
  });
}

const leaseOf = (tagKey: string, settings: ReleaseInputs): Lease => ({ leaseId: settings.leaseId, tagKey, settings });
const releaseIdOf = ({ leaseId }: ReleaseInputs) => `${leaseId}/release`;
const stateOf = (inputs: ReleaseInputs, status: ReleaseStatus): ReleaseState =>
  plainJson({ ...inputs, version: stateVersion, status });

/** Closes the lease: takes the routes away, proves that nothing misses them, and takes the rest away. */
async function closeLease(tagKey: string, inputs: ReleaseInputs, prove: Prove<unknown>): Promise<ReleaseState> {
  return withInventory(leaseOf(tagKey, inputs), async (run) => {
    try {
      try {
        await cutOff(run);
        await prove(inputs.proof, { ...inputs, signal: run.signal });
      } catch (error) {
        throw await undo(run, error, (undoing) => open(undoing, reach), {
          done: "the routes and egress rules are back, the NAT gateway is kept",
          failed: "and the way out could not be restored",
        });
      }
      await close(run, gateway);
      await closeUntilReleased(run);
    } catch (error) {
      throw partialFailure(error, releaseIdOf(inputs), stateOf(inputs, "open"));
    }
    return stateOf(inputs, "released");
  });
}

/**
 * Whether there is something of the lease though the state says that it was released: what a re-opening left that was
 * killed, when nobody asks for that re-opening any more. Pulumi's state knows nothing of it.
 *
 * The internet gateway is made first and taken away last, so it is there whenever anything is, and one call finds out.
 */
async function hasLeftovers(tagKey: string, old: ReleaseState, news: ReleaseInputs): Promise<boolean> {
  return withClients({ ...leaseOf(tagKey, lookingWith(news, old)), leaseId: old.leaseId }, async (run) => {
    await look(run, ["internetGateways"]);
    return run.inventory.internetGateways.length > 0;
  });
}

/** Provider of the release; the proof becomes part of what is serialised. */
export function releaseProvider(
  tagKey: string,
  prove: Prove<unknown> = nothingToProve,
): pulumi.dynamic.ResourceProvider<ReleaseInputs, ReleaseState> {
  return {
    check: checkInputs,

    /** Besides comparing inputs, it looks whether a killed re-opening has left something. */
    async diff(_id, olds, news) {
      const difference = releaseDifference(olds, news);
      return difference.changes ? difference : { ...difference, changes: await hasLeftovers(tagKey, olds, news) };
    },

    async create(inputs) {
      return { id: releaseIdOf(inputs), outs: await closeLease(tagKey, inputs, prove) };
    },

    /** Looks whether anything of the lease is there: `open` has the next update close it. */
    async read(id, state) {
      const old = assertManaged(state);
      const released = await withInventory(leaseOf(tagKey, old), async (run) => isReleased(run.inventory));
      return { id, props: stateOf(old, released ? "released" : "open") };
    },

    async update(_id, olds, news) {
      if (mustClose(assertVersion(olds), news) || (await hasLeftovers(tagKey, olds, news))) {
        return { outs: await closeLease(tagKey, news, prove) };
      }
      return { outs: stateOf(news, "released") };
    },

    /** Leaves everything to the lease, which is deleted after it: what still runs may need the NAT gateway until then. */
    async delete() {},
  };
}

/** Takes away what a lease has made, when it is proven that nothing needs it any more. */
export class NatGatewayRelease extends pulumi.dynamic.Resource {
  /** `released`: nothing of the lease is left. `open`: something is. */
  declare readonly status: pulumi.Output<ReleaseStatus>;

  constructor(
    name: string,
    tagKey: string,
    args: ResourceArgs<ReleaseInputs>,
    opts?: pulumi.CustomResourceOptions,
    proof: Proof<unknown> = { prove: nothingToProve, inputs: {} },
  ) {
    const inputs = { ...args, proof: proof.inputs, status: undefined, version: undefined };
    super(releaseProvider(tagKey, proof.prove), name, inputs, opts, "temporaryNatGateway", "NatGatewayRelease");
  }
}
