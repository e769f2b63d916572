import { isDeepStrictEqual } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import type { AwsLocation } from "../dynamicProvider/awsLocation";
import { partialFailure } from "../dynamicProvider/dynamicResource";
import { type Run, withRun } from "./run";
import { checkInputs, type Lease, type LeaseSettings, type ResourceArgs } from "./settings";
import { assertManaged, assertVersion, compare, keep, type State } from "./state";
import { closeUntilReleased, gateway, reach } from "./steps";

/** The release's inputs after `check`. */
interface ReleaseInputs extends LeaseSettings {
  readonly leaseId: string;
  /** How often the lease has opened; a new number means that there is something to close. */
  readonly generation: number;
  /** The NAT gateway of the latest opening: a lease that was replaced counts from 1 again. */
  readonly natGatewayId?: string;
  /** What the proof wants to know: plain JSON. */
  readonly proof: unknown;
}

interface ReleaseState extends State<ReleaseInputs> {
  /** `released`: nothing of the lease is left. `open`: something is. */
  readonly status: "open" | "released";
}

/**
 * A changed proof alone is no change: it is for the next closing, which takes it from the program. Every new version of
 * the app would be an update otherwise.
 */
const effects = {
  leaseId: "replace",
  generation: "update",
  natGatewayId: "update",
  network: "update",
  deadManSwitch: "nothing",
  proof: "nothing",
} as const;

/** Whether an update has to close the lease: it opened again, elsewhere, or was never closed to the end. */
function mustClose(olds: ReleaseState, { generation, natGatewayId, network }: ReleaseInputs): boolean {
  const closed = [olds.status, olds.generation, olds.natGatewayId, olds.network];
  return !isDeepStrictEqual(closed, ["released", generation, natGatewayId, network]);
}

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

type Prove = Proof<unknown>["prove"];

/** The proof of those who ask for none. */
async function nothingToProve(): Promise<void> {}

/**
 * Deletes the routes and rules, until a look shows nothing of them: what there is may show late, and the proof is worth
 * nothing while something can still reach the internet.
 */
async function cutOff(run: Run): Promise<void> {
  await run.close(reach);
  await run.lookUntil("AWS to show the private subnets without internet access", {
    kinds: ["defaultRoutes", "egressRules"],
    isSo: (inventory) => inventory.isCutOff(run.settings.network.privateRouteTableIds),
    otherwise: () => run.close(reach),
  });
}

const leaseOf = (tagKey: string, settings: ReleaseInputs): Lease => ({ leaseId: settings.leaseId, tagKey, settings });
const releaseIdOf = ({ leaseId }: ReleaseInputs) => `${leaseId}/release`;

/** Closes the lease: deletes the routes, proves that nothing misses them, and deletes the rest. */
async function closeLease(tagKey: string, inputs: ReleaseInputs, prove: Prove): Promise<ReleaseState> {
  return withRun(leaseOf(tagKey, inputs), async (run) => {
    await run.survey();
    try {
      try {
        await cutOff(run);
        await prove(inputs.proof, { ...inputs, signal: run.signal });
      } catch (error) {
        throw await run.undo(error, (undoing) => undoing.open(reach), {
          done: "the routes and egress rules are back, the NAT gateway is kept",
          failed: "and the routes and egress rules could not be put back",
        });
      }
      await run.close(gateway);
      await closeUntilReleased(run);
    } catch (error) {
      throw partialFailure(error, releaseIdOf(inputs), keep({ ...inputs, status: "open" }));
    }
    return keep({ ...inputs, status: "released" });
  });
}

/**
 * Whether there is something of the lease though the state says that it was released: what a re-opening left that was
 * killed, when nobody asks for that re-opening any more. Pulumi's state knows nothing of it.
 *
 * The internet gateway is made first and deleted last, so it is there whenever anything is, and one call finds out.
 */
async function hasLeftovers(tagKey: string, old: ReleaseState, news: ReleaseInputs): Promise<boolean> {
  // The network of the earlier update; all else as it is now, because the state may name a profile renamed since.
  const lease = leaseOf(tagKey, { ...news, leaseId: old.leaseId, network: old.network });
  return withRun(lease, async (run) => {
    await run.look(["internetGateways"]);
    return run.inventory.internetGateways.length > 0;
  });
}

/** Provider of the release; the proof becomes part of what is serialised. */
export function releaseProvider(
  tagKey: string,
  prove: Prove = nothingToProve,
): pulumi.dynamic.ResourceProvider<ReleaseInputs, ReleaseState> {
  return {
    check: checkInputs,

    /** Besides comparing inputs, it looks whether a killed re-opening has left something. */
    async diff(_id, olds, news) {
      const difference = compare(effects, olds, news, mustClose(olds, news));
      return difference.changes ? difference : { ...difference, changes: await hasLeftovers(tagKey, olds, news) };
    },

    async create(inputs) {
      return { id: releaseIdOf(inputs), outs: await closeLease(tagKey, inputs, prove) };
    },

    /** Looks whether anything of the lease is there: `open` has the next update close it. */
    async read(id, state) {
      const old = assertManaged(state);
      return withRun(leaseOf(tagKey, old), async (run) => {
        await run.survey();
        return { id, props: keep({ ...old, status: run.inventory.isReleased ? "released" : "open" }) };
      });
    },

    async update(_id, olds, news) {
      if (mustClose(assertVersion(olds), news) || (await hasLeftovers(tagKey, olds, news))) {
        return { outs: await closeLease(tagKey, news, prove) };
      }
      return { outs: keep({ ...news, status: "released" }) };
    },

    /** Leaves everything to the lease, which is deleted after it: what still runs may need the NAT gateway until then. */
    async delete() {},
  };
}

/** Deletes what a lease has made, when it is proven that nothing needs it any more. */
export class NatGatewayRelease extends pulumi.dynamic.Resource {
  /** `released`: nothing of the lease is left. `open`: something is. */
  declare readonly status: pulumi.Output<ReleaseState["status"]>;

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
